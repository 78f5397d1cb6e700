package dev.mangru.alerts.slo;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.slo.Objective;
import dev.mangru.model.slo.Objective.Indicator;
import dev.mangru.model.slo.SloStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Carries one objective forward in time: what was counted so far, and the next points.
///
/// Confined to the thread that ticks. After a failure nothing has changed, so the next tick counts
/// the same time again.
final class ObjectiveRecorder {

  /// Longest stretch of time that one point stands for while catching up.
  private static final long CATCH_UP_SLICE_MS = Duration.ofMinutes(1).toMillis();

  /// Longest stretch of time that one tick counts while catching up; bounds the samples it holds.
  private static final long CATCH_UP_STEP_MS = Duration.ofHours(1).toMillis();

  /// A time slice longer than this many ticks is unknown, neither good nor bad.
  private static final int LONGEST_SLICE_TICKS = 3;

  /// How far the clock may be behind the newest point before that is a problem worth telling.
  private static final long CLOCK_BEHIND_MS = Duration.ofMinutes(1).toMillis();

  private record Span(String name, Duration length) {}

  private static final List<Span> SPANS =
      List.of(
          new Span("1h", Duration.ofHours(1)),
          new Span("1d", Duration.ofDays(1)),
          new Span("30d", Duration.ofDays(30)),
          new Span("1y", Duration.ofDays(365)));

  private final Objective objective;
  private final MetricQuery query;
  private final MetricStore store;
  private final SloOptions options;
  private final SloLedger ledger;
  private final List<WindowStart> windowStarts;
  private @Nullable SloPoint counted;
  private @Nullable Watches watches;
  private @Nullable String notice;

  private record Watches(CounterWatch good, CounterWatch total) {}

  ObjectiveRecorder(Objective objective, MetricQuery query, MetricStore store, SloOptions options) {
    this.objective = objective;
    this.query = query;
    this.store = store;
    this.options = options;
    this.ledger = new SloLedger(store, objective.name());
    this.windowStarts = SPANS.stream().map(_ -> new WindowStart(ledger)).toList();
  }

  Objective objective() {
    return objective;
  }

  SloLedger ledger() {
    return ledger;
  }

  /// What people should know although nothing failed; null for nothing.
  @Nullable String notice() {
    return notice;
  }

  /// Counts what happened up to `toMs`, inclusive. The new points are still to be stored.
  ///
  /// @throws MangruException if a query fails
  List<SloPoint> advance(long toMs) {
    notice = null;
    SloPoint from = counted;
    if (from == null) {
      from = ledger.lastAtOrBefore(toMs);
    }
    if (from == null) {
      SloPoint zero = SloPoint.zero(toMs);
      counted = zero;
      return List.of(zero);
    }
    counted = from;
    if (toMs <= from.timestampMs()) {
      if (from.timestampMs() - toMs > CLOCK_BEHIND_MS) {
        notice =
            "the clock is "
                + Duration.ofMillis(from.timestampMs() - toMs)
                + " behind the newest recorded point; counting goes on when it has passed it";
      }
      return List.of();
    }
    List<SloPoint> points =
        switch (objective.indicator()) {
          case Indicator.Ratio ratio -> countEvents(ratio, from, toMs);
          case Indicator.TimeSlice slice -> List.of(judgeSlice(slice, from, toMs));
        };
    counted = points.getLast();
    return points;
  }

  private List<SloPoint> countEvents(Indicator.Ratio ratio, SloPoint from, long nowMs) {
    long fromMs = Math.max(from.timestampMs(), nowMs - options.catchUp().toMillis());
    long toMs = Math.min(nowMs, fromMs + CATCH_UP_STEP_MS);
    Watches both = watches;
    if (both == null || fromMs > from.timestampMs()) {
      both = new Watches(watch(ratio.good(), fromMs), watch(ratio.total(), fromMs));
      watches = both;
    }
    boolean settling = from.measuredSeconds() * 1_000 < options.firstSamples().toMillis();
    long[] boundaries = slices(fromMs, toMs);
    CounterWatch.Reading good = both.good.read(fromMs, boundaries, settling);
    CounterWatch.Reading total = both.total.read(fromMs, boundaries, settling);
    both.good.remember(good, toMs);
    both.total.remember(total, toMs);
    if (total.series() == 0) {
      notice = "`" + ratio.total() + "` selects no series now, so there is nothing to count";
    }
    List<SloPoint> points = new ArrayList<>(boundaries.length);
    SloPoint point = from;
    long startMs = fromMs;
    for (int i = 0; i < boundaries.length; i++) {
      point =
          new SloPoint(
              boundaries[i],
              point.good() + good.increase(i),
              point.total() + total.increase(i),
              addMillis(point.measuredSeconds(), boundaries[i] - startMs));
      points.add(point);
      startMs = boundaries[i];
    }
    return points;
  }

  private CounterWatch watch(String selector, long beganMs) {
    return new CounterWatch(selector, query, store, options, beganMs);
  }

  /// The ends of the slices between `fromMs` and `toMs`: one slice in normal life.
  private static long[] slices(long fromMs, long toMs) {
    int count = (int) Math.ceilDiv(toMs - fromMs, CATCH_UP_SLICE_MS);
    long[] ends = new long[count];
    for (int i = 0; i < count; i++) {
      ends[i] = Math.min(toMs, fromMs + (i + 1) * CATCH_UP_SLICE_MS);
    }
    return ends;
  }

  private SloPoint judgeSlice(Indicator.TimeSlice slice, SloPoint from, long toMs) {
    long lengthMs = toMs - from.timestampMs();
    SloPoint unknown = new SloPoint(toMs, from.good(), from.total(), from.measuredSeconds());
    if (lengthMs > LONGEST_SLICE_TICKS * options.tickInterval().toMillis()) {
      return unknown;
    }
    boolean holds = holds(slice.condition(), toMs);
    if (!holds && from.good() == 0) {
      notice =
          "`"
              + slice.condition()
              + "` has had no result yet; its time counts from the first one on";
      return unknown;
    }
    return new SloPoint(
        toMs,
        addMillis(from.good(), holds ? lengthMs : 0),
        addMillis(from.total(), lengthMs),
        addMillis(from.measuredSeconds(), lengthMs));
  }

  private boolean holds(String condition, long timeMs) {
    MetricQuery.Options limits =
        new MetricQuery.Options(
            options.queryTimeout(),
            null,
            MetricQuery.Options.defaults().maxSamples(),
            new Cancellation());
    return switch (query.instant(condition, timeMs, limits).value()) {
      case QueryValue.Vector vector -> !vector.samples().isEmpty();
      case QueryValue.Scalar _, QueryValue.Text _, QueryValue.Matrix _ ->
          throw MangruException.badData(
              "`"
                  + condition
                  + "` is not a condition: it must give an instant vector, as `up == 1` does");
    };
  }

  /// Seconds are whole milliseconds underneath, so that a year of slices adds up without a rest.
  private static double addMillis(double seconds, long millis) {
    return (Math.round(seconds * 1_000) + millis) / 1_000.0;
  }

  /// How the objective fares at its newest point.
  ///
  /// @param problem shown with it; null for none
  SloStatus status(@Nullable String problem) {
    List<SloStatus.Window> windows = new ArrayList<>(SPANS.size());
    Double burnRate1h = null;
    for (int i = 0; i < SPANS.size(); i++) {
      Span span = SPANS.get(i);
      SloPoint end = counted;
      if (end == null) {
        windows.add(new SloStatus.Window(span.name, span.length, Duration.ZERO, null, null, null));
        continue;
      }
      SloPoint start = windowStarts.get(i).at(end.timestampMs() - span.length.toMillis(), end);
      Double errors =
          ErrorBudget.errorRatio(end.good() - start.good(), end.total() - start.total());
      windows.add(window(span, errors, start, end));
      if (i == 0 && errors != null) {
        burnRate1h = ErrorBudget.burnRate(errors, objective.target());
      }
    }
    return new SloStatus(objective, windows, burnRate1h, problem);
  }

  private SloStatus.Window window(
      Span span, @Nullable Double errors, SloPoint start, SloPoint end) {
    long measuredMs = Math.round((end.measuredSeconds() - start.measuredSeconds()) * 1_000);
    Duration measured = Duration.ofMillis(Math.clamp(measuredMs, 0, span.length.toMillis()));
    if (errors == null) {
      return new SloStatus.Window(span.name, span.length, measured, null, null, null);
    }
    double left = ErrorBudget.left(errors, objective.target(), measured, span.length);
    return new SloStatus.Window(
        span.name,
        span.length,
        measured,
        1 - errors,
        left,
        ErrorBudget.leftTime(left, objective.target(), span.length));
  }
}
