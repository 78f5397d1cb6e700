package dev.mangru.tsdb.ingest.otlp;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.metric.SampleText;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.tsdb.ingest.Extras;
import dev.mangru.tsdb.ingest.HistogramChecks;
import java.util.ArrayList;
import java.util.List;

/// Turns data points into samples. Confined to one thread; used for one body.
final class PointSink {

  /// Prometheus' finest schema; OpenTelemetry's are finer.
  private static final int MAX_SCALE = 8;

  private static final int MIN_SCALE = -4;

  /// Half the width of the zero bucket where a sender does not tell it: Prometheus' number.
  private static final double ZERO_THRESHOLD = 1e-128;

  private final Appender appender;
  private final Extras extras;
  private final OtlpLabels labels;
  private final OtlpOptions options;
  private final List<String> problems = new ArrayList<>(0);
  private long points;
  private long rejected;

  private String family = "";
  private boolean counts;
  private boolean delta;
  private boolean exemplars;

  PointSink(Appender appender, Extras extras, OtlpLabels labels, OtlpOptions options) {
    this.appender = appender;
    this.extras = extras;
    this.labels = labels;
    this.options = options;
  }

  /// Begins a metric.
  ///
  /// @param isCounter whether its points count from a start
  /// @param isDelta whether they count from the point before
  /// @param hasExemplars whether exemplars of its numbers are kept
  void begin(String name, boolean isCounter, boolean isDelta, boolean hasExemplars) {
    family = name;
    counts = isCounter;
    delta = isDelta;
    exemplars = hasExemplars;
  }

  OtlpSummary summary() {
    return new OtlpSummary(points, rejected, problems);
  }

  /// Leaves out points, for this reason.
  void problem(String reason, long count) {
    rejected += count;
    if (problems.size() < OtlpSummary.MAX_PROBLEMS) {
      problems.add(reason);
    }
  }

  /// A sample of `target_info`.
  void info(Labels series, long timeMs) {
    guarded(() -> appender.append(series, timeMs, 1), 0);
  }

  /// Appends what one point gives; labels over a limit leave it out.
  private void guarded(Runnable append, int count) {
    try {
      append.run();
      points += count;
    } catch (MangruException e) {
      if (e.code() != ErrorCode.BAD_DATA) {
        throw e;
      }
      problem("metric " + family + ": " + e.text(), count);
    }
  }

  // ---- numbers --------------------------------------------------------------------------------

  void number(Point point) {
    guarded(
        () -> {
          Labels series = labels.of(point.attributes).set(Labels.METRIC_NAME, family).build();
          add(series, point, point.value);
          if (exemplars && extras.wantsExemplars()) {
            point.exemplars.forEach(exemplar -> extras.add(series, exemplar));
          }
        },
        1);
  }

  private void add(Labels series, Point point, double value) {
    appender.append(
        series, point.timeMs(), start(point), point.stale() ? StaleMarker.VALUE : value);
  }

  private long start(Point point) {
    return counts ? point.startMs() : SampleCursor.NO_START;
  }

  // ---- summaries ------------------------------------------------------------------------------

  void summary(Point point) {
    guarded(
        () -> {
          Labels base = labels.of(point.attributes).build();
          add(named(base, "_sum"), point, point.sum);
          add(named(base, "_count"), point, unsigned(point.count));
          for (int i = 0; i < point.quantiles.size(); i += 2) {
            String quantile = SampleText.plain(point.quantiles.get(i));
            add(
                base.with("quantile", quantile).with(Labels.METRIC_NAME, family),
                point,
                point.quantiles.get(i + 1));
          }
        },
        1);
  }

  private Labels named(Labels base, String suffix) {
    return base.with(Labels.METRIC_NAME, family + suffix);
  }

  private static double unsigned(long count) {
    return count >= 0 ? count : ((count >>> 1) | (count & 1)) * 2.0;
  }

  // ---- histograms of explicit bounds ----------------------------------------------------------

  void histogram(Point point) {
    if (options.convertHistogramsToNhcb()) {
      nativeHistogram(point, custom(point));
      return;
    }
    guarded(() -> classic(point), 1);
  }

  private void classic(Point point) {
    Labels base = labels.of(point.attributes).build();
    if (point.hasSum) {
      add(named(base, "_sum"), point, point.sum);
    }
    add(named(base, "_count"), point, unsigned(point.count));
    Labels bucket = named(base, "_bucket");
    int bounds = Math.min(point.bounds.size(), point.positive.size());
    List<Labels> series = new ArrayList<>(bounds + 1);
    long cumulative = 0;
    for (int i = 0; i < bounds; i++) {
      cumulative += point.positive.at(i);
      Labels of = bucket.with("le", SampleText.plain(point.bounds.get(i)));
      series.add(of);
      add(of, point, unsigned(cumulative));
    }
    Labels infinite = bucket.with("le", "+Inf");
    series.add(infinite);
    add(infinite, point, unsigned(point.count));
    if (extras.wantsExemplars()) {
      for (Exemplar exemplar : point.exemplars) {
        int in = 0;
        while (in < bounds && !(exemplar.value() <= point.bounds.get(in))) {
          in++;
        }
        extras.add(series.get(in), exemplar);
      }
    }
  }

  private NativeHistogram.Builder custom(Point point) {
    int first = 0;
    while (first < point.positive.size() && point.positive.at(first) == 0) {
      first++;
    }
    point.positive.layOut(first, first, 0, 0);
    return builder(point)
        .schema(NativeHistogram.CUSTOM_BUCKETS_SCHEMA)
        .customBounds(point.bounds.toArray())
        .positive(point.positive.spans(), point.positive.counts());
  }

  // ---- exponential histograms -----------------------------------------------------------------

  void exponential(Point point) {
    if (point.scale < MIN_SCALE) {
      problem(
          "metric "
              + family
              + ": cannot convert exponential to native histogram. Scale must be >= "
              + MIN_SCALE
              + ", was "
              + point.scale,
          1);
      return;
    }
    int down = Math.min(31, Math.max(0, point.scale - MAX_SCALE));
    // Bucket 0 lies above 1 there, and below here.
    point.positive.layOut(0, point.positiveOffset, down, 1);
    point.negative.layOut(0, point.negativeOffset, down, 1);
    nativeHistogram(
        point,
        builder(point)
            .schema(Math.min(MAX_SCALE, point.scale))
            .zero(point.zeroThreshold > 0 ? point.zeroThreshold : ZERO_THRESHOLD, point.zeroCount)
            .positive(point.positive.spans(), point.positive.counts())
            .negative(point.negative.spans(), point.negative.counts()));
  }

  private NativeHistogram.Builder builder(Point point) {
    return NativeHistogram.builder(true)
        .resetHint(delta ? ResetHint.GAUGE : ResetHint.UNKNOWN)
        .total(point.count, point.hasSum ? point.sum : 0);
  }

  private void nativeHistogram(Point point, NativeHistogram.Builder builder) {
    NativeHistogram histogram =
        point.stale()
            ? NativeHistogram.builder(true).total(0, StaleMarker.VALUE).build()
            : builder.build();
    String wrong = point.stale() ? "" : HistogramChecks.check(histogram);
    if (!wrong.isEmpty()) {
      problem("metric " + family + ": a histogram at " + point.timeMs() + ": " + wrong, 1);
      return;
    }
    guarded(
        () -> {
          Labels series = labels.of(point.attributes).set(Labels.METRIC_NAME, family).build();
          appender.append(series, point.timeMs(), start(point), histogram);
          if (extras.wantsExemplars()) {
            point.exemplars.forEach(exemplar -> extras.add(series, exemplar));
          }
        },
        1);
  }
}
