package dev.mangru.alerts.slo;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.time.TimeRange;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Adds up by how much the counters of one selector grew, sample by sample: exact through resets,
/// gaps and late samples, because it remembers the last sample it counted of every series.
///
/// A value below the one before is a reset, and the new value is the growth since. The first sample
/// of a series that this watch does not know is compared with the newest stored sample that was
/// already counted before the watch began; where there is none, the series is new and counts from
/// zero, so that the first error of a new pod counts. Taking first samples as starting points
/// instead, as PromQL's `increase` does, would lose every error series' first error, and in a small
/// service that is often the only one. The price: an old counter that is collected for the first
/// time counts with all its past, unless its process tells its age ([TargetAge]). The first minutes
/// of an objective are the exception (`settling`), since then everything is new.
///
/// Reading and remembering are two steps, so that a failure between them counts nothing twice.
/// Confined to the thread that ticks.
final class CounterWatch {

  /// A series not seen for so long is forgotten, and found in the store should it come back.
  private static final long MEMORY_MS = Duration.ofDays(1).toMillis();

  /// How far back the store is searched for a series' last sample, in steps.
  private static final List<Duration> HISTORY =
      List.of(Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(30));

  private final String selector;
  private final MetricQuery query;
  private final MetricStore store;
  private final SloOptions options;
  private final TargetAge targetAge;
  private final long beganMs;
  private final Map<Labels, Last> known = new HashMap<>();

  /// @param beganMs everything up to here, inclusive, has been counted already
  CounterWatch(
      String selector, MetricQuery query, MetricStore store, SloOptions options, long beganMs) {
    this.selector = selector;
    this.query = query;
    this.store = store;
    this.options = options;
    this.targetAge = new TargetAge(store);
    this.beganMs = beganMs;
  }

  /// The last sample counted of a series.
  private record Last(long timestampMs, double value) {

    /// What a new series is compared with.
    private static final Last NEW_SERIES = new Last(Long.MIN_VALUE, 0);
  }

  /// What one reading found.
  static final class Reading {

    private final double[] increases;
    private final int series;
    private final Map<Labels, Last> lasts;

    private Reading(double[] increases, int series, Map<Labels, Last> lasts) {
      this.increases = increases;
      this.series = series;
      this.lasts = lasts;
    }

    /// The growth up to and including boundary `slot`, since the boundary before.
    double increase(int slot) {
      return increases[slot];
    }

    /// How many series the selector selected.
    int series() {
      return series;
    }
  }

  /// Reads the growth after `fromMs`, split at `boundariesMs`; a late sample belongs to the first
  /// slot. Changes nothing; hand the result to [#remember].
  ///
  /// @param boundariesMs ascending, all after `fromMs`; the last one is where reading ends
  /// @throws MangruException whatever the query throws; `QUERY_LIMIT` for too many series
  Reading read(long fromMs, long[] boundariesMs, boolean settling) {
    long toMs = boundariesMs[boundariesMs.length - 1];
    List<QueryValue.Points> matrix = rawSamples(fromMs, toMs);
    double[] increases = new double[boundariesMs.length];
    Map<Labels, Last> lasts = HashMap.newHashMap(matrix.size());
    for (QueryValue.Points series : matrix) {
      Last last = known.get(series.labels());
      if (last == null) {
        last = startingPoint(series, Math.max(beganMs, toMs - MEMORY_MS), settling);
      }
      int slot = 0;
      for (int i = 0; i < series.count(); i++) {
        long time = series.timestampsMs()[i];
        double value = series.values()[i];
        if (time <= last.timestampMs || !Double.isFinite(value)) {
          continue;
        }
        while (boundariesMs[slot] < time && slot < boundariesMs.length - 1) {
          slot++;
        }
        increases[slot] += value >= last.value ? value - last.value : value;
        last = new Last(time, value);
      }
      if (!last.equals(Last.NEW_SERIES)) {
        lasts.put(series.labels(), last);
      }
    }
    return new Reading(increases, matrix.size(), lasts);
  }

  /// Takes what a reading saw as counted, and forgets series not seen for a day.
  void remember(Reading reading, long toMs) {
    known.putAll(reading.lasts);
    known.values().removeIf(last -> last.timestampMs < toMs - MEMORY_MS);
  }

  private List<QueryValue.Points> rawSamples(long fromMs, long toMs) {
    String expression = selector + "[" + (toMs - fromMs + options.overlap().toMillis()) + "ms]";
    MetricQuery.Options limits =
        new MetricQuery.Options(
            options.queryTimeout(),
            null,
            MetricQuery.Options.defaults().maxSamples(),
            new Cancellation());
    if (!(query.instant(expression, toMs, limits).value() instanceof QueryValue.Matrix matrix)) {
      throw MangruException.badData("`" + selector + "` is not a selector of counters");
    }
    if (matrix.series().size() > options.maxSeries()) {
      throw new MangruException(
          ErrorCode.QUERY_LIMIT,
          "`"
              + selector
              + "` selects "
              + matrix.series().size()
              + " series, the limit is "
              + options.maxSeries()
              + "; narrow it with matchers");
    }
    return matrix.series();
  }

  /// The newest sample at or before `countedMs`, from the reading itself or the store.
  private Last startingPoint(QueryValue.Points series, long countedMs, boolean settling) {
    Last found = null;
    Last first = null;
    for (int i = 0; i < series.count(); i++) {
      if (Double.isFinite(series.values()[i])) {
        Last sample = new Last(series.timestampsMs()[i], series.values()[i]);
        first = first == null ? sample : first;
        found = sample.timestampMs <= countedMs ? sample : found;
      }
    }
    if (found == null) {
      found = stored(series.labels(), countedMs);
    }
    if (found == null
        && first != null
        && (settling || targetAge.hasUnseenPast(series.labels(), first.timestampMs))) {
      found = first;
    }
    return found == null ? Last.NEW_SERIES : found;
  }

  private @Nullable Last stored(Labels labels, long countedMs) {
    long end = countedMs;
    for (Duration back : HISTORY) {
      long start = countedMs - back.toMillis();
      try (Querier querier = store.querier(new TimeRange(start, end))) {
        for (Querier.Series series : querier.select(SloLedger.matchers(labels))) {
          Last last = series.labels().equals(labels) ? newest(series.samples()) : null;
          if (last != null) {
            return last;
          }
        }
      }
      end = start - 1;
    }
    return null;
  }

  private static @Nullable Last newest(SampleCursor samples) {
    Last last = null;
    while (samples.next()) {
      if (Double.isFinite(samples.value())) {
        last = new Last(samples.timestampMs(), samples.value());
      }
    }
    return last;
  }
}
