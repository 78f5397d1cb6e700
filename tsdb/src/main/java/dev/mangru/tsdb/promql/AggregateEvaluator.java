package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/// Aggregations over the elements of a vector. Confined to the query's thread.
///
/// Groups are found once per series; at each step a group consists of its series that have a value
/// there. What can be folded is folded series by series ([StepFold]).
final class AggregateEvaluator {

  private final QueryContext context;
  private final Evaluator evaluator;
  private final RangeFunctions functions;
  private final SeriesStream stream;

  AggregateEvaluator(
      QueryContext context, Evaluator evaluator, RangeFunctions functions, SeriesStream stream) {
    this.context = context;
    this.evaluator = evaluator;
    this.functions = functions;
    this.stream = stream;
  }

  /// The members of one group, in input order.
  private static final class Group {
    private final Labels labels;
    private final List<StepSeries> members = new ArrayList<>();
    private boolean dropName;

    Group(Labels labels) {
      this.labels = labels;
    }
  }

  Evaluated.Vectors evaluate(Expr.Aggregate aggregate, Steps steps) {
    if (StepFold.folds(aggregate.operation())) {
      return fold(aggregate, steps);
    }
    double[] parameter = {};
    if (aggregate.parameter() != null && aggregate.operation() != Aggregation.COUNT_VALUES) {
      parameter = evaluator.scalars(aggregate.parameter(), steps);
    }
    Evaluated.Vectors input = evaluator.vectors(aggregate.inner(), steps);
    List<StepSeries> series = input.series();
    if (aggregate.operation() == Aggregation.COUNT_VALUES) {
      Evaluated.Vectors counted = countValues(aggregate, series, steps);
      evaluator.release(input);
      return counted;
    }
    checkParameter(aggregate, parameter, series);
    boolean looks = !picks(aggregate.operation()) || Arrays.stream(parameter).anyMatch(k -> k >= 1);
    if (looks
        && ignoresHistograms(aggregate.operation())
        && series.stream().anyMatch(one -> one.histograms() != null)) {
      noteIgnored(aggregate);
    }
    List<Group> groups = groups(aggregate, aggregate.grouping(), series);
    List<StepSeries> result = new ArrayList<>();
    if (selects(aggregate.operation())) {
      Selection selection = new Selection(aggregate.operation(), parameter, context.budget());
      for (Group group : groups) {
        List<StepSeries> picked = selection.select(group.members, steps);
        context.order().lookAtPicked(aggregate, group.members, picked, steps.count());
        result.addAll(picked);
      }
      evaluator.release(input);
      return new Evaluated.Vectors(result);
    }
    for (Group group : groups) {
      context.budget().holdLabels();
      double[] values = evaluator.allocate(steps);
      new StepQuantiles(group.members, context.budget()).of(parameter, values);
      result.add(new StepSeries(group.labels, group.dropName, values));
    }
    evaluator.release(input);
    return new Evaluated.Vectors(result);
  }

  /// Adds series to their groups as they come; only where they must be compared with each other
  /// first are all of them in memory.
  private Evaluated.Vectors fold(Expr.Aggregate aggregate, Steps steps) {
    StepFold fold = new StepFold(aggregate.operation(), steps.count(), context.budget());
    Expr inner = aggregate.inner();
    Expr.Call call = functions.streamable(StepInvariance.unwrap(inner));
    LabelGrouper grouper;
    if (evaluator.isPlainSelector(inner, steps)) {
      boolean presence =
          aggregate.operation() == Aggregation.COUNT || aggregate.operation() == Aggregation.GROUP;
      Evaluated.@Nullable Vectors counted =
          presence && steps.count() == 1 && !aggregate.without() && context.watch().tally() == null
              ? NewestCounts.of(
                  context, aggregate, (Expr.VectorSelector) StepInvariance.unwrap(inner), steps)
              : null;
      if (counted != null) {
        PlanTrace trace = context.watch().trace();
        if (trace != null) {
          trace.note("counted by the index, no series was read");
        }
        return counted;
      }
      grouper = grouper(aggregate, aggregate.grouping(), false);
      stream.instant(
          (Expr.VectorSelector) StepInvariance.unwrap(inner),
          steps,
          new WindowKernels.Edge(true),
          presence,
          (labels, dropName, values, histograms, full) ->
              fold.add(grouper.number(labels), labels, dropName, values, histograms, full));
    } else if (call != null && !evaluator.broadcasts(call, steps)) {
      boolean nameGoes = !RangeFunctions.keepsName(call.function());
      boolean later = nameGoes && context.options().delayedNameRemoval();
      grouper = grouper(aggregate, aggregate.grouping(), nameGoes && !later);
      functions.stream(
          call,
          steps,
          (labels, dropName, values, histograms, full) ->
              fold.add(
                  grouper.number(labels),
                  later || !nameGoes ? labels : context.withoutName(labels),
                  later || dropName,
                  values,
                  histograms,
                  full));
    } else {
      grouper = grouper(aggregate, aggregate.grouping(), false);
      Evaluated.Vectors input = evaluator.vectors(inner, steps);
      context.order().lookAtFolded(aggregate, input.series(), steps.count());
      for (StepSeries one : input.series()) {
        fold.add(
            grouper.number(one.labels()),
            one.labels(),
            one.dropName(),
            one.values(),
            one.histograms(),
            false);
      }
      evaluator.release(input);
    }
    List<StepSeries> result = new ArrayList<>(grouper.count());
    for (int group = 0; group < grouper.count(); group++) {
      FoldedHistograms folded = fold.histograms(group);
      double[] values = fold.result(group);
      result.add(
          new StepSeries(
              grouper.labels(group),
              fold.dropName(group),
              values,
              folded == null ? null : histograms(aggregate, folded, values)));
    }
    if (fold.ignoredHistograms()) {
      noteIgnored(aggregate);
    }
    return new Evaluated.Vectors(result);
  }

  private void noteIgnored(Expr.Aggregate aggregate) {
    context
        .annotations()
        .info(
            "ignored histogram in " + aggregate.operation().text() + " aggregation",
            picks(aggregate.operation()) ? aggregate.position() : aggregate.inner().position());
  }

  private static boolean picks(Aggregation operation) {
    return operation == Aggregation.TOPK || operation == Aggregation.BOTTOMK;
  }

  /// The sums or means of a group's histograms; a step with floats as well has no result.
  private @Nullable FloatHistogram @Nullable [] histograms(
      Expr.Aggregate aggregate, FoldedHistograms folded, double[] values) {
    Position position = aggregate.inner().position();
    @Nullable FloatHistogram @Nullable [] row = null;
    for (String metric : folded.misfits()) {
      context.annotations().mixedLayouts(metric, position);
    }
    for (int i = 0; i < values.length; i++) {
      HistogramMean sum = folded.at(i);
      if (sum == null) {
        continue;
      }
      boolean floats = !StepSeries.isAbsent(values[i]);
      values[i] = StepSeries.ABSENT;
      if (sum.reconciledBounds()) {
        context.annotations().reconciledBounds("aggregation", position);
      }
      if (floats && sum.seesFloats()) {
        context
            .annotations()
            .warn("encountered a mix of histograms and floats for aggregation", position);
      } else if (!sum.incompatible()) {
        if (sum.conflictingResets()) {
          context.annotations().conflictingResets("aggregation", position);
        }
        row = StepHistograms.with(row, values.length, i, sum.result().compact());
      }
      context.budget().work(16);
    }
    context.budget().hold(StepSeries.weight(row));
    folded.release();
    return row;
  }

  private static boolean ignoresHistograms(Aggregation operation) {
    return switch (operation) {
      case TOPK, BOTTOMK, QUANTILE, MIN, MAX, STDDEV, STDVAR -> true;
      case LIMITK, LIMIT_RATIO, SUM, AVG, COUNT, GROUP, COUNT_VALUES -> false;
    };
  }

  private static boolean selects(Aggregation operation) {
    return switch (operation) {
      case TOPK, BOTTOMK, LIMITK, LIMIT_RATIO -> true;
      case SUM, AVG, COUNT, MIN, MAX, GROUP, STDDEV, STDVAR, QUANTILE, COUNT_VALUES -> false;
    };
  }

  private void checkParameter(
      Expr.Aggregate aggregate, double[] parameter, List<StepSeries> series) {
    Position position =
        aggregate.parameter() == null
            ? aggregate.position()
            : StepInvariance.unwrap(aggregate.parameter()).position();
    switch (aggregate.operation()) {
      case TOPK, BOTTOMK, LIMITK -> {
        for (double k : parameter) {
          checkCount(k);
        }
      }
      case LIMIT_RATIO -> {
        if (Arrays.stream(parameter).anyMatch(Double::isNaN)) {
          throw QueryContext.execution("Ratio value is NaN");
        }
        for (double ratio : strange(parameter, -1)) {
          context
              .annotations()
              .warn(
                  "ratio value should be between -1 and 1, got "
                      + SampleText.general(ratio)
                      + ", capping to "
                      + (ratio > 0 ? "1" : "-1"),
                  position);
        }
      }
      case QUANTILE -> {
        for (double q : strange(parameter, 0)) {
          context
              .annotations()
              .warn(
                  "quantile value should be between 0 and 1, got " + SampleText.general(q),
                  position);
        }
      }
      case SUM, AVG, COUNT, MIN, MAX, GROUP, STDDEV, STDVAR, COUNT_VALUES -> {
        context.budget().work(series.size());
      }
    }
  }

  /// What a warning names of a parameter that differs from step to step: NaN if it is there, the
  /// greatest if it is above 1, the least if it is below `floor`.
  private static double[] strange(double[] parameter, double floor) {
    double greatest = Double.NEGATIVE_INFINITY;
    double least = Double.POSITIVE_INFINITY;
    boolean nan = false;
    for (double one : parameter) {
      nan |= Double.isNaN(one);
      greatest = one > greatest ? one : greatest;
      least = one < least ? one : least;
    }
    DoubleStream.Builder strange = DoubleStream.builder();
    if (nan) {
      strange.add(Double.NaN);
    }
    if (greatest > 1) {
      strange.add(greatest);
    }
    if (least < floor) {
      strange.add(least);
    }
    return strange.build().toArray();
  }

  private static void checkCount(double k) {
    if (Double.isNaN(k)) {
      throw QueryContext.execution("Parameter value is NaN");
    }
    if (k >= 0x1p63) {
      throw QueryContext.execution("Scalar value " + SampleText.general(k) + " overflows int64");
    }
    if (k <= -0x1p63) {
      throw QueryContext.execution("Scalar value " + SampleText.general(k) + " underflows int64");
    }
  }

  /// @param nameGone whether the input has lost its metric name, though labels still show it
  private LabelGrouper grouper(Expr.Aggregate aggregate, List<String> grouping, boolean nameGone) {
    List<String> names = new ArrayList<>(grouping);
    if (aggregate.without()) {
      names.add(Labels.METRIC_NAME);
      if (context.options().typeAndUnitLabels()) {
        names.add(QueryContext.TYPE_LABEL);
        names.add(QueryContext.UNIT_LABEL);
      }
    } else if (nameGone) {
      names.removeIf(Labels.METRIC_NAME::equals);
    }
    return new LabelGrouper(names, aggregate.without());
  }

  private List<Group> groups(
      Expr.Aggregate aggregate, List<String> grouping, List<StepSeries> series) {
    LabelGrouper grouper = grouper(aggregate, grouping, false);
    List<Group> groups = new ArrayList<>();
    for (StepSeries one : series) {
      int number = grouper.number(one.labels());
      if (number == groups.size()) {
        groups.add(new Group(grouper.labels(number)));
      }
      Group group = groups.get(number);
      group.members.add(one);
      group.dropName |= one.dropName();
      context.budget().work(8);
    }
    return groups;
  }

  private Evaluated.Vectors countValues(
      Expr.Aggregate aggregate, List<StepSeries> series, Steps steps) {
    String label = evaluator.text(Objects.requireNonNull(aggregate.parameter()));
    if (label.isEmpty() || !isUtf8(label)) {
      throw QueryContext.execution("invalid label name " + GoText.quote(label));
    }
    List<String> grouping = new ArrayList<>(aggregate.grouping());
    if (aggregate.without()) {
      grouping.add(label);
    }
    Map<Labels, double[]> counts = new LinkedHashMap<>();
    Map<Labels, Boolean> dropNames = new LinkedHashMap<>();
    for (Group group : groups(aggregate, grouping, series)) {
      for (StepSeries member : group.members) {
        for (int i = 0; i < steps.count(); i++) {
          if (!member.present(i)) {
            continue;
          }
          FloatHistogram histogram = member.histogram(i);
          String text =
              histogram == null
                  ? SampleText.plain(member.values()[i])
                  : HistogramText.of(histogram);
          Labels labels = group.labels.toBuilder().set(label, text).build();
          double[] count = counts.computeIfAbsent(labels, _ -> newCount(text, steps));
          count[i] = StepSeries.isAbsent(count[i]) ? 1 : count[i] + 1;
          dropNames.merge(labels, member.dropName(), Boolean::logicalOr);
          context.budget().work(16);
        }
      }
    }
    List<StepSeries> result = new ArrayList<>();
    counts.forEach((labels, values) ->
        result.add(new StepSeries(labels, Boolean.TRUE.equals(dropNames.get(labels)), values)));
    return new Evaluated.Vectors(result);
  }

  private double[] newCount(String text, Steps steps) {
    context.budget().holdLabels();
    context.budget().holdText(text.length());
    return evaluator.allocate(steps);
  }

  private static boolean isUtf8(String text) {
    return text.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
  }
}
