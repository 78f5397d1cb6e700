package dev.mangru.tsdb.promql;

/// Binary operators over whole rows of steps. A step where either side is absent has no result.
final class Arithmetic {

  private Arithmetic() {}

  /// `left operator right` into `out`, a comparison as 1 or 0.
  static void apply(BinaryOperator operator, double[] left, double[] right, double[] out) {
    int steps = out.length;
    switch (operator) {
      case ADD -> {
        for (int i = 0; i < steps; i++) {
          out[i] = left[i] + right[i];
        }
      }
      case SUBTRACT -> {
        for (int i = 0; i < steps; i++) {
          out[i] = left[i] - right[i];
        }
      }
      case MULTIPLY -> {
        for (int i = 0; i < steps; i++) {
          out[i] = left[i] * right[i];
        }
      }
      case DIVIDE -> {
        for (int i = 0; i < steps; i++) {
          out[i] = left[i] / right[i];
        }
      }
      case EQUAL,
          NOT_EQUAL,
          LESS_OR_EQUAL,
          LESS,
          GREATER_OR_EQUAL,
          GREATER,
          MODULO,
          ATAN2,
          POWER,
          OR,
          AND,
          UNLESS,
          TRIM_UPPER,
          TRIM_LOWER -> {
        for (int i = 0; i < steps; i++) {
          out[i] = operator.apply(left[i], right[i]);
        }
      }
    }
    for (int i = 0; i < steps; i++) {
      if (StepSeries.isAbsent(left[i]) || StepSeries.isAbsent(right[i])) {
        out[i] = StepSeries.ABSENT;
      }
    }
  }

  /// The values of `kept` where the comparison `left operator right` holds, into `out`.
  static void filter(
      BinaryOperator operator, double[] left, double[] right, double[] kept, double[] out) {
    for (int i = 0; i < out.length; i++) {
      boolean passes =
          !StepSeries.isAbsent(left[i])
              && !StepSeries.isAbsent(right[i])
              && operator.holds(left[i], right[i]);
      out[i] = passes ? kept[i] : StepSeries.ABSENT;
    }
  }
}
