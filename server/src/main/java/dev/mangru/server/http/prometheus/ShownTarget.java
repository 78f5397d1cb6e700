package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.TargetStatus;
import dev.mangru.model.time.TextDuration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A target as `/api/v1/targets` tells of it.
///
/// @param url its page; empty if only its series are known
/// @param last when it was read last; null if never
/// @param health `up`, `down` or `unknown`
/// @param interval empty if it is not known
/// @param timeout empty if it is not known
record ShownTarget(
    String pool,
    Labels discovered,
    Labels labels,
    String url,
    String error,
    @Nullable Instant last,
    double tookSeconds,
    String health,
    String interval,
    String timeout) {

  private static final double NANOS = 1e9;

  /// A target that this process reads.
  static ShownTarget of(TargetStatus target) {
    TargetStatus.Reading last = target.last();
    return new ShownTarget(
        target.pool(),
        target.discovered(),
        target.labels(),
        target.url().toString(),
        last == null ? "" : last.error(),
        last == null ? null : last.at(),
        last == null ? 0 : last.took().toNanos() / NANOS,
        last == null ? "unknown" : last.error().isEmpty() ? "up" : "down",
        TextDuration.of(target.interval()),
        TextDuration.of(target.timeout()));
  }
}
