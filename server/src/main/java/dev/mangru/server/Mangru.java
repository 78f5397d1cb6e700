package dev.mangru.server;

import dev.mangru.server.cli.AgentCommand;
import dev.mangru.server.cli.CheckCommand;
import dev.mangru.server.cli.ExportCommand;
import dev.mangru.server.cli.ImportCommand;
import dev.mangru.server.cli.RulesCommand;
import dev.mangru.server.cli.TrainCommand;
import dev.mangru.server.cli.UpCommand;
import dev.mangru.server.cli.UpRun;
import dev.mangru.server.cli.VersionCommand;
import dev.mangru.server.config.StartFailure;
import dev.mangru.server.conformance.ConformanceCommand;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/// The program. `mangru help` tells its subcommands; each is a class.
///
/// Exit codes are those of BSD's `sysexits.h`: 64 usage, 69 port taken, 70 our bug, 73 data
/// directory unusable, 74 data directory in use or broken, 78 configuration.
@Command(
    name = "mangru",
    description = "Monitoring, logging and autoscaling for Kubernetes, in one process.",
    subcommands = {
      UpCommand.class,
      CheckCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      RulesCommand.class,
      ConformanceCommand.class,
      AgentCommand.class,
      VersionCommand.class,
      TrainCommand.class,
      HelpCommand.class
    })
public final class Mangru {

  private static final int USAGE = 64;

  private Mangru() {}

  /// Runs one subcommand and ends the process with its exit code.
  public static void main(String[] arguments) throws InterruptedException {
    Optional<UpRun> plain = UpRun.plain(arguments);
    System.exit(plain.isPresent() ? run(plain.get()) : run(arguments));
  }

  private static int run(UpRun up) throws InterruptedException {
    PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
    PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
    return up.run(out, err);
  }

  /// Runs one subcommand.
  ///
  /// @return the exit code
  static int run(String... arguments) {
    return commandLine().execute(arguments);
  }

  /// The command line with its exit codes; tests run it without ending the process.
  public static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Mangru());
    Objects.requireNonNull(line.getSubcommands().get("agent"))
        .setUnmatchedOptionsArePositionalParams(true);
    line.setParameterExceptionHandler((error, _) -> {
      CommandLine command = error.getCommandLine();
      command.getErr().println("mangru: " + error.getMessage());
      command
          .getErr()
          .println("\"mangru help\" tells the commands, \"mangru COMMAND --help\" their options.");
      command.getErr().flush();
      return USAGE;
    });
    line.setExecutionExceptionHandler((error, command, _) -> {
      command.getErr().println("mangru: " + error.getMessage());
      command.getErr().flush();
      return error instanceof StartFailure failure ? failure.exitCode() : StartFailure.SOFTWARE;
    });
    return line;
  }
}
