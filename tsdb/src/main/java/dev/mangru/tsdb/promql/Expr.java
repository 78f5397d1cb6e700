package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.LabelMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One node of a parsed expression. Immutable.
public sealed interface Expr {

  /// Where the node stands in the text it was parsed from.
  Position position();

  /// What the node evaluates to.
  ValueType type();

  /// A number, or a duration that stands for its seconds.
  ///
  /// @param duration whether it was written as a duration
  record NumberLiteral(double value, boolean duration, Position position) implements Expr {
    @Override
    public ValueType type() {
      return ValueType.SCALAR;
    }
  }

  /// A string, unquoted.
  record StringLiteral(String value, Position position) implements Expr {
    @Override
    public ValueType type() {
      return ValueType.STRING;
    }
  }

  /// An expression in parentheses.
  record Paren(Expr inner, Position position) implements Expr {
    @Override
    public ValueType type() {
      return inner.type();
    }
  }

  /// A sign before an expression.
  record Unary(boolean minus, Expr inner, Position position) implements Expr {
    @Override
    public ValueType type() {
      return inner.type();
    }
  }

  /// Two operands.
  ///
  /// @param bool whether a comparison answers 0 or 1 instead of filtering
  record Binary(BinaryOperator operator, Expr left, Expr right, boolean bool, Matching matching)
      implements Expr {
    @Override
    public Position position() {
      return new Position(left.position().start(), right.position().end());
    }

    @Override
    public ValueType type() {
      return left.type() == ValueType.SCALAR && right.type() == ValueType.SCALAR
          ? ValueType.SCALAR
          : ValueType.VECTOR;
    }
  }

  /// A function applied to arguments.
  record Call(Function function, List<Expr> arguments, Position position) implements Expr {
    public Call {
      arguments = List.copyOf(arguments);
    }

    @Override
    public ValueType type() {
      return function.result();
    }
  }

  /// An aggregation over the elements of a vector.
  ///
  /// @param parameter the k of topk, the label of `count_values` and so on
  /// @param grouping the labels of `by` or `without`
  record Aggregate(
      Aggregation operation,
      Expr inner,
      @Nullable Expr parameter,
      List<String> grouping,
      boolean without,
      Position position)
      implements Expr {
    public Aggregate {
      grouping = List.copyOf(grouping);
    }

    @Override
    public ValueType type() {
      return ValueType.VECTOR;
    }
  }

  /// Selects the newest sample of each matching series.
  ///
  /// @param name the metric name written before the braces, or the empty string
  /// @param matchers all conditions, that of `name` last
  record VectorSelector(
      String name,
      List<LabelMatcher> matchers,
      TimeModifiers time,
      Extension extension,
      Position position)
      implements Expr {
    public VectorSelector {
      matchers = List.copyOf(matchers);
    }

    @Override
    public ValueType type() {
      return ValueType.VECTOR;
    }
  }

  /// Selects all samples of a span of time.
  record MatrixSelector(VectorSelector selector, Span range, Position position) implements Expr {
    @Override
    public ValueType type() {
      return ValueType.MATRIX;
    }
  }

  /// Evaluates an expression at many times.
  ///
  /// @param step null for the default step
  record Subquery(
      Expr inner, Span range, @Nullable Span step, TimeModifiers time, Position position)
      implements Expr {
    @Override
    public ValueType type() {
      return ValueType.MATRIX;
    }
  }

  /// Whether a range reaches past its ends for better estimates.
  enum Extension {
    NONE,
    ANCHORED,
    SMOOTHED
  }

  /// A length of time: fixed, or computed per query.
  sealed interface Span {
    /// Milliseconds; may be negative in an offset.
    record Fixed(long ms) implements Span {}

    /// Depends on the query's step or range, or was written as arithmetic.
    record Computed(DurationExpr expression) implements Span {}
  }

  /// The `@` and `offset` of a selector or subquery.
  ///
  /// @param offset null where none was written
  /// @param at null where none was written
  record TimeModifiers(@Nullable Span offset, @Nullable At at) {
    static final TimeModifiers NONE = new TimeModifiers(null, null);
  }

  /// The instant of an `@` modifier.
  sealed interface At {
    /// Milliseconds since the epoch.
    record Instant(long ms) implements At {}

    /// The start of the whole query.
    record Start() implements At {}

    /// The end of the whole query.
    record End() implements At {}
  }

  /// How elements of two vectors find each other.
  ///
  /// @param on whether `labels` are those that count, or those that do not
  /// @param include labels that the many side takes from the one side
  /// @param fillLeft value of a missing left element, or null
  /// @param fillRight value of a missing right element, or null
  record Matching(
      Cardinality cardinality,
      List<String> labels,
      boolean on,
      List<String> include,
      @Nullable Double fillLeft,
      @Nullable Double fillRight) {
    static final Matching DEFAULT =
        new Matching(Cardinality.ONE_TO_ONE, List.of(), false, List.of(), null, null);

    public Matching {
      labels = List.copyOf(labels);
      include = List.copyOf(include);
    }
  }

  /// How many elements may share a partner.
  enum Cardinality {
    ONE_TO_ONE,
    MANY_TO_ONE,
    ONE_TO_MANY,
    MANY_TO_MANY
  }
}
