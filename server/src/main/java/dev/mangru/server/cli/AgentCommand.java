package dev.mangru.server.cli;

import dev.mangru.collector.agent.AgentMain;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `mangru agent …`: hands everything to the agent's own command line, which is also a program of
/// its own without Spring.
@Command(
    name = "agent",
    description = "Run only the node agent; \"agent --help\" tells its options.")
public final class AgentCommand implements Callable<Integer> {

  @Parameters(arity = "0..*", hidden = true)
  private List<String> arguments = List.of();

  @Override
  public Integer call() throws Exception {
    AgentMain.main(arguments.toArray(String[]::new));
    return 0;
  }
}
