package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `histogram_quantile` and friends over buckets that are series with a label `le`. Confined to the
/// query's thread.
final class ClassicHistograms {

  private static final String BUCKET_LABEL = "le";

  private final QueryContext context;
  private final Evaluator evaluator;

  /// The buckets of one histogram at one step.
  private final BucketMath.Buckets present = new BucketMath.Buckets();

  /// The vector that the histograms are taken from.
  private Evaluated read = new Evaluated.Vectors(List.of());

  ClassicHistograms(QueryContext context, Evaluator evaluator) {
    this.context = context;
    this.evaluator = evaluator;
  }

  /// The buckets of one histogram, in ascending order of bounds.
  private static final class Histogram {
    private final Labels labels;
    private final List<Bucket> buckets = new ArrayList<>();
    private double[] bounds = {};
    private double[][] counts = {};
    private boolean dropName;

    /// The native histogram of the same labels, if there is one.
    private @Nullable StepSeries whole;

    Histogram(Labels labels) {
      this.labels = labels;
    }

    /// To be called when all buckets are there.
    void arrange() {
      buckets.sort((a, b) -> Double.compare(a.bound, b.bound));
      bounds = new double[buckets.size()];
      counts = new double[buckets.size()][];
      for (int b = 0; b < bounds.length; b++) {
        bounds[b] = buckets.get(b).bound;
        counts[b] = buckets.get(b).series.values();
      }
    }
  }

  private record Bucket(double bound, StepSeries series) {}

  Evaluated evaluate(Expr.Call call, Steps steps) {
    return switch (call.function()) {
      case HISTOGRAM_QUANTILE -> quantile(call, steps);
      case HISTOGRAM_QUANTILES -> quantiles(call, steps);
      case HISTOGRAM_FRACTION -> fraction(call, steps);
      case Function other ->
          throw new IllegalStateException(other.text() + " is no histogram function");
    };
  }

  private Evaluated quantile(Expr.Call call, Steps steps) {
    Expr parameter = call.arguments().get(0);
    Expr vector = call.arguments().get(1);
    Position place = evaluator.place(call, vector);
    double[] quantiles = evaluator.scalars(parameter, steps);
    warnStrange(quantiles, evaluator.place(call, parameter));
    List<StepSeries> result = new ArrayList<>();
    for (Histogram histogram : histograms(vector, steps, place)) {
      double[] values = evaluator.allocate(steps);
      for (int i = 0; i < values.length; i++) {
        if (isThere(histogram, i, place)) {
          values[i] = quantile(quantiles[i], histogram, i, steps, place);
        }
      }
      result.add(finished(histogram, histogram.labels, values));
    }
    evaluator.release(read);
    return evaluator.named(result);
  }

  private void warnStrange(double[] quantiles, Position position) {
    for (double q : quantiles) {
      if (Quantiles.isStrange(q)) {
        context
            .annotations()
            .warn(
                "quantile value should be between 0 and 1, got " + SampleText.general(q), position);
      }
    }
  }

  private Evaluated quantiles(Expr.Call call, Steps steps) {
    Expr vector = call.arguments().get(0);
    Position place = evaluator.place(call, vector);
    String label = evaluator.text(call.arguments().get(1));
    if (label.isEmpty()) {
      throw QueryContext.execution("invalid label name " + GoText.quote(label));
    }
    List<Histogram> histograms = histograms(vector, steps, place);
    List<StepSeries> result = new ArrayList<>();
    for (Expr parameter : call.arguments().subList(2, call.arguments().size())) {
      double[] quantiles = evaluator.scalars(parameter, steps);
      warnStrange(quantiles, evaluator.place(call, parameter));
      for (Histogram histogram : histograms) {
        Map<Double, double[]> byQuantile = new LinkedHashMap<>();
        for (int i = 0; i < steps.count(); i++) {
          if (isThere(histogram, i, place)) {
            double q = quantiles[i];
            byQuantile.computeIfAbsent(q, _ -> evaluator.allocate(steps))[i] =
                quantile(q, histogram, i, steps, place);
          }
        }
        byQuantile.forEach((q, values) ->
            result.add(
                finished(
                    histogram,
                    histogram.labels.toBuilder().set(label, openMetrics(q)).build(),
                    values)));
      }
    }
    evaluator.release(read);
    return new Evaluated.Vectors(Evaluator.mergeEqual(evaluator.named(result).series()));
  }

  /// As OpenMetrics writes floats: whole numbers end in `.0`.
  private static String openMetrics(double value) {
    String text = SampleText.general(value);
    boolean plain = text.chars().allMatch(c -> c == '-' || Lexer.isDigit(c));
    return plain ? text + ".0" : text;
  }

  private Evaluated fraction(Expr.Call call, Steps steps) {
    double[] lower = evaluator.scalars(call.arguments().get(0), steps);
    double[] upper = evaluator.scalars(call.arguments().get(1), steps);
    List<StepSeries> result = new ArrayList<>();
    Position position = evaluator.place(call, call.arguments().get(2));
    for (Histogram histogram : histograms(call.arguments().get(2), steps, position)) {
      double[] values = evaluator.allocate(steps);
      for (int i = 0; i < values.length; i++) {
        if (isThere(histogram, i, position)) {
          values[i] = fraction(lower[i], upper[i], histogram, i, position);
        }
      }
      result.add(finished(histogram, histogram.labels, values));
    }
    evaluator.release(read);
    return evaluator.named(result);
  }

  private StepSeries finished(Histogram histogram, Labels labels, double[] values) {
    context.budget().holdLabels();
    return context.options().delayedNameRemoval()
        ? new StepSeries(labels, true, values)
        : new StepSeries(context.withoutName(labels), histogram.dropName, values);
  }

  private double fraction(
      double lower, double upper, Histogram histogram, int step, Position position) {
    FloatHistogram whole = histogram.whole == null ? null : histogram.whole.histogram(step);
    if (whole == null) {
      return BucketMath.fraction(lower, upper, present);
    }
    if (lower < upper && Double.isNaN(whole.sum()) && HistogramQuantiles.hasNan(whole)) {
      context
          .annotations()
          .info(
              Annotations.forMetric(
                  "input to histogram_fraction has NaN observations, which are excluded from all"
                      + " fractions",
                  histogram.labels.metricName()),
              position);
    }
    return HistogramQuantiles.fraction(lower, upper, whole);
  }

  private double quantile(double q, Histogram histogram, int step, Steps steps, Position position) {
    FloatHistogram whole = histogram.whole == null ? null : histogram.whole.histogram(step);
    if (whole == null) {
      return quantile(q, histogram, steps.time(step), position);
    }
    HistogramQuantiles.Quantile found = HistogramQuantiles.quantile(q, whole);
    String effect =
        switch (found.effect()) {
          case NONE -> "";
          case RESULT -> "result is NaN";
          case SKEWED -> "result is skewed higher";
        };
    if (!effect.isEmpty()) {
      context
          .annotations()
          .info(
              Annotations.forMetric(
                  "input to histogram_quantile has NaN observations, " + effect,
                  histogram.labels.metricName()),
              position);
    }
    return found.value();
  }

  /// Whether there are buckets or a native histogram at a step. Both are too much: then neither
  /// counts.
  private boolean isThere(Histogram histogram, int step, Position position) {
    boolean buckets = findPresent(histogram, step);
    boolean whole = histogram.whole != null && histogram.whole.histogram(step) != null;
    if (buckets && whole) {
      context
          .annotations()
          .warn(
              Annotations.forMetric(
                  "vector contains a mix of classic and native histograms",
                  histogram.labels.metricName()),
              position);
    }
    return buckets != whole;
  }

  private double quantile(double q, Histogram histogram, long timeMs, Position position) {
    double result = BucketMath.quantile(q, present);
    if (present.repaired()) {
      context
          .annotations()
          .monotonicity(
              histogram.labels.metricName(),
              present.minRepaired(),
              present.maxRepaired(),
              present.maxDifference(),
              timeMs,
              position);
    }
    return result;
  }

  private boolean findPresent(Histogram histogram, int step) {
    present.clear(histogram.bounds.length);
    for (int b = 0; b < histogram.bounds.length; b++) {
      double count = histogram.counts[b][step];
      if (!StepSeries.isAbsent(count)) {
        present.add(histogram.bounds[b], count);
      }
    }
    context.budget().work(histogram.bounds.length);
    return !present.isEmpty();
  }

  private List<Histogram> histograms(Expr vector, Steps steps, Position place) {
    List<Histogram> histograms = new ArrayList<>();
    List<Histogram> alone = new ArrayList<>();
    LabelGrouper grouper = new LabelGrouper(List.of(BUCKET_LABEL), true);
    Map<String, Optional<Double>> bounds = new HashMap<>();
    Evaluated.Vectors input = evaluator.vectors(vector, steps);
    read = input;
    for (StepSeries series : input.series()) {
      if (series.histograms() != null) {
        Histogram histogram;
        if (series.labels().has(BUCKET_LABEL)) {
          histogram =
              new Histogram(series.labels()); // buckets have no such label when put together
          histogram.dropName = series.dropName();
          alone.add(histogram);
        } else {
          histogram = histogram(histograms, grouper, series);
        }
        histogram.whole = series;
        if (!SeriesStream.anyPresent(series.values())) {
          continue;
        }
      }
      String text = series.labels().get(BUCKET_LABEL);
      Optional<Double> bound =
          bounds.computeIfAbsent(text, t -> Optional.ofNullable(parseBound(t)));
      if (bound.isEmpty()) {
        if (series.anyPresent()) {
          context
              .annotations()
              .warn(
                  Annotations.forMetric(
                      "bucket label \"le\" is missing or has a malformed value of "
                          + GoText.quote(text),
                      series.labels().metricName()),
                  place);
        }
        continue;
      }
      Histogram histogram = histogram(histograms, grouper, series);
      histogram.buckets.add(new Bucket(bound.get(), series));
    }
    histograms.addAll(alone);
    for (Histogram histogram : histograms) {
      histogram.arrange();
      context.order().lookAtBounds(vector, histogram.bounds);
    }
    return histograms;
  }

  private static Histogram histogram(
      List<Histogram> histograms, LabelGrouper grouper, StepSeries series) {
    int number = grouper.number(series.labels());
    if (number == histograms.size()) {
      histograms.add(new Histogram(grouper.labels(number)));
    }
    Histogram histogram = histograms.get(number);
    histogram.dropName |= series.dropName();
    return histogram;
  }

  private static @Nullable Double parseBound(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    switch (lower) {
      case "+inf", "inf", "infinity", "+infinity" -> {
        return Double.POSITIVE_INFINITY;
      }
      case "-inf", "-infinity" -> {
        return Double.NEGATIVE_INFINITY;
      }
      case "nan" -> {
        return Double.NaN;
      }
      default -> {
        boolean number =
            !text.isEmpty()
                && text.chars().allMatch(c -> Lexer.isDigit(c) || "+-.eE".indexOf(c) >= 0);
        try {
          Double bound = number ? Double.valueOf(text) : null;
          return bound == null || bound.isInfinite() ? null : bound; // out of a double's range
        } catch (NumberFormatException _) {
          return null;
        }
      }
    }
  }
}
