package dev.mangru.autoscaler.signal;

import java.time.Duration;
import java.util.Map;

/// How pod metrics are read.
///
/// @param window that rates are taken over, and after which a sample is too old; at least two
///   scrapes must lie within it
/// @param labels that every series must carry, such as `cluster`; empty for none
/// @param timeout of one query
/// @param maxSamples of one query
public record SignalOptions(
    Duration window, Map<String, String> labels, Duration timeout, long maxSamples) {

  public SignalOptions {
    labels = Map.copyOf(labels);
    if (window.toSeconds() < 1) {
      throw new IllegalArgumentException("the window must be at least a second: " + window);
    }
  }

  /// One minute, as metrics-server has it; ten seconds; five million samples.
  public static SignalOptions defaults() {
    return new SignalOptions(Duration.ofMinutes(1), Map.of(), Duration.ofSeconds(10), 5_000_000);
  }
}
