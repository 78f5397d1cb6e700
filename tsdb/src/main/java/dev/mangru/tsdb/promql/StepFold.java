package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Folds series into one row per group, a value per step: `sum`, `avg`, `count`, `group`, `min`,
/// `max`, `stddev` and `stdvar`. Confined to the query's thread.
///
/// Series are added one after the other in the order of the input, which at each step is the order
/// in which Prometheus adds them, so results are equal bit for bit.
final class StepFold {

  private static final double[] NONE = {};

  private final Aggregation operation;
  private final QueryBudget budget;
  private final int steps;
  private final int arrays;
  private Row[] rows = new Row[16];
  private int count;
  private boolean ignoredHistograms;

  /// The state of one group. Which arrays there are depends on the operation; `first` is the result
  /// in the end.
  private static final class Row {
    private final double[] first;
    private final double[] second;
    private final double[] third;
    private @Nullable RunningMean @Nullable [] overflown;
    private @Nullable FoldedHistograms histograms;
    private boolean dropName;

    /// Whether it is known that there is a value at every step.
    private boolean full;

    Row(double[] first, double[] second, double[] third) {
      this.first = first;
      this.second = second;
      this.third = third;
    }
  }

  StepFold(Aggregation operation, int steps, QueryBudget budget) {
    this.operation = operation;
    this.steps = steps;
    this.budget = budget;
    this.arrays =
        switch (operation) {
          case COUNT, GROUP, MIN, MAX -> 1;
          case SUM -> 2;
          case AVG, STDDEV, STDVAR -> 3;
          case TOPK, BOTTOMK, COUNT_VALUES, QUANTILE, LIMITK, LIMIT_RATIO ->
              throw new IllegalStateException(operation.text() + " does not fold");
        };
  }

  static boolean folds(Aggregation operation) {
    return switch (operation) {
      case COUNT, GROUP, MIN, MAX, SUM, AVG, STDDEV, STDVAR -> true;
      case TOPK, BOTTOMK, COUNT_VALUES, QUANTILE, LIMITK, LIMIT_RATIO -> false;
    };
  }

  /// Adds one series to a group; groups are numbered from 0 in order of first sight.
  ///
  /// @param labels of the series
  /// @param full whether it is known that there is a value at every step
  void add(
      int group,
      Labels labels,
      boolean dropName,
      double[] values,
      @Nullable FloatHistogram @Nullable [] histograms,
      boolean full) {
    if (group == count) {
      addRow();
    }
    Row row = rows[group];
    row.dropName |= dropName;
    if (histograms != null) {
      add(row, histograms, labels);
    }
    switch (operation) {
      case SUM -> {
        if (full && row.full) {
          sumFull(row.first, row.second, values);
        } else {
          sum(row.first, row.second, values);
        }
      }
      case AVG -> average(row, values);
      case COUNT, GROUP -> count(row.first, values);
      case MIN -> min(row.first, values);
      case MAX -> max(row.first, values);
      case STDDEV, STDVAR -> deviate(row, values);
      case TOPK, BOTTOMK, COUNT_VALUES, QUANTILE, LIMITK, LIMIT_RATIO ->
          throw new IllegalStateException(operation.text() + " does not fold");
    }
    row.full |= full;
    budget.work(steps >> 1);
  }

  private void add(Row row, @Nullable FloatHistogram[] histograms, Labels labels) {
    switch (operation) {
      case SUM, AVG -> {
        if (row.histograms == null) {
          row.histograms = new FoldedHistograms(steps, operation == Aggregation.AVG, budget);
        }
        row.histograms.add(histograms, row.first, labels);
      }
      case COUNT, GROUP -> {
        for (int i = 0; i < histograms.length; i++) {
          if (histograms[i] != null) {
            row.first[i] = StepSeries.isAbsent(row.first[i]) ? 1 : row.first[i] + 1;
          }
        }
      }
      case MIN, MAX, STDDEV, STDVAR -> ignoredHistograms = true;
      case TOPK, BOTTOMK, COUNT_VALUES, QUANTILE, LIMITK, LIMIT_RATIO ->
          throw new IllegalStateException(operation.text() + " does not fold");
    }
    budget.work(8 * steps);
  }

  /// Whether there were histograms, which the operation knows nothing to do with.
  boolean ignoredHistograms() {
    return ignoredHistograms;
  }

  /// The histograms of a group, or null if there were none.
  @Nullable FoldedHistograms histograms(int group) {
    return rows[group].histograms;
  }

  private void addRow() {
    budget.hold(StepSeries.LABELS + (long) arrays * steps);
    double[] first = new double[steps];
    Arrays.fill(first, StepSeries.ABSENT);
    if (count == rows.length) {
      rows = Arrays.copyOf(rows, 2 * count);
    }
    rows[count++] =
        new Row(
            first, arrays > 1 ? new double[steps] : NONE, arrays > 2 ? new double[steps] : NONE);
  }

  private static void sum(double[] sums, double[] compensations, double[] values) {
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      if (StepSeries.isAbsent(value)) {
        continue;
      }
      double sum = sums[i];
      if (StepSeries.isAbsent(sum)) {
        sums[i] = 0 + value;
        continue;
      }
      double total = sum + value;
      compensations[i] += lost(sum, value, total);
      sums[i] = total;
    }
  }

  /// The same without a branch, so that several steps are added at a time.
  private static void sumFull(double[] sums, double[] compensations, double[] values) {
    for (int i = 0; i < values.length; i++) {
      double sum = sums[i];
      double value = values[i];
      double total = sum + value;
      compensations[i] += lost(sum, value, total);
      sums[i] = total;
    }
  }

  /// What was rounded off in `sum + value = total`, which is exactly what [NeumaierSum#compensate]
  /// adds; but that looks which of the two is larger. Where the total is not finite this is NaN,
  /// and never looked at: such a sum stays infinite or becomes NaN.
  ///
  /// Source: Knuth, The Art of Computer Programming 2, 4.2.2, theorem C.
  private static double lost(double sum, double value, double total) {
    double added = total - sum;
    return (sum - (total - added)) + (value - added);
  }

  private void average(Row row, double[] values) {
    double[] sums = row.first;
    double[] compensations = row.second;
    double[] counts = row.third;
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      if (StepSeries.isAbsent(value)) {
        continue;
      }
      double before = counts[i];
      counts[i] = before + 1;
      if (before == 0) {
        sums[i] = value;
        continue;
      }
      double sum = sums[i];
      double total = sum + value;
      if (Double.isInfinite(total) || hasOverflown(row, i)) {
        overflow(row, i, before, value);
        continue;
      }
      compensations[i] = NeumaierSum.compensate(sum, compensations[i], value, total);
      sums[i] = total;
    }
  }

  private static boolean hasOverflown(Row row, int step) {
    return row.overflown != null && row.overflown[step] != null;
  }

  /// From the first sum that would be infinite on, a running mean takes over at this step.
  private void overflow(Row row, int step, double before, double value) {
    if (row.overflown == null) {
      budget.hold(steps);
      row.overflown = new @Nullable RunningMean[steps];
    }
    RunningMean mean = row.overflown[step];
    if (mean == null) {
      mean = RunningMean.of(row.first[step], row.second[step], before);
      row.overflown[step] = mean;
    }
    mean.add(value);
  }

  private static void count(double[] counts, double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!StepSeries.isAbsent(values[i])) {
        counts[i] = StepSeries.isAbsent(counts[i]) ? 1 : counts[i] + 1;
      }
    }
  }

  /// NaN loses to everything; so does [StepSeries#ABSENT], which is one.
  private static void min(double[] extremes, double[] values) {
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      double extreme = extremes[i];
      if (!StepSeries.isAbsent(value) && (extreme > value || Double.isNaN(extreme))) {
        extremes[i] = value;
      }
    }
  }

  private static void max(double[] extremes, double[] values) {
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      double extreme = extremes[i];
      if (!StepSeries.isAbsent(value) && (extreme < value || Double.isNaN(extreme))) {
        extremes[i] = value;
      }
    }
  }

  private static void deviate(Row row, double[] values) {
    double[] squares = row.first;
    double[] means = row.second;
    double[] counts = row.third;
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      if (StepSeries.isAbsent(value)) {
        continue;
      }
      counts[i]++;
      if (counts[i] == 1) {
        means[i] = value;
        squares[i] = Double.isNaN(value) || Double.isInfinite(value) ? Double.NaN : 0;
        continue;
      }
      double delta = value - means[i];
      means[i] += delta / counts[i];
      squares[i] += delta * (value - means[i]);
    }
  }

  /// Whether a series whose metric name goes at the end of the query is in the group.
  boolean dropName(int group) {
    return rows[group].dropName;
  }

  /// The result of one group, which is not to be added to after that.
  double[] result(int group) {
    Row row = rows[group];
    double[] result = row.first;
    for (int i = 0; i < steps; i++) {
      if (!StepSeries.isAbsent(result[i])) {
        result[i] = result(row, i);
      }
    }
    budget.work(steps);
    budget.release((arrays - 1L) * steps + (row.overflown == null ? 0 : steps));
    return result;
  }

  private double result(Row row, int step) {
    double value = row.first[step];
    return switch (operation) {
      case COUNT, MIN, MAX -> value;
      case GROUP -> 1;
      case SUM -> Double.isFinite(value) ? value + row.second[step] : value;
      case AVG -> {
        RunningMean mean = row.overflown == null ? null : row.overflown[step];
        double count = row.third[step];
        yield mean != null ? mean.result() : value / count + row.second[step] / count;
      }
      case STDDEV -> Math.sqrt(value / row.third[step]);
      case STDVAR -> value / row.third[step];
      case TOPK, BOTTOMK, COUNT_VALUES, QUANTILE, LIMITK, LIMIT_RATIO ->
          throw new IllegalStateException(operation.text() + " does not fold");
    };
  }
}
