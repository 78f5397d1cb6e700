package dev.mangru.server.cli;

import dev.mangru.server.config.ConfigFile;
import dev.mangru.server.config.StartFailure;
import dev.mangru.server.wire.MangruServer;
import dev.mangru.server.wire.Running;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    Running running;
    try {
      running = MangruServer.start(arguments());
    } catch (StartFailure e) {
      spec.commandLine().getErr().println("mangru: " + e.getMessage());
      spec.commandLine().getErr().flush();
      return e.exitCode();
    }
    out.println(running.status());
    String playground = running.playground();
    if (!playground.isEmpty()) {
      out.println(playground);
    }
    out.flush();
    running.awaitEnd();
    return 0;
  }

  /// The options as Spring's command line arguments, which win over files.
  private List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    if (config != null) {
      ConfigFile.check(config);
      arguments.add("--spring.config.additional-location=" + config.toAbsolutePath().toUri());
    }
    if (port != null) {
      arguments.add("--mangru.http.port=" + port);
    }
    if (data != null) {
      arguments.add("--mangru.data=" + data);
    }
    if (noAgent) {
      arguments.add("--mangru.agent.enabled=false");
    }
    if (noPlayground) {
      arguments.add("--mangru.cluster.playground.enabled=false");
    }
    return arguments;
  }
}
