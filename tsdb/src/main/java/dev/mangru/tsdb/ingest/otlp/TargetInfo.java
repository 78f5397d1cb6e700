package dev.mangru.tsdb.ingest.otlp;

import dev.mangru.model.metric.Labels;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The samples of `target_info`: 1 from the first to the last point of a resource, at every half of
/// the lookback and at the end. Those of resources that are the same series are put together.
/// Confined to one thread; used for one body.
final class TargetInfo {

  /// Most samples of one resource, the newest ones: days, where points of one body are minutes
  /// apart at most. Chosen.
  private static final int MAX_SAMPLES = 5_000;

  private final long intervalNs;
  private final Map<Labels, SortedSet<Long>> timesMs = new LinkedHashMap<>();
  private long firstNs;
  private long lastNs;
  private boolean seen;

  TargetInfo(Duration lookback) {
    this.intervalNs = Math.max(1_000_000, lookback.toNanos() / 2);
  }

  /// Begins a resource.
  void begin() {
    seen = false;
  }

  /// The resource has a point at this time.
  void saw(long timeNs) {
    firstNs = seen && Long.compareUnsigned(firstNs, timeNs) < 0 ? firstNs : timeNs;
    lastNs = seen && Long.compareUnsigned(lastNs, timeNs) > 0 ? lastNs : timeNs;
    seen = true;
  }

  /// Whether the resource has any point.
  boolean seen() {
    return seen;
  }

  /// Ends the resource.
  ///
  /// @param labels of its series; null if it has none
  void end(@Nullable Labels labels) {
    if (labels == null || firstNs < 0 || lastNs < 0) {
      return; // a time after the year 2262 is none
    }
    SortedSet<Long> times = timesMs.computeIfAbsent(labels, _ -> new TreeSet<>());
    long steps = (lastNs - firstNs) / intervalNs;
    for (long i = Math.max(0, steps - MAX_SAMPLES); i <= steps; i++) {
      times.add((firstNs + i * intervalNs) / 1_000_000);
    }
    times.add(lastNs / 1_000_000);
  }

  /// Hands over all samples.
  void append(PointSink sink) {
    timesMs.forEach((labels, times) -> {
      for (long timeMs : times) {
        sink.info(labels, timeMs);
      }
    });
  }
}
