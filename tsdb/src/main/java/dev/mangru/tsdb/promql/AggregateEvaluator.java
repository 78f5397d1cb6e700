package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Aggregations over the elements of a vector. Confined to the query's thread.
///
/// Groups are found once per series; at each step a group consists of its series that have a value
/// there.
final class AggregateEvaluator {

  private final QueryContext context;
  private final Evaluator evaluator;

  AggregateEvaluator(QueryContext context, Evaluator evaluator) {
    this.context = context;
    this.evaluator = evaluator;
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
    List<Group> groups = groups(aggregate, aggregate.grouping(), series);
    List<StepSeries> result = new ArrayList<>();
    if (selects(aggregate.operation())) {
      Selection selection = new Selection(aggregate.operation(), parameter, context.budget());
      for (Group group : groups) {
        result.addAll(selection.select(group.members, steps));
      }
      return new Evaluated.Vectors(result);
    }
    for (Group group : groups) {
      double[] values = evaluator.allocate(steps);
      reduce(aggregate.operation(), group.members, parameter, values);
      result.add(new StepSeries(group.labels, group.dropName, values));
    }
    evaluator.release(input);
    return new Evaluated.Vectors(result);
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
        aggregate.parameter() == null ? aggregate.position() : aggregate.parameter().position();
    switch (aggregate.operation()) {
      case TOPK, BOTTOMK, LIMITK -> {
        for (double k : parameter) {
          checkCount(k);
        }
      }
      case LIMIT_RATIO -> {
        for (double ratio : parameter) {
          if (Double.isNaN(ratio)) {
            throw QueryContext.execution("Ratio value is NaN");
          }
          if (Math.abs(ratio) > 1) {
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
      }
      case QUANTILE -> {
        for (double q : parameter) {
          if (Quantiles.isStrange(q)) {
            context
                .annotations()
                .warn(
                    "quantile value should be between 0 and 1, got " + SampleText.general(q),
                    position);
          }
        }
      }
      case SUM, AVG, COUNT, MIN, MAX, GROUP, STDDEV, STDVAR, COUNT_VALUES -> {
        context.budget().work(series.size());
      }
    }
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

  private List<Group> groups(
      Expr.Aggregate aggregate, List<String> grouping, List<StepSeries> series) {
    Set<String> names = new LinkedHashSet<>(grouping);
    if (aggregate.without()) {
      names.add(Labels.METRIC_NAME);
      if (context.options().typeAndUnitLabels()) {
        names.add(QueryContext.TYPE_LABEL);
        names.add(QueryContext.UNIT_LABEL);
      }
    }
    Map<Labels, Group> groups = new LinkedHashMap<>();
    for (StepSeries one : series) {
      Labels key = aggregate.without() ? one.labels().without(names) : one.labels().keep(names);
      Group group = groups.computeIfAbsent(key, Group::new);
      group.members.add(one);
      group.dropName |= one.dropName();
      context.budget().work(8);
    }
    return new ArrayList<>(groups.values());
  }

  private void reduce(
      Aggregation operation, List<StepSeries> members, double[] parameter, double[] into) {
    Reducer reducer = new Reducer(operation);
    for (int i = 0; i < into.length; i++) {
      reducer.reset();
      for (StepSeries member : members) {
        double value = member.values()[i];
        if (!StepSeries.isAbsent(value)) {
          reducer.add(value);
        }
      }
      into[i] = reducer.result(parameter.length == 0 ? 0 : parameter[i]);
      context.budget().work(members.size());
    }
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
          double value = member.values()[i];
          if (StepSeries.isAbsent(value)) {
            continue;
          }
          Labels labels = group.labels.toBuilder().set(label, SampleText.plain(value)).build();
          double[] count = counts.computeIfAbsent(labels, _ -> evaluator.allocate(steps));
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

  private static boolean isUtf8(String text) {
    return text.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
  }

  /// Folds the values of one group at one step.
  private static final class Reducer {
    private final Aggregation operation;
    private final NeumaierSum sum = new NeumaierSum();
    private final RunningMean mean = new RunningMean();
    private double[] values = new double[16];
    private int count;
    private double extreme;
    private double wanderingMean;
    private double squares;

    Reducer(Aggregation operation) {
      this.operation = operation;
    }

    void reset() {
      count = 0;
      sum.reset();
      mean.reset();
      squares = 0;
    }

    void add(double value) {
      count++;
      switch (operation) {
        case SUM -> sum.add(value);
        case AVG -> mean.add(value);
        case MIN -> {
          if (count == 1 || extreme > value || Double.isNaN(extreme)) {
            extreme = value;
          }
        }
        case MAX -> {
          if (count == 1 || extreme < value || Double.isNaN(extreme)) {
            extreme = value;
          }
        }
        case STDDEV, STDVAR -> deviate(value);
        case QUANTILE -> {
          if (count > values.length) {
            values = Arrays.copyOf(values, 2 * values.length);
          }
          values[count - 1] = value;
        }
        case COUNT, GROUP -> extreme = count;
        case TOPK, BOTTOMK, COUNT_VALUES, LIMITK, LIMIT_RATIO ->
            throw new IllegalStateException(operation.text() + " does not fold");
      }
    }

    private void deviate(double value) {
      if (count == 1) {
        wanderingMean = value;
        squares = Double.isNaN(value) || Double.isInfinite(value) ? Double.NaN : 0;
        return;
      }
      double delta = value - wanderingMean;
      wanderingMean += delta / count;
      squares += delta * (value - wanderingMean);
    }

    double result(double parameter) {
      if (count == 0) {
        return StepSeries.ABSENT;
      }
      return switch (operation) {
        case SUM -> sum.result();
        case AVG -> mean.result();
        case COUNT -> count;
        case GROUP -> 1;
        case MIN, MAX -> extreme;
        case STDDEV -> Math.sqrt(squares / count);
        case STDVAR -> squares / count;
        case QUANTILE -> Quantiles.of(parameter, Arrays.copyOf(values, count));
        case TOPK, BOTTOMK, COUNT_VALUES, LIMITK, LIMIT_RATIO ->
            throw new IllegalStateException(operation.text() + " does not fold");
      };
    }
  }
}
