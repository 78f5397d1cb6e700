package dev.mangru.collector.agent;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// The agent as a program of its own, without Spring: `mangru agent --to URL`.
public final class AgentMain {

  /// Ended as asked.
  static final int OK = 0;

  /// Source: `sysexits.h`, `EX_USAGE`: the command line is wrong.
  static final int USAGE = 64;

  /// `EX_CANTCREAT`: the data folder cannot be used.
  static final int CANNOT_CREATE = 73;

  /// `EX_CONFIG`: the configuration is wrong.
  static final int CONFIG = 78;

  private static final String HELP =
      """
      usage: mangru agent --to URL [--config FILE] [--interval 10s] [--data DIR] [--check-config]

        --to URL         the Mangru server, such as http://mangru:8080
        --config FILE    YAML; every key may be left out (see the manual)
        --interval TIME  between two passes over this machine's metrics, 1s to 1h; 10s
        --data DIR       where log positions are kept; /var/lib/mangru-agent
        --check-config   read the configuration, say what is wrong, and end
        --help           this text
      """;

  private AgentMain() {}

  /// What a command line asks for.
  private record Arguments(
      @Nullable Path config, AgentConfig.Overrides overrides, boolean check, boolean help) {}

  /// Runs until the process is told to end; exit codes are those of `sysexits.h`: 64 for a wrong
  /// command line, 73 for a data folder that cannot be used, 78 for a wrong configuration.
  public static void main(String[] arguments) {
    int code = run(arguments, System.getenv(), System.out, System.err);
    if (code != OK) {
      System.exit(code);
    }
  }

  /// Like [#main], with everything it touches handed in; gives the exit code.
  static int run(
      String[] arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
    try {
      Arguments asked = parse(arguments);
      if (asked.help()) {
        out.print(HELP);
        return OK;
      }
      AgentOptions options = AgentConfig.load(asked.config(), asked.overrides(), environment);
      if (asked.check()) {
        out.println("the configuration is good: " + options.server() + " as " + options.node());
        return OK;
      }
      return runUntilEnd(options, err);
    } catch (UsageException e) {
      err.println("mangru agent: " + e.getMessage());
      err.print(HELP);
      return USAGE;
    } catch (ConfigException e) {
      err.println("mangru agent: " + e.getMessage());
      return CONFIG;
    }
  }

  private static int runUntilEnd(AgentOptions options, PrintStream err) {
    Agent agent = new Agent(options, InstantSource.system(), Ticker.SYSTEM);
    try {
      agent.start();
    } catch (IOException e) {
      err.println("mangru agent: cannot use the data folder " + options.directory() + ": " + e);
      return CANNOT_CREATE;
    } catch (MangruException e) {
      err.println("mangru agent: " + e.text());
      return CANNOT_CREATE;
    }
    CountDownLatch end = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("agent-shutdown")
                .unstarted(() -> {
                  agent.close();
                  end.countDown();
                }));
    try {
      end.await();
    } catch (InterruptedException e) {
      agent.close();
      Thread.currentThread().interrupt();
    }
    return OK;
  }

  private static final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message);
    }
  }

  private static Arguments parse(String[] arguments) throws UsageException {
    String to = null;
    String data = null;
    String interval = null;
    Path config = null;
    boolean check = false;
    boolean help = false;
    for (int i = 0; i < arguments.length; i++) {
      String option = arguments[i];
      switch (option) {
        case "--check-config" -> check = true;
        case "--help", "-h" -> help = true;
        case "--to" -> to = value(arguments, ++i, option);
        case "--data" -> data = value(arguments, ++i, option);
        case "--interval" -> interval = value(arguments, ++i, option);
        case "--config" -> config = Path.of(value(arguments, ++i, option));
        default -> throw new UsageException("unknown option " + option);
      }
    }
    return new Arguments(config, new AgentConfig.Overrides(to, data, interval), check, help);
  }

  private static String value(String[] arguments, int at, String option) throws UsageException {
    if (at >= arguments.length) {
      throw new UsageException(option + " needs a value");
    }
    return arguments[at];
  }
}
