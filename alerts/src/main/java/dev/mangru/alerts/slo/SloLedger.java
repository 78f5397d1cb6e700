package dev.mangru.alerts.slo;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.time.TimeRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The points of one objective, kept as three cumulative series in the metric store:
/// `mangru_slo_good_total`, `mangru_slo_total` and `mangru_slo_measured_seconds_total`, each with
/// the label `slo`. One batch writes all three, so they share their timestamps.
///
/// Confined to the thread that ticks.
final class SloLedger {

  static final String GOOD = "mangru_slo_good_total";
  static final String TOTAL = "mangru_slo_total";
  static final String MEASURED = "mangru_slo_measured_seconds_total";
  static final String OBJECTIVE_LABEL = "slo";

  /// A little more than the longest window: what lies before can no longer matter.
  private static final long MAX_LOOK_BACK_MS = Duration.ofDays(400).toMillis();

  /// First stretch of time searched; each next one is twice as long.
  private static final long FIRST_STRETCH_MS = Duration.ofMinutes(10).toMillis();

  private final MetricStore store;
  private final Labels good;
  private final Labels total;
  private final Labels measured;

  SloLedger(MetricStore store, String objective) {
    this.store = store;
    this.good = Labels.of(Labels.METRIC_NAME, GOOD, OBJECTIVE_LABEL, objective);
    this.total = Labels.of(Labels.METRIC_NAME, TOTAL, OBJECTIVE_LABEL, objective);
    this.measured = Labels.of(Labels.METRIC_NAME, MEASURED, OBJECTIVE_LABEL, objective);
  }

  void append(Appender appender, SloPoint point) {
    appender.append(good, point.timestampMs(), point.good());
    appender.append(total, point.timestampMs(), point.total());
    appender.append(measured, point.timestampMs(), point.measuredSeconds());
  }

  /// The newest point at or before `timeMs`; null if there is none within 400 days.
  @Nullable SloPoint lastAtOrBefore(long timeMs) {
    long end = timeMs;
    long stretch = FIRST_STRETCH_MS;
    while (timeMs - end <= MAX_LOOK_BACK_MS) {
      List<SloPoint> points = read(end - stretch + 1, end);
      if (!points.isEmpty()) {
        return points.getLast();
      }
      end -= stretch;
      stretch *= 2;
    }
    return null;
  }

  /// The oldest point after `timeMs`, up to and including `untilMs`; null if there is none.
  @Nullable SloPoint firstAfter(long timeMs, long untilMs) {
    long start = timeMs + 1;
    long stretch = FIRST_STRETCH_MS;
    while (start <= untilMs) {
      List<SloPoint> points = read(start, Math.min(untilMs, start + stretch - 1));
      if (!points.isEmpty()) {
        return points.getFirst();
      }
      start += stretch;
      stretch *= 2;
    }
    return null;
  }

  /// The points from `startMs` to `endMs`, both included, oldest first.
  List<SloPoint> read(long startMs, long endMs) {
    List<SloPoint> points = new ArrayList<>();
    try (Querier querier = store.querier(new TimeRange(startMs, endMs))) {
      SampleCursor totals = samples(querier, total);
      SampleCursor goods = samples(querier, good);
      SampleCursor spans = samples(querier, measured);
      if (totals == null || goods == null || spans == null) {
        return points;
      }
      boolean more = totals.next() && goods.next() && spans.next();
      while (more) {
        long at =
            Math.max(totals.timestampMs(), Math.max(goods.timestampMs(), spans.timestampMs()));
        if (totals.timestampMs() < at) {
          more = totals.seek(at);
        } else if (goods.timestampMs() < at) {
          more = goods.seek(at);
        } else if (spans.timestampMs() < at) {
          more = spans.seek(at);
        } else {
          points.add(new SloPoint(at, goods.value(), totals.value(), spans.value()));
          more = totals.next() && goods.next() && spans.next();
        }
      }
    }
    return points;
  }

  private static @Nullable SampleCursor samples(Querier querier, Labels series) {
    for (Querier.Series found : querier.select(matchers(series))) {
      if (found.labels().equals(series)) {
        return found.samples();
      }
    }
    return null;
  }

  /// Matchers that select this series, and any with more labels.
  static List<LabelMatcher> matchers(Labels series) {
    List<LabelMatcher> matchers = new ArrayList<>(series.count());
    series.forEach(label -> matchers.add(LabelMatcher.equal(label.name(), label.value())));
    return matchers;
  }
}
