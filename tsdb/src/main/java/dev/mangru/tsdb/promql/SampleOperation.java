package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import org.jspecify.annotations.Nullable;

/// A binary operator between two samples, each a float or a native histogram. Confined to the
/// query's thread.
///
/// Source: Prometheus `vectorElemBinop`.
final class SampleOperation {

  private final Expr.Binary binary;
  private final QueryContext context;
  private final BinaryOperator operator;

  /// A comparison that keeps the left sample or drops it.
  private final boolean filter;

  /// The result of the last application, if there was one: a float, unless [#histogram] is there.
  double value;

  @Nullable FloatHistogram histogram;

  SampleOperation(Expr.Binary binary, QueryContext context) {
    this.binary = binary;
    this.context = context;
    this.operator = binary.operator();
    this.filter = operator.isComparison() && !binary.bool();
  }

  /// Whether it keeps or drops samples instead of computing.
  boolean filters() {
    return filter;
  }

  /// Applies the operator; false if there is no result. A float of a sample that is a histogram
  /// means nothing.
  boolean apply(
      double left,
      @Nullable FloatHistogram leftHistogram,
      double right,
      @Nullable FloatHistogram rightHistogram) {
    value = StepSeries.ABSENT;
    histogram = null;
    if (leftHistogram != null && rightHistogram != null) {
      return both(leftHistogram, rightHistogram);
    }
    if (leftHistogram != null) {
      return histogramAndFloat(leftHistogram, right);
    }
    if (rightHistogram != null) {
      return floatAndHistogram(left, rightHistogram);
    }
    return floats(left, right);
  }

  private boolean floats(double left, double right) {
    if (BinaryEvaluator.isTrim(operator)) {
      return incompatible("float", "float");
    }
    double outcome = operator.apply(left, right);
    value = filter ? left : outcome;
    return !filter || outcome != 0;
  }

  private boolean floatAndHistogram(double left, FloatHistogram right) {
    if (operator != BinaryOperator.MULTIPLY) {
      return incompatible("float", "histogram");
    }
    histogram = right.times(left).compact();
    return true;
  }

  private boolean histogramAndFloat(FloatHistogram left, double right) {
    return switch (operator) {
      case MULTIPLY -> result(left.times(right).compact());
      case DIVIDE -> result(left.dividedBy(right).compact());
      case TRIM_UPPER -> result(HistogramTrim.upper(left, right));
      case TRIM_LOWER -> result(HistogramTrim.lower(left, right));
      case ADD,
          SUBTRACT,
          MODULO,
          POWER,
          ATAN2,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_OR_EQUAL,
          GREATER,
          GREATER_OR_EQUAL,
          AND,
          OR,
          UNLESS ->
          incompatible("histogram", "float");
    };
  }

  private boolean both(FloatHistogram left, FloatHistogram right) {
    return switch (operator) {
      case ADD -> combine(left, right, false);
      case SUBTRACT -> combine(left, right, true);
      case EQUAL -> compare(left, left.equalTo(right));
      case NOT_EQUAL -> compare(left, !left.equalTo(right));
      case MULTIPLY,
          DIVIDE,
          TRIM_UPPER,
          TRIM_LOWER,
          MODULO,
          POWER,
          ATAN2,
          LESS,
          LESS_OR_EQUAL,
          GREATER,
          GREATER_OR_EQUAL,
          AND,
          OR,
          UNLESS ->
          incompatible("histogram", "histogram");
    };
  }

  private boolean compare(FloatHistogram left, boolean holds) {
    if (filter) {
      histogram = left;
      return holds;
    }
    value = holds ? 1 : 0;
    return true;
  }

  private boolean combine(FloatHistogram left, FloatHistogram right, boolean minus) {
    HistogramSum sum = new HistogramSum();
    sum.set(left);
    if (!(minus ? sum.subtract(right) : sum.add(right))) {
      context
          .annotations()
          .warn(
              "incompatible bucket layout encountered for binary operator " + operator.symbol(),
              binary.position());
      return false;
    }
    String what = minus ? "subtraction" : "addition";
    if (sum.conflictingResets()) {
      context.annotations().conflictingResets(what, binary.position());
    }
    if (sum.reconciledBounds()) {
      context.annotations().reconciledBounds(what, binary.position());
    }
    FloatHistogram total = sum.result().compact();
    return result(minus ? total.withHint(ResetHint.GAUGE) : total);
  }

  private boolean result(FloatHistogram found) {
    histogram = found;
    return true;
  }

  private boolean incompatible(String left, String right) {
    context
        .annotations()
        .info(
            "incompatible sample types encountered for binary operator "
                + GoText.quote(operator.symbol())
                + ": "
                + left
                + " "
                + operator.symbol()
                + " "
                + right,
            binary.position());
    return false;
  }
}
