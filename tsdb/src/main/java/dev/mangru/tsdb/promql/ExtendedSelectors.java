package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.tsdb.promql.SelectorReader.RawSeries;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `anchored` and `smoothed`: windows that reach past their ends. Confined to the query's thread.
final class ExtendedSelectors {

  private static final Set<Function> ANCHORED =
      EnumSet.of(
          Function.CHANGES, Function.DELTA, Function.INCREASE, Function.RATE, Function.RESETS);
  private static final Set<Function> SMOOTHED =
      EnumSet.of(Function.DELTA, Function.INCREASE, Function.RATE);

  private final QueryContext context;
  private final SelectorReader reader;

  ExtendedSelectors(QueryContext context, SelectorReader reader) {
    this.context = context;
    this.reader = reader;
  }

  /// An instant selector whose value between two samples lies on the line between them.
  Evaluated.Vectors smoothedInstant(Expr.VectorSelector selector, Steps steps) {
    List<StepSeries> result = new ArrayList<>();
    if (steps.count() == 0) {
      return new Evaluated.Vectors(result);
    }
    long offset = context.offset(selector.time());
    long lookback = context.lookbackMs();
    ExtendedHistograms mixed = new ExtendedHistograms(context, selector.position());
    reader.forEach(
        selector.matchers(),
        reader.reference(selector.time().at(), steps.time(0), offset) - lookback,
        reader.reference(selector.time().at(), steps.last(), offset) + lookback,
        SelectorReader.Reading.FLOATS_AND_STALE,
        raw -> {
          double[] values = context.budget().allocate(steps.count());
          int next = 0;
          boolean any = false;
          @Nullable FloatHistogram @Nullable [] histograms = null;
          for (int i = 0; i < steps.count(); i++) {
            long at = reader.reference(selector.time().at(), steps.time(i), offset);
            while (next < raw.count() && raw.times()[next] <= at) {
              next++;
            }
            int first = firstAfter(raw, at - lookback);
            int last = firstAfter(raw, at + lookback) - 1;
            int found = ExtendedHistograms.histogramsIn(raw, first, last);
            if (found == 0) {
              values[i] = smoothedValue(raw, next, at, lookback);
              any |= !StepSeries.isAbsent(values[i]);
            } else if (found <= last - first) {
              mixed.warnMixed(raw);
            } else {
              FloatHistogram one = smoothedHistogram(mixed, raw, next, at, lookback);
              if (one != null) {
                histograms = StepHistograms.with(histograms, values.length, i, one);
              }
            }
            context.budget().work(1 + found);
          }
          if (any || histograms != null) {
            context.budget().hold(StepSeries.LABELS + StepSeries.weight(histograms));
            result.add(new StepSeries(raw.labels(), false, values, histograms));
          }
        });
    return new Evaluated.Vectors(result);
  }

  private static double smoothedValue(RawSeries raw, int next, long at, long lookback) {
    int before = next - 1;
    if (before < 0
        || raw.times()[before] <= at - lookback
        || StaleMarker.is(raw.values()[before])) {
      return StepSeries.ABSENT;
    }
    double value = raw.values()[before];
    if (raw.times()[before] == at
        || next >= raw.count()
        || raw.times()[next] > at + lookback
        || StaleMarker.is(raw.values()[next])) {
      return value;
    }
    return interpolate(raw, before, at, false);
  }

  private static @Nullable FloatHistogram smoothedHistogram(
      ExtendedHistograms mixed, RawSeries raw, int next, long at, long lookback) {
    int before = next - 1;
    if (before < 0 || raw.times()[before] <= at - lookback) {
      return null;
    }
    FloatHistogram one = ExtendedHistograms.at(raw, before);
    if (one == null
        || raw.times()[before] == at
        || next >= raw.count()
        || raw.times()[next] > at + lookback) {
      return one;
    }
    FloatHistogram other = ExtendedHistograms.at(raw, next);
    boolean gauges = other != null && MixedFunctions.isGauge(one) && MixedFunctions.isGauge(other);
    return mixed.between(raw, before, at, !gauges);
  }

  /// The value at `at`, between samples `before` and `before + 1`; a counter that was reset between
  /// them grows from 0.
  private static double interpolate(RawSeries raw, int before, long at, boolean counter) {
    double y1 = raw.values()[before];
    double y2 = raw.values()[before + 1];
    if (counter && y2 < y1) {
      y1 = 0;
    }
    long t1 = raw.times()[before];
    long t2 = raw.times()[before + 1];
    return y1 + (y2 - y1) * (at - t1) / (t2 - t1);
  }

  /// One of the functions that know extended ranges.
  Evaluated overRange(
      Expr.Call call,
      Expr range,
      Expr.Extension extension,
      Steps steps,
      RangeReader ranges,
      Evaluator evaluator) {
    boolean smoothed = extension == Expr.Extension.SMOOTHED;
    Set<Function> allowed = smoothed ? SMOOTHED : ANCHORED;
    if (!allowed.contains(call.function())) {
      throw QueryContext.execution(
          extension.name().toLowerCase(Locale.ROOT)
              + " modifier can only be used with: "
              + allowed.stream().map(Function::text).sorted().collect(Collectors.joining(", "))
              + " - not with "
              + call.function().text());
    }
    RangeReader.Placement placement = ranges.placement(range);
    boolean counter = call.function() != Function.DELTA;
    ExtendedHistograms mixed = new ExtendedHistograms(context, range.position());
    List<StepSeries> result = new ArrayList<>();
    QueryTally.Counts tallied = context.watch().counts();
    ranges.forEach(
        range,
        steps,
        context.lookbackMs(),
        smoothed ? context.lookbackMs() : 0,
        raw -> {
          double[] values = evaluator.allocate(steps);
          boolean any = false;
          @Nullable FloatHistogram @Nullable [] histograms = null;
          for (int i = 0; i < steps.count(); i++) {
            long end = placement.endMs(context, steps.time(i));
            long start = end - placement.rangeMs();
            Reach reach = reach(raw, start, end, smoothed);
            boolean counts =
                call.function() == Function.CHANGES || call.function() == Function.RESETS;
            if (!counts && isMixed(raw, start, end, smoothed)) {
              mixed.warnMixed(raw);
              continue;
            }
            if (reach == null) {
              continue;
            }
            if (tallied != null) {
              tallied.add(i, reach.last() - reach.first() + 1);
            }
            int found = ExtendedHistograms.histogramsIn(raw, reach.first(), reach.last());
            context.budget().work(reach.last() - reach.first() + 2 + 8 * found);
            if (found == 0) {
              values[i] =
                  apply(
                      call.function(),
                      points(raw, reach, start, end, smoothed, counter),
                      placement.rangeMs());
              any = true;
            } else if (counts) {
              values[i] = ExtendedHistograms.count(raw, reach, call.function() == Function.RESETS);
              any = true;
            } else {
              FloatHistogram increase = mixed.increase(raw, reach, start, end, smoothed, counter);
              if (increase != null) {
                histograms =
                    StepHistograms.with(
                        histograms,
                        values.length,
                        i,
                        call.function() == Function.RATE
                            ? increase.dividedBy(placement.rangeMs() / 1000.0)
                            : increase);
              }
            }
          }
          if (any || histograms != null) {
            context.budget().hold(StepSeries.LABELS + StepSeries.weight(histograms));
            result.add(
                evaluator.withoutName(new StepSeries(raw.labels(), false, values, histograms)));
          }
          if (any) {
            RangeFunctions.noteNonCounter(call.function(), raw.labels(), range.position(), context);
          }
        });
    return evaluator.named(result);
  }

  private static double apply(Function function, double[] points, long rangeMs) {
    double result = points[points.length - 1] - points[0];
    int changes = 0;
    int resets = 0;
    double lost = 0;
    for (int i = 1; i < points.length; i++) {
      if (points[i] < points[i - 1]) {
        resets++;
        lost += points[i - 1];
      }
      if (points[i] != points[i - 1] && !(Double.isNaN(points[i]) && Double.isNaN(points[i - 1]))) {
        changes++;
      }
    }
    return switch (function) {
      case CHANGES -> changes;
      case RESETS -> resets;
      case DELTA -> result;
      case INCREASE -> result + lost;
      case RATE -> (result + lost) / (rangeMs / 1000.0);
      case Function other ->
          throw new IllegalStateException(other.text() + " knows no extended ranges");
    };
  }

  /// The samples that a window is about, those that its ends reach for included.
  ///
  /// @param first of them
  /// @param last of them
  record Reach(int first, int last) {}

  /// Whether there are floats and histograms among all samples that a window may reach for.
  private boolean isMixed(RawSeries raw, long start, long end, boolean smoothed) {
    if (raw.histograms() == null) {
      return false;
    }
    long lookback = context.lookbackMs();
    int first = firstAfter(raw, start - lookback);
    int last = firstAfter(raw, smoothed ? end + lookback : end) - 1;
    int found = ExtendedHistograms.histogramsIn(raw, first, last);
    context.budget().work(last - first + 1);
    return found > 0 && found <= last - first;
  }

  /// What a window reaches for; null if nothing lies after its start.
  private @Nullable Reach reach(RawSeries raw, long start, long end, boolean smoothed) {
    long oldest = start - context.lookbackMs();
    long newest = smoothed ? end + context.lookbackMs() : end;
    int from = firstAfter(raw, oldest);
    int to = firstAfter(raw, newest);
    int inside = Math.max(from, firstAfter(raw, start));
    boolean onlyAfter = smoothed && inside == from && inside < to && raw.times()[inside] > end;
    if (inside >= to || onlyAfter) {
      return null;
    }
    int first = inside > from ? inside - 1 : inside;
    int last = to - 1;
    if (smoothed) {
      last = Math.min(last, Math.max(first, firstAfter(raw, end - 1)));
    }
    return new Reach(first, last);
  }

  /// The values at the start, inside and at the end of a window.
  private static double[] points(
      RawSeries raw, Reach reach, long start, long end, boolean smoothed, boolean counter) {
    int first = reach.first();
    int last = reach.last();
    double left = raw.values()[first];
    if (smoothed && raw.times()[first] < start && first < last) {
      left = interpolate(raw, first, start, counter);
    }
    double right = raw.values()[last];
    if (smoothed && last > first && raw.times()[last] > end) {
      right = interpolate(raw, last - 1, end, counter);
    }
    int begin = raw.times()[first] <= start ? first + 1 : first;
    int stop = raw.times()[last] >= end ? last : last + 1;
    int middle = Math.max(0, stop - begin);
    double[] points = new double[middle + 2];
    points[0] = left;
    if (middle > 0) {
      System.arraycopy(raw.values(), begin, points, 1, middle);
    }
    points[points.length - 1] = right;
    return points;
  }

  private static int firstAfter(RawSeries raw, long time) {
    int low = 0;
    int high = raw.count();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (raw.times()[middle] <= time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// A window with points at exactly its two ends, for showing; empty if nothing lies after its
  /// start.
  RawSeries window(RawSeries raw, long start, long end, boolean smoothed, Position position) {
    Reach reach = reach(raw, start, end, smoothed);
    if (reach == null) {
      return new RawSeries(raw.labels(), raw.dropName(), new long[0], new double[0], null, 0);
    }
    double[] values = points(raw, reach, start, end, smoothed, false);
    long[] times = new long[values.length];
    int inside = firstAfter(raw, start);
    for (int i = 1; i < values.length - 1; i++) {
      times[i] = raw.times()[inside + i - 1];
    }
    times[0] = start;
    times[times.length - 1] = end;
    return new RawSeries(
        raw.labels(),
        raw.dropName(),
        times,
        values,
        histograms(raw, reach, times, smoothed, position),
        values.length);
  }

  private @Nullable FloatHistogram @Nullable [] histograms(
      RawSeries raw, Reach reach, long[] times, boolean smoothed, Position position) {
    @Nullable FloatHistogram[] all = raw.histograms();
    if (all == null) {
      return null;
    }
    ExtendedHistograms mixed = new ExtendedHistograms(context, position);
    int first = reach.first();
    int last = reach.last();
    long start = times[0];
    long end = times[times.length - 1];
    @Nullable FloatHistogram[] shown = new @Nullable FloatHistogram[times.length];
    boolean leftBetween = smoothed && raw.times()[first] < start && first < last;
    boolean rightBetween = smoothed && raw.times()[last] > end && last > first;
    shown[0] = leftBetween ? mixed.between(raw, first, start, false) : all[first];
    shown[shown.length - 1] = rightBetween ? mixed.between(raw, last - 1, end, false) : all[last];
    int inside = firstAfter(raw, start);
    for (int i = 1; i < shown.length - 1; i++) {
      shown[i] = all[inside + i - 1];
    }
    return shown;
  }
}
