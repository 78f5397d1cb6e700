package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.promql.Expr.Cardinality;
import dev.mangru.tsdb.promql.Expr.Matching;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Arithmetic and comparisons between two vectors, one-to-one or many-to-one. Confined to the
/// query's thread; used once.
///
/// “Many” and “one” are the operands in the order of the expression, exchanged for `group_right`.
final class VectorMatcher {

  /// What is remembered of two series that met, in samples.
  private static final int PAIR = 6;

  private final Expr.Binary binary;
  private final QueryContext context;
  private final Evaluator evaluator;
  private final Matching matching;
  private final boolean swapped;
  private final Signatures signatures;
  private final SampleOperation operation;

  /// Finished series by labels, and by the pair of series they come from.
  private final Map<Labels, Row> rows = new LinkedHashMap<>();

  private final Map<Long, Row> rowOfPair = new HashMap<>();

  private static final class Row {
    private final Labels labels;
    private final double[] values;
    private @Nullable FloatHistogram @Nullable [] histograms;
    private boolean dropName;
    private int lastStep = -1;

    Row(Labels labels, double[] values, boolean dropName) {
      this.labels = labels;
      this.values = values;
      this.dropName = dropName;
    }
  }

  VectorMatcher(Expr.Binary binary, QueryContext context, Evaluator evaluator) {
    this.binary = binary;
    this.context = context;
    this.evaluator = evaluator;
    this.matching = binary.matching();
    this.swapped = matching.cardinality() == Cardinality.ONE_TO_MANY;
    this.signatures = new Signatures(matching);
    this.operation = new SampleOperation(binary, context);
  }

  List<StepSeries> apply(List<StepSeries> left, List<StepSeries> right, Steps steps) {
    long weight = signatures.weight(left.size() + right.size());
    context.budget().hold(weight);
    List<StepSeries> result = match(left, right, steps);
    context.budget().release(weight);
    return result;
  }

  private List<StepSeries> match(List<StepSeries> left, List<StepSeries> right, Steps steps) {
    List<StepSeries> many = swapped ? right : left;
    List<StepSeries> one = swapped ? left : right;
    // The fill modifiers name the sides as matched: under group_right, left is the many side.
    Double fillMany = matching.fillLeft();
    Double fillOne = matching.fillRight();
    int[] manyNumbers = signatures.number(many, context.budget());
    int[] oneNumbers = signatures.number(one, context.budget());
    if (fillMany == null && fillOne == null) {
      List<StepSeries> result = new FixedPairs(many, one).apply(manyNumbers, oneNumbers, steps);
      if (result != null) {
        return result;
      }
    }
    int[] partner = new int[signatures.count()];
    boolean[] matched = new boolean[signatures.count()];
    for (int i = 0; i < steps.count(); i++) {
      boolean anyMany = anyPresent(many, i);
      boolean anyOne = anyPresent(one, i);
      boolean nothingMeets =
          (!anyMany && (fillMany == null || !anyOne)) || (!anyOne && (fillOne == null || !anyMany));
      if (nothingMeets) {
        continue;
      }
      findPartners(one, oneNumbers, partner, i);
      Arrays.fill(matched, false);
      Map<Integer, Set<Labels>> results = new HashMap<>();
      for (int m = 0; m < many.size(); m++) {
        if (many.get(m).present(i)) {
          int partnerIndex = partner[manyNumbers[m]];
          if (partnerIndex >= 0 || fillOne != null) {
            StepSeries other = partnerIndex >= 0 ? one.get(partnerIndex) : null;
            checkOneToOne(matched, manyNumbers[m]);
            matched[manyNumbers[m]] = true;
            Row row = row(m, many.get(m), partnerIndex, other, steps);
            put(
                row,
                i,
                many.get(m).values()[i],
                many.get(m).histogram(i),
                other == null && fillOne != null ? fillOne : valueOf(other, i),
                other == null ? null : other.histogram(i),
                results,
                manyNumbers[m]);
          }
        }
      }
      if (fillMany != null) {
        fillMissing(one, oneNumbers, matched, fillMany, i, steps, results);
      }
      context.budget().work(many.size() + one.size());
    }
    return finish();
  }

  private static double valueOf(@Nullable StepSeries series, int step) {
    return series == null ? Double.NaN : series.values()[step];
  }

  private static boolean anyPresent(List<StepSeries> series, int step) {
    for (StepSeries one : series) {
      if (one.present(step)) {
        return true;
      }
    }
    return false;
  }

  private void findPartners(List<StepSeries> one, int[] numbers, int[] partner, int step) {
    Arrays.fill(partner, -1);
    for (int s = 0; s < one.size(); s++) {
      if (!one.get(s).present(step)) {
        continue;
      }
      int before = partner[numbers[s]];
      if (before >= 0) {
        throw duplicatePartner(one.get(before).labels(), one.get(s).labels());
      }
      partner[numbers[s]] = s;
    }
  }

  private RuntimeException duplicatePartner(Labels first, Labels second) {
    List<String> both = new ArrayList<>(List.of(GoText.labels(first), GoText.labels(second)));
    both.sort(Labels::compareUtf8);
    return QueryContext.execution(
        "found duplicate series for the match group "
            + GoText.labels(signatures.of(second))
            + " on the "
            + (swapped ? "left" : "right")
            + " hand-side of the operation: ["
            + both.get(0)
            + ", "
            + both.get(1)
            + "];many-to-many matching not allowed: matching labels must be unique on one side");
  }

  private void checkOneToOne(boolean[] matched, int number) {
    if (matching.cardinality() == Cardinality.ONE_TO_ONE && matched[number]) {
      throw QueryContext.execution(
          "multiple matches for labels: many-to-one matching must be explicit"
              + " (group_left/group_right)");
    }
  }

  private void fillMissing(
      List<StepSeries> one,
      int[] numbers,
      boolean[] matched,
      double fill,
      int step,
      Steps steps,
      Map<Integer, Set<Labels>> results) {
    for (int s = 0; s < one.size(); s++) {
      StepSeries series = one.get(s);
      if (series.present(step) && !matched[numbers[s]]) {
        Row row = row(-1, null, s, series, steps);
        put(
            row,
            step,
            fill,
            null,
            series.values()[step],
            series.histogram(step),
            results,
            numbers[s]);
      }
    }
  }

  private void put(
      Row row,
      int step,
      double manyValue,
      @Nullable FloatHistogram manyHistogram,
      double oneValue,
      @Nullable FloatHistogram oneHistogram,
      Map<Integer, Set<Labels>> results,
      int signature) {
    boolean found =
        swapped
            ? operation.apply(oneValue, oneHistogram, manyValue, manyHistogram)
            : operation.apply(manyValue, manyHistogram, oneValue, oneHistogram);
    if (!found) {
      return;
    }
    if (matching.cardinality() != Cardinality.ONE_TO_ONE
        && !results.computeIfAbsent(signature, _ -> new HashSet<>()).add(row.labels)) {
      throw QueryContext.execution(
          "multiple matches for labels: grouping labels must ensure unique matches");
    }
    if (row.lastStep == step) {
      throw Evaluator.duplicate();
    }
    row.lastStep = step;
    row.values[step] = operation.value;
    FloatHistogram histogram = operation.histogram;
    if (histogram != null) {
      row.values[step] = StepSeries.ABSENT;
      row.histograms = StepHistograms.with(row.histograms, row.values.length, step, histogram);
      context.budget().hold(histogram.memoryBytes() / 16);
    }
  }

  private Row newRow(Labels labels, Steps steps, boolean drop) {
    context.budget().holdLabels();
    return new Row(labels, evaluator.allocate(steps), drop);
  }

  private Row row(
      int manyIndex,
      @Nullable StepSeries many,
      int oneIndex,
      @Nullable StepSeries one,
      Steps steps) {
    long pair = ((long) (manyIndex + 1) << 32) | (oneIndex + 1);
    Row known = rowOfPair.get(pair);
    if (known != null) {
      return known;
    }
    context.budget().hold(PAIR);
    Labels manyLabels = many == null ? null : many.labels();
    Labels oneLabels = one == null ? null : one.labels();
    if (manyLabels == null) {
      manyLabels = signatures.of(Objects.requireNonNull(oneLabels));
    }
    if (oneLabels == null) {
      oneLabels = signatures.of(manyLabels);
    }
    boolean drop = dropsName(many);
    Labels labels = finalLabels(manyLabels, oneLabels);
    Row row = rows.computeIfAbsent(labels, key -> newRow(key, steps, drop));
    row.dropName |= drop;
    rowOfPair.put(pair, row);
    context.budget().work(32);
    return row;
  }

  private boolean dropsName(@Nullable StepSeries many) {
    return binary.bool() ? context.options().delayedNameRemoval() : many != null && many.dropName();
  }

  private Labels finalLabels(Labels many, Labels one) {
    Labels labels = resultLabels(many, one);
    return binary.bool() && !context.options().delayedNameRemoval()
        ? context.withoutName(labels)
        : labels;
  }

  private Labels resultLabels(Labels many, Labels one) {
    boolean keepsName =
        binary.operator().isComparison() || BinaryEvaluator.isTrim(binary.operator());
    Labels labels = keepsName ? many : context.withoutName(many);
    if (matching.cardinality() == Cardinality.ONE_TO_ONE) {
      labels = matching.on() ? labels.keep(matching.labels()) : labels.without(matching.labels());
    }
    if (!matching.include().isEmpty()) {
      for (String name : matching.include()) {
        labels = labels.with(name, one.get(name));
      }
    }
    return labels;
  }

  private List<StepSeries> finish() {
    List<StepSeries> result = new ArrayList<>();
    for (Row row : rows.values()) {
      StepSeries series = new StepSeries(row.labels, row.dropName, row.values, row.histograms);
      if (series.anyPresent()) {
        result.add(series);
      }
    }
    return result;
  }

  /// The usual case: no two elements of the one side ever share a signature and no two results ever
  /// have equal labels, so that each element of the many side has one partner at all steps and
  /// nothing can go wrong at any.
  private final class FixedPairs {
    private final List<StepSeries> many;
    private final List<StepSeries> one;

    FixedPairs(List<StepSeries> many, List<StepSeries> one) {
      this.many = many;
      this.one = one;
    }

    /// The result, or null if this is not the usual case.
    @Nullable List<StepSeries> apply(int[] manyNumbers, int[] oneNumbers, Steps steps) {
      if (BinaryEvaluator.isTrim(binary.operator())) {
        return null;
      }
      int[] partners = new int[signatures.count()];
      for (int s = 0; s < oneNumbers.length; s++) {
        if (partners[oneNumbers[s]] != 0) {
          return null;
        }
        partners[oneNumbers[s]] = s + 1;
      }
      @Nullable Labels[] labels = resultLabels(manyNumbers, partners);
      if (labels == null) {
        return null;
      }
      List<StepSeries> result = new ArrayList<>();
      for (int m = 0; m < labels.length; m++) {
        Labels own = labels[m];
        if (own != null) {
          add(own, many.get(m), one.get(partners[manyNumbers[m]] - 1), steps, result);
        }
      }
      return result;
    }

    /// The labels of each result, null for those without partner; null if two are equal.
    private @Nullable Labels @Nullable [] resultLabels(int[] manyNumbers, int[] partners) {
      @Nullable Labels[] labels = new @Nullable Labels[manyNumbers.length];
      boolean oneToOne = matching.cardinality() == Cardinality.ONE_TO_ONE;
      boolean[] taken = new boolean[signatures.count()];
      Set<Labels> seen = new HashSet<>();
      for (int m = 0; m < manyNumbers.length; m++) {
        int number = manyNumbers[m];
        if (partners[number] == 0) {
          continue;
        }
        Labels own = finalLabels(many.get(m).labels(), one.get(partners[number] - 1).labels());
        if ((oneToOne && taken[number]) || !seen.add(own)) {
          return null;
        }
        taken[number] = true;
        labels[m] = own;
      }
      context.budget().work(32 * manyNumbers.length);
      return labels;
    }

    private void addMixed(
        Labels labels,
        StepSeries manyMember,
        StepSeries oneMember,
        Steps steps,
        List<StepSeries> result) {
      StepSeries left = swapped ? oneMember : manyMember;
      StepSeries right = swapped ? manyMember : oneMember;
      context.budget().holdLabels();
      double[] values = evaluator.allocate(steps);
      @Nullable FloatHistogram @Nullable [] histograms = null;
      for (int i = 0; i < values.length; i++) {
        boolean found =
            left.present(i)
                && right.present(i)
                && operation.apply(
                    left.values()[i], left.histogram(i), right.values()[i], right.histogram(i));
        FloatHistogram histogram = operation.histogram;
        if (found && histogram != null) {
          histograms = StepHistograms.with(histograms, values.length, i, histogram);
        } else if (found) {
          values[i] = operation.value;
        }
        context.budget().work(8);
      }
      context.budget().hold(StepSeries.weight(histograms));
      StepSeries one = new StepSeries(labels, dropsName(manyMember), values, histograms);
      if (one.anyPresent()) {
        result.add(one);
      }
    }

    private void add(
        Labels labels,
        StepSeries manyMember,
        StepSeries oneMember,
        Steps steps,
        List<StepSeries> result) {
      if (manyMember.histograms() != null || oneMember.histograms() != null) {
        addMixed(labels, manyMember, oneMember, steps, result);
        return;
      }
      BinaryOperator operator = binary.operator();
      double[] left = (swapped ? oneMember : manyMember).values();
      double[] right = (swapped ? manyMember : oneMember).values();
      context.budget().holdLabels();
      double[] values = evaluator.allocate(steps);
      if (operator.isComparison() && !binary.bool()) {
        Arithmetic.filter(operator, left, right, left, values);
      } else {
        Arithmetic.apply(operator, left, right, values);
      }
      context.budget().work(values.length);
      if (SeriesStream.anyPresent(values)) {
        result.add(new StepSeries(labels, dropsName(manyMember), values));
      } else {
        context.budget().release(StepSeries.LABELS + values.length);
      }
    }
  }
}
