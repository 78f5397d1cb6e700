package dev.mangru.model.metric;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A page of metrics that this process reads again and again, and how the last reading went.
///
/// @param pool the group of targets it belongs to: its `job`
/// @param discovered what it was found with, in Prometheus' meta labels (`__address__`, …)
/// @param labels what each of its series gets
/// @param url the page; may hold a password, so it is not for showing as it is
/// @param interval between two readings
/// @param timeout of one reading
/// @param last the last reading; null before the first
/// @param metadata what the page told of its metric families when it was read last; it may be
///   shared with other targets whose pages told the same
public record TargetStatus(
    String pool,
    Labels discovered,
    Labels labels,
    URI url,
    Duration interval,
    Duration timeout,
    @Nullable Reading last,
    Map<String, MetricMetadata> metadata) {

  /// One reading.
  ///
  /// @param at when it began
  /// @param took how long it took
  /// @param error why it failed; empty if it did not
  public record Reading(Instant at, Duration took, String error) {}

  /// Leaves out the URL, which may hold a secret.
  @Override
  public String toString() {
    return pool + " " + labels;
  }
}
