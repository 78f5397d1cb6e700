package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.promql.Expr.Span;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What tells that each step of an expression may be evaluated by itself, with the bits that it has
/// when all are evaluated together; and which samples a step depends on. Immutable.
///
/// Every node is one that is known to be so, or the whole expression is not: what depends on the
/// bounds of the query (`@ end()`, `range()`, computed durations), what is told of all steps in one
/// text, what experiments. Whether the *order* of elements is the same matters where floats are
/// added up and where the first of equals is taken: series come in the order of their labels
/// whatever the steps are, but groups and partners in order of first sight. What needs an order and
/// has none is refused, or looked at while it is evaluated ([OrderWatch]).
///
/// @param fromMs a step at time t reads samples from `t + fromMs` on, inclusive
/// @param toMs and until `t + toMs`, inclusive; less than `fromMs` if there are none
/// @param fixedFromMs all steps read samples from this time on, inclusive
/// @param fixedToMs and until this time; less than `fixedFromMs` if there are none
/// @param watched nodes whose input has no fixed order, told apart by identity
record Stepwise(long fromMs, long toMs, long fixedFromMs, long fixedToMs, Set<Expr> watched) {

  /// Farther than any sample; sums of a few do not overflow.
  private static final long FAR_MS = 1L << 56;

  /// The expression's, or null if its steps must be evaluated together.
  static @Nullable Stepwise of(Expr expression, PromqlOptions options, long lookbackMs) {
    if (options.delayedNameRemoval()) {
      return null; // whether a name goes is decided for all steps of a series
    }
    Visit visit = new Visit(options, lookbackMs);
    Shape shape = visit.visit(expression, false, 0, 0);
    if (shape == null || !visit.selects) {
      return null;
    }
    return new Stepwise(visit.from, visit.to, visit.fixedFrom, visit.fixedTo, visit.watched);
  }

  /// What is known of the elements of a vector.
  ///
  /// @param ordered whether the elements of a step come in the same order whatever other steps are
  ///   evaluated
  /// @param differ whether they differ by more than their metric name
  private record Shape(boolean ordered, boolean differ) {
    static final Shape SCALAR = new Shape(true, true);

    /// After a function of each element that takes the name away: equal ones are put together where
    /// the first one was.
    Shape unnamed() {
      return new Shape(ordered && differ, differ);
    }
  }

  private static final class Visit {
    private final PromqlOptions options;
    private final long lookbackMs;
    private final Set<Expr> watched = Collections.newSetFromMap(new IdentityHashMap<>());
    private long from = Long.MAX_VALUE;
    private long to = Long.MIN_VALUE;
    private long fixedFrom = Long.MAX_VALUE;
    private long fixedTo = Long.MIN_VALUE;
    private boolean selects;

    Visit(PromqlOptions options, long lookbackMs) {
      this.options = options;
      this.lookbackMs = lookbackMs;
    }

    /// Looks at a node that is evaluated from `lo` to `hi`: times, or distances from a step.
    ///
    /// @return null if its steps must be evaluated together
    @Nullable Shape visit(Expr expression, boolean fixed, long lo, long hi) {
      return switch (expression) {
        case Expr.NumberLiteral _, Expr.StringLiteral _ -> Shape.SCALAR;
        case Expr.Paren paren -> visit(paren.inner(), fixed, lo, hi);
        case Expr.Unary unary -> {
          Shape inner = visit(unary.inner(), fixed, lo, hi);
          yield inner == null || !unary.minus() ? inner : inner.unnamed();
        }
        case Expr.Binary binary -> binary(binary, fixed, lo, hi);
        case Expr.Call call -> call(call, fixed, lo, hi);
        case Expr.Aggregate aggregate -> aggregate(aggregate, fixed, lo, hi);
        case Expr.VectorSelector selector -> selector(selector, lookbackMs, fixed, lo, hi);
        case Expr.MatrixSelector matrix ->
            matrix.range() instanceof Span.Fixed(long ms)
                ? selector(matrix.selector(), ms, fixed, lo, hi)
                : null;
        case Expr.Subquery subquery -> subquery(subquery, fixed, lo, hi);
      };
    }

    private @Nullable Shape selector(
        Expr.VectorSelector selector, long backMs, boolean fixed, long lo, long hi) {
      Window window = window(selector.time(), backMs, fixed, lo, hi);
      if (window == null || selector.extension() != Expr.Extension.NONE) {
        return null;
      }
      selects = true;
      if (window.fixed()) {
        fixedFrom = Math.min(fixedFrom, window.lo());
        fixedTo = Math.max(fixedTo, window.hi());
      } else {
        from = Math.min(from, window.lo());
        to = Math.max(to, window.hi());
      }
      return new Shape(true, hasName(selector.matchers()) && !options.typeAndUnitLabels());
    }

    private static boolean hasName(List<LabelMatcher> matchers) {
      return SeriesStream.haveOneName(matchers);
    }

    private @Nullable Shape subquery(Expr.Subquery subquery, boolean fixed, long lo, long hi) {
      if (!(subquery.range() instanceof Span.Fixed(long ms))
          || !(subquery.step() == null || subquery.step() instanceof Span.Fixed)) {
        return null;
      }
      Window window = window(subquery.time(), ms, fixed, lo, hi);
      return window == null
          ? null
          : visit(subquery.inner(), window.fixed(), window.lo(), window.hi());
    }

    private record Window(boolean fixed, long lo, long hi) {}

    private static @Nullable Window window(
        Expr.TimeModifiers time, long backMs, boolean fixed, long lo, long hi) {
      long offset =
          switch (time.offset()) {
            case null -> 0;
            case Span.Fixed(long ms) -> ms;
            case Span.Computed _ -> FAR_MS;
          };
      Window moved =
          switch (time.at()) {
            case null -> new Window(fixed, lo - offset - backMs, hi - offset);
            case Expr.At.Instant(long ms) when Math.abs(ms / 2) < FAR_MS ->
                new Window(true, ms - offset - backMs, ms - offset);
            case Expr.At.Instant _, Expr.At.Start _, Expr.At.End _ -> null;
          };
      return moved == null
              || Math.abs(offset) >= FAR_MS
              || Math.abs(moved.lo()) >= FAR_MS
              || Math.abs(moved.hi()) >= FAR_MS
          ? null
          : moved;
    }

    private @Nullable Shape binary(Expr.Binary binary, boolean fixed, long lo, long hi) {
      Shape left = visit(binary.left(), fixed, lo, hi);
      Shape right = visit(binary.right(), fixed, lo, hi);
      Expr.Matching matching = binary.matching();
      if (left == null
          || right == null
          || BinaryEvaluator.isTrim(binary.operator())
          || matching.fillLeft() != null
          || matching.fillRight() != null) {
        return null;
      }
      boolean leftVector = binary.left().type() == ValueType.VECTOR;
      boolean rightVector = binary.right().type() == ValueType.VECTOR;
      boolean keepsName = binary.operator().isComparison() && !binary.bool();
      if (binary.operator().isSet()) {
        return binary.operator() == BinaryOperator.OR
            ? new Shape(left.ordered() && right.ordered(), false)
            : left;
      }
      if (leftVector && rightVector) {
        Shape many = matching.cardinality() == Expr.Cardinality.ONE_TO_MANY ? right : left;
        boolean nameAdded = matching.include().contains(Labels.METRIC_NAME);
        return new Shape(false, !nameAdded && (!keepsName || many.differ()));
      }
      Shape vector = leftVector ? left : right;
      return keepsName || (!leftVector && !rightVector) ? vector : vector.unnamed();
    }

    private @Nullable Shape aggregate(Expr.Aggregate aggregate, boolean fixed, long lo, long hi) {
      Shape inner = visit(aggregate.inner(), fixed, lo, hi);
      Expr parameter = aggregate.parameter();
      if (inner == null || (parameter != null && visit(parameter, fixed, lo, hi) == null)) {
        return null;
      }
      boolean constant =
          parameter != null && StepInvariance.unwrap(parameter) instanceof Expr.NumberLiteral;
      boolean possible =
          switch (aggregate.operation()) {
            case COUNT, GROUP, COUNT_VALUES, QUANTILE -> true;
            case LIMIT_RATIO -> constant;
            case SUM, AVG, MIN, MAX -> inner.ordered() || watched.add(aggregate);
            case TOPK, BOTTOMK -> constant && (inner.ordered() || watched.add(aggregate));
            case LIMITK -> constant && inner.ordered();
            case STDDEV, STDVAR -> inner.ordered();
          };
      if (!possible) {
        return null;
      }
      boolean namesKept = !aggregate.without() && aggregate.grouping().contains(Labels.METRIC_NAME);
      return switch (aggregate.operation()) {
        case COUNT_VALUES -> new Shape(false, false);
        case TOPK, BOTTOMK, LIMITK, LIMIT_RATIO -> new Shape(false, inner.differ());
        case SUM, AVG, COUNT, MIN, MAX, GROUP, STDDEV, STDVAR, QUANTILE ->
            new Shape(
                !aggregate.without() && aggregate.grouping().isEmpty(),
                !namesKept || inner.differ());
      };
    }

    private @Nullable Shape call(Expr.Call call, boolean fixed, long lo, long hi) {
      Shape vector = Shape.SCALAR;
      Expr vectorArgument = null;
      for (Expr argument : call.arguments()) {
        Shape shape = visit(argument, fixed, lo, hi);
        if (shape == null) {
          return null;
        }
        if (argument.type() == ValueType.VECTOR || argument.type() == ValueType.MATRIX) {
          vector = shape;
          vectorArgument = argument;
        }
      }
      return switch (call.function()) {
        case ABS,
            ACOS,
            ACOSH,
            ASIN,
            ASINH,
            ATAN,
            ATANH,
            CEIL,
            CLAMP,
            CLAMP_MAX,
            CLAMP_MIN,
            COS,
            COSH,
            DAYS_IN_MONTH,
            DAY_OF_MONTH,
            DAY_OF_WEEK,
            DAY_OF_YEAR,
            DEG,
            EXP,
            FLOOR,
            HISTOGRAM_STDDEV,
            HISTOGRAM_STDVAR,
            HOUR,
            LN,
            LOG10,
            LOG2,
            MINUTE,
            MONTH,
            RAD,
            ROUND,
            SGN,
            SIN,
            SINH,
            SQRT,
            TAN,
            TANH,
            TIMESTAMP,
            YEAR ->
            vector.unnamed();
        case AVG_OVER_TIME,
            CHANGES,
            COUNT_OVER_TIME,
            DELTA,
            DERIV,
            DOUBLE_EXPONENTIAL_SMOOTHING,
            IDELTA,
            INCREASE,
            IRATE,
            MAD_OVER_TIME,
            MAX_OVER_TIME,
            MIN_OVER_TIME,
            PREDICT_LINEAR,
            PRESENT_OVER_TIME,
            QUANTILE_OVER_TIME,
            RATE,
            RESETS,
            STDDEV_OVER_TIME,
            STDVAR_OVER_TIME,
            SUM_OVER_TIME,
            TS_OF_FIRST_OVER_TIME,
            TS_OF_LAST_OVER_TIME,
            TS_OF_MAX_OVER_TIME,
            TS_OF_MIN_OVER_TIME ->
            vector.unnamed();
        case FIRST_OVER_TIME, LAST_OVER_TIME -> vector;
        case ABSENT, ABSENT_OVER_TIME, PI, SCALAR_OF, TIME, VECTOR_OF -> Shape.SCALAR;
        case HISTOGRAM_FRACTION, HISTOGRAM_QUANTILE -> {
          if (!vector.ordered() && vectorArgument != null) {
            watched.add(vectorArgument);
          }
          yield new Shape(false, true);
        }
        case LABEL_JOIN, LABEL_REPLACE -> new Shape(false, false);
        // The bounds of the query, or what is found out from one sample to the next over all steps.
        case END, RANGE, START, STEP -> null;
        case HISTOGRAM_AVG, HISTOGRAM_COUNT, HISTOGRAM_SUM -> null;
        // Always warn.
        case SORT, SORT_BY_LABEL, SORT_BY_LABEL_DESC, SORT_DESC -> null;
        // Experiments that may yet change.
        case HISTOGRAM_QUANTILES, INFO, MAX_OF, MIN_OF, START_TIMESTAMP -> null;
      };
    }
  }

  /// How many of the first steps depend on samples up to `settledMs` only.
  int settled(Steps steps, long settledMs) {
    if (settledMs == Long.MIN_VALUE || (fixedFromMs <= fixedToMs && fixedToMs > settledMs)) {
      return 0;
    }
    if (fromMs > toMs) {
      return steps.count();
    }
    long last = settledMs - toMs; // the last step that is
    return last < steps.startMs()
        ? 0
        : (int) Math.min(steps.count(), (last - steps.startMs()) / steps.stepMs() + 1);
  }
}
