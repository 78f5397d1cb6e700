package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.QueryPlan;
import dev.mangru.tsdb.promql.Expr.Span;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tells how a query is evaluated, by the rules that the evaluators follow, with what was measured
/// if it was run. Confined to the query's thread.
///
/// Parentheses are no operators: what is in them stands for them.
final class QueryPlanner {

  private final QueryContext context;
  private final Evaluator evaluator;
  private final @Nullable PlanTrace trace;

  QueryPlanner(QueryContext context, Evaluator evaluator) {
    this.context = context;
    this.evaluator = evaluator;
    this.trace = context.watch().trace();
  }

  /// The operators of an expression, for [PlanTrace#expect].
  static List<Expr> operators(Expr root) {
    List<Expr> found = new ArrayList<>();
    gather(root, found);
    return found;
  }

  private static void gather(Expr expression, List<Expr> found) {
    Expr operator = StepInvariance.unwrap(expression);
    found.add(operator);
    inputs(operator).forEach(input -> gather(input, found));
  }

  private static List<Expr> inputs(Expr operator) {
    return switch (operator) {
      case Expr.NumberLiteral _,
          Expr.StringLiteral _,
          Expr.VectorSelector _,
          Expr.MatrixSelector _ ->
          List.of();
      case Expr.Paren paren -> List.of(paren.inner());
      case Expr.Unary unary -> List.of(unary.inner());
      case Expr.Binary binary -> List.of(binary.left(), binary.right());
      case Expr.Call call -> call.arguments();
      case Expr.Aggregate aggregate ->
          aggregate.parameter() == null
              ? List.of(aggregate.inner())
              : List.of(aggregate.parameter(), aggregate.inner());
      case Expr.Subquery subquery -> List.of(subquery.inner());
    };
  }

  /// The plan of a whole query.
  QueryPlan plan(Expr root, Steps steps) {
    return plan(root, steps, false);
  }

  /// @param once whether something around it is worked out once already
  private QueryPlan plan(Expr expression, Steps steps, boolean once) {
    Expr operator = StepInvariance.unwrap(expression);
    List<String> how = new ArrayList<>();
    boolean broadcast = !once && evaluator.broadcasts(operator, steps);
    if (broadcast) {
      how.add("once for all " + steps.count() + " steps");
    }
    Steps own = broadcast ? steps.first() : steps;
    describe(operator, own, how);
    List<QueryPlan> inputs = new ArrayList<>();
    for (Expr input : inputs(operator)) {
      Steps inner = operator instanceof Expr.Subquery subquery ? inside(subquery, own) : own;
      inputs.add(plan(input, inner, once || broadcast));
    }
    if (trace != null) {
      how.addAll(trace.how(operator));
    }
    return new QueryPlan(
        kind(operator),
        name(operator),
        PromqlPrinter.print(operator),
        operator.position().start(),
        operator.position().end(),
        operator.type().code(),
        how,
        trace == null ? null : trace.cost(operator),
        inputs);
  }

  private Steps inside(Expr.Subquery subquery, Steps steps) {
    RangeReader.Placement placement = evaluator.ranges().placement(subquery);
    Steps inner =
        steps.count() == 0
            ? null
            : evaluator
                .ranges()
                .steps(
                    subquery,
                    placement.endMs(context, steps.time(0)) - placement.rangeMs(),
                    placement.endMs(context, steps.last()));
    return inner == null ? new Steps(steps.startMs(), steps.stepMs(), 0) : inner;
  }

  private static String kind(Expr operator) {
    return switch (operator) {
      case Expr.NumberLiteral _ -> "number";
      case Expr.StringLiteral _ -> "string";
      case Expr.Paren _ -> "parentheses";
      case Expr.Unary _ -> "unary";
      case Expr.Binary _ -> "binary";
      case Expr.Call _ -> "call";
      case Expr.Aggregate _ -> "aggregate";
      case Expr.VectorSelector _ -> "select";
      case Expr.MatrixSelector _ -> "window";
      case Expr.Subquery _ -> "subquery";
    };
  }

  private static String name(Expr operator) {
    return switch (operator) {
      case Expr.NumberLiteral _, Expr.StringLiteral _, Expr.Paren _ -> "";
      case Expr.Subquery subquery -> PromqlPrinter.subquerySuffix(subquery);
      case Expr.Unary unary -> unary.minus() ? "-" : "+";
      case Expr.Binary binary -> PromqlPrinter.operator(binary);
      case Expr.Call call -> call.function().text();
      case Expr.Aggregate aggregate -> PromqlPrinter.head(aggregate).strip();
      case Expr.VectorSelector selector -> selector.name();
      case Expr.MatrixSelector matrix -> matrix.selector().name();
    };
  }

  private void describe(Expr operator, Steps steps, List<String> how) {
    switch (operator) {
      case Expr.NumberLiteral _, Expr.StringLiteral _, Expr.Paren _, Expr.Unary _ -> {}
      case Expr.Binary binary -> how.addAll(binary(binary));
      case Expr.Call call -> {
        if (evaluator.functions().overRange(call)) {
          how.add("computed while its range is read");
          how.add(RangeFunctions.windowing(call));
        }
      }
      case Expr.Aggregate aggregate -> how.add(aggregate(aggregate, steps));
      case Expr.VectorSelector selector -> {
        how.add(
            steps.count() == 1
                ? "newest sample of each series only"
                : "each series read once for all " + steps.count() + " steps");
        how.add("lookback " + Durations.format(context.lookbackMs()));
        times(selector.time(), how);
        extension(selector.extension(), how);
      }
      case Expr.MatrixSelector matrix -> {
        how.add("windows of " + Durations.format(context.range(matrix.range())));
        times(matrix.selector().time(), how);
        extension(matrix.selector().extension(), how);
      }
      case Expr.Subquery subquery -> {
        Steps inner = inside(subquery, steps);
        how.add(
            inner.count()
                + " inner steps of "
                + Durations.format(inner.stepMs())
                + ", windows of "
                + Durations.format(context.range(subquery.range())));
        times(subquery.time(), how);
      }
    }
  }

  private static List<String> binary(Expr.Binary binary) {
    boolean vectors =
        binary.left().type() == ValueType.VECTOR && binary.right().type() == ValueType.VECTOR;
    if (!vectors) {
      return List.of();
    }
    Expr.Matching matching = binary.matching();
    String by =
        matching.on()
            ? "on (" + String.join(", ", matching.labels()) + ")"
            : matching.labels().isEmpty()
                ? "by all labels"
                : "ignoring (" + String.join(", ", matching.labels()) + ")";
    return List.of(
        switch (matching.cardinality()) {
          case ONE_TO_ONE -> "one to one, " + by;
          case MANY_TO_ONE -> "many to one, " + by;
          case ONE_TO_MANY -> "one to many, " + by;
          case MANY_TO_MANY -> "set operation, " + by;
        });
  }

  private String aggregate(Expr.Aggregate aggregate, Steps steps) {
    if (!StepFold.folds(aggregate.operation())) {
      return "all members of its groups are held";
    }
    if (evaluator.isPlainSelector(aggregate.inner(), steps)) {
      boolean presence =
          aggregate.operation() == Aggregation.COUNT || aggregate.operation() == Aggregation.GROUP;
      return presence && steps.count() == 1 && !aggregate.without()
          ? "counted by the index where it can, else folded series by series"
          : "folded series by series, none is held";
    }
    Expr.Call call = evaluator.functions().streamable(StepInvariance.unwrap(aggregate.inner()));
    return call != null && !evaluator.broadcasts(call, steps)
        ? "folded series by series, none is held"
        : "folded from the whole of its input";
  }

  private void times(Expr.TimeModifiers time, List<String> how) {
    Expr.At at = time.at();
    if (at != null) {
      how.add("at " + GoFormat.fixed(context.at(at, 0) / 1000.0, 3));
    }
    Span offset = time.offset();
    if (offset != null && context.offset(time) != 0) {
      how.add("offset " + Durations.format(context.offset(time)));
    }
  }

  private static void extension(Expr.Extension extension, List<String> how) {
    switch (extension) {
      case NONE -> {}
      case ANCHORED -> how.add("anchored at the sample before");
      case SMOOTHED -> how.add("interpolated with the samples around");
    }
  }
}
