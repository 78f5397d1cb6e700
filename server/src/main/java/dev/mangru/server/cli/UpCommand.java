package dev.mangru.server.cli;

import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `mangru up`: starts everything in this process, prints the URL, and runs until it is told to
/// end.
@Command(
    name = "up",
    description = "Run Mangru on this machine; Ctrl-C ends it.",
    mixinStandardHelpOptions = true)
public final class UpCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port to listen on; 0 takes a free one. Default: 8080.")
  private @Nullable Integer port;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data directory. Default: mangru-data.")
  private @Nullable Path data;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration in YAML, below \"mangru:\".")
  private @Nullable Path config;

  @Option(names = "--no-agent", description = "Do not watch this machine.")
  private boolean noAgent;

  @Option(names = "--no-playground", description = "Do not run the simulated cluster.")
  private boolean noPlayground;

  @Override
  public Integer call() throws InterruptedException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    return new UpRun(port, data, config, !noAgent, !noPlayground).run(line.getOut(), line.getErr());
  }
}
