package dev.mangru.alerts.slo;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.time.TimeRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Tells a counter that is new from one that is only new to us, by the `process_start_time_seconds`
/// that client libraries give beside it.
///
/// A target that has been running for long and is collected for the first time brings counters with
/// a past that happened before anybody measured it. A target that was collected before and shows a
/// new counter, such as its first error, does not.
final class TargetAge {

  private static final String START_TIME = "process_start_time_seconds";
  private static final List<String> IDENTITY = List.of("job", "instance", "namespace", "pod");

  /// Longest time from a process' start to its first sample: discovery and a slow scrape. Chosen.
  private static final long YOUNG_MS = Duration.ofMinutes(5).toMillis();

  /// How far before a counter's first sample its target may have been seen last.
  private static final long SEEN_WITHIN_MS = Duration.ofHours(1).toMillis();

  /// Samples of one scrape share their time, give or take.
  private static final long SAME_SCRAPE_MS = 1_000;

  private final MetricStore store;

  TargetAge(MetricStore store) {
    this.store = store;
  }

  /// Whether the series' process is known to have run for long before anything of it was collected.
  /// False where nothing tells.
  ///
  /// @param firstMs time of the series' first sample
  boolean hasUnseenPast(Labels series, long firstMs) {
    Labels identity = series.keep(IDENTITY);
    if (!identity.has("instance") && !identity.has("pod")) {
      return false;
    }
    List<LabelMatcher> matchers = new ArrayList<>(SloLedger.matchers(identity));
    matchers.add(LabelMatcher.equal(Labels.METRIC_NAME, START_TIME));
    TimeRange range = new TimeRange(firstMs - SEEN_WITHIN_MS, firstMs + SAME_SCRAPE_MS);
    boolean old = false;
    try (Querier querier = store.querier(range)) {
      for (Querier.Series startTime : querier.select(matchers)) {
        SampleCursor samples = startTime.samples();
        if (samples.next()) {
          if (samples.timestampMs() < firstMs - SAME_SCRAPE_MS) {
            return false;
          }
          old |= firstMs - samples.value() * 1_000 > YOUNG_MS;
        }
      }
    }
    return old;
  }
}
