package dev.mangru.server.cli;

import dev.mangru.server.config.ConfigFile;
import dev.mangru.server.config.StartFailure;
import dev.mangru.server.wire.MangruServer;
import dev.mangru.server.wire.Running;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The server in this process until it is told to end, from options that are understood already.
///
/// A start spends a tenth of its time on the command line's library, whose classes are too old for
/// the JVM's cache. So the plain forms of `up` are read here, and whatever is not plain (help,
/// abbreviations, mistakes) is left to [UpCommand].
///
/// @param port to listen on, or null for the configured one
/// @param data directory, or null for the configured one
/// @param config file, or null for none
/// @param agent whether to watch this machine
/// @param playground whether there may be a simulated cluster
public record UpRun(
    @Nullable Integer port,
    @Nullable Path data,
    @Nullable Path config,
    boolean agent,
    boolean playground) {

  /// Reads `up` and its options, if all of them are written in full, with their values behind them.
  public static Optional<UpRun> plain(String... words) {
    if (words.length == 0 || !words[0].equals("up")) {
      return Optional.empty();
    }
    UpRun run = new UpRun(null, null, null, true, true);
    try {
      for (int i = 1; i < words.length; i++) {
        boolean last = i + 1 == words.length;
        switch (words[i]) {
          case "--no-agent" ->
              run = new UpRun(run.port, run.data, run.config, false, run.playground);
          case "--no-playground" ->
              run = new UpRun(run.port, run.data, run.config, run.agent, false);
          case "--port", "--data", "--config" -> {
            if (last || words[i + 1].startsWith("-") || run.has(words[i])) {
              return Optional.empty();
            }
            run = run.with(words[i], words[++i]);
          }
          default -> {
            return Optional.empty();
          }
        }
      }
    } catch (NumberFormatException | InvalidPathException _) {
      return Optional.empty(); // a mistake, which the command line's library explains
    }
    return Optional.of(run);
  }

  private boolean has(String option) {
    return switch (option) {
      case "--port" -> port != null;
      case "--data" -> data != null;
      default -> config != null;
    };
  }

  private UpRun with(String option, String value) {
    return switch (option) {
      case "--port" -> new UpRun(Integer.valueOf(value), data, config, agent, playground);
      case "--data" -> new UpRun(port, Path.of(value), config, agent, playground);
      default -> new UpRun(port, data, Path.of(value), agent, playground);
    };
  }

  /// Starts it, prints where it is, and waits for its end.
  ///
  /// @return the exit code
  public int run(PrintWriter out, PrintWriter err) throws InterruptedException {
    Running running;
    try {
      running = MangruServer.start(arguments());
    } catch (StartFailure e) {
      err.println("mangru: " + e.getMessage());
      err.flush();
      return e.exitCode();
    }
    out.println(running.status());
    String cluster = running.playground();
    if (!cluster.isEmpty()) {
      out.println(cluster);
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
    if (!agent) {
      arguments.add("--mangru.agent.enabled=false");
    }
    if (!playground) {
      arguments.add("--mangru.cluster.playground.enabled=false");
    }
    return arguments;
  }
}
