package dev.mangru.autoscaler.playground;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What a [Playground] is and where it lives.
///
/// @param directory for its objects, its containers' logs and its kubeconfig; null keeps everything
///   in memory and forgets it with the process
/// @param scenario `flash-sale`, `daily-wave`, `constant`, `replay`, or the path of a file that
///   ends in `.yaml`
/// @param seed of all chance: the same seed gives the same names, failures and traffic
/// @param port of the API on 127.0.0.1; 0 for any free one
/// @param secured whether that port speaks TLS and the API asks for the token that the kubeconfig
///   holds; plain HTTP without a token otherwise
/// @param metricWindow over which a horizontal autoscaler should look at usage here: shorter than
///   in a real cluster, since everything else is faster too
public record PlaygroundOptions(
    @Nullable Path directory,
    String scenario,
    long seed,
    int port,
    boolean secured,
    Duration metricWindow) {

  /// The scenario that is played unless another is chosen.
  public static final String DEFAULT_SCENARIO = "flash-sale";

  /// The port unless another is chosen: 6443 is Kubernetes', and this is not one.
  public static final int DEFAULT_PORT = 16443;

  /// Two scrapes of 15 s.
  public static final Duration DEFAULT_METRIC_WINDOW = Duration.ofSeconds(30);

  public PlaygroundOptions {
    if (scenario.isBlank()) {
      throw new IllegalArgumentException("scenario must name one of the shipped ones or a file");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port must be from 0 to 65535: " + port);
    }
    if (metricWindow.isNegative() || metricWindow.isZero()) {
      throw new IllegalArgumentException("metricWindow must be positive: " + metricWindow);
    }
  }

  /// In memory, on any free port, without a token: for tests.
  public static PlaygroundOptions inMemory(String scenario, long seed) {
    return new PlaygroundOptions(null, scenario, seed, 0, false, DEFAULT_METRIC_WINDOW);
  }

  /// On disk, as `mangru up` has it.
  public static PlaygroundOptions in(Path directory) {
    return new PlaygroundOptions(
        directory, DEFAULT_SCENARIO, 1, DEFAULT_PORT, true, DEFAULT_METRIC_WINDOW);
  }
}
