package dev.mangru.tsdb.promql;

import static dev.mangru.tsdb.promql.ValueType.MATRIX;
import static dev.mangru.tsdb.promql.ValueType.SCALAR;
import static dev.mangru.tsdb.promql.ValueType.STRING;
import static dev.mangru.tsdb.promql.ValueType.VECTOR;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Every function: its arguments, and whether it is experimental.
public enum Function {
  ABS(VECTOR, VECTOR),
  ABSENT(VECTOR, VECTOR),
  ABSENT_OVER_TIME(VECTOR, MATRIX),
  ACOS(VECTOR, VECTOR),
  ACOSH(VECTOR, VECTOR),
  ASIN(VECTOR, VECTOR),
  ASINH(VECTOR, VECTOR),
  ATAN(VECTOR, VECTOR),
  ATANH(VECTOR, VECTOR),
  AVG_OVER_TIME(VECTOR, MATRIX),
  CEIL(VECTOR, VECTOR),
  CHANGES(VECTOR, MATRIX),
  CLAMP(VECTOR, VECTOR, SCALAR, SCALAR),
  CLAMP_MAX(VECTOR, VECTOR, SCALAR),
  CLAMP_MIN(VECTOR, VECTOR, SCALAR),
  COS(VECTOR, VECTOR),
  COSH(VECTOR, VECTOR),
  COUNT_OVER_TIME(VECTOR, MATRIX),
  DAYS_IN_MONTH(1, false, VECTOR, VECTOR),
  DAY_OF_MONTH(1, false, VECTOR, VECTOR),
  DAY_OF_WEEK(1, false, VECTOR, VECTOR),
  DAY_OF_YEAR(1, false, VECTOR, VECTOR),
  DEG(VECTOR, VECTOR),
  DELTA(VECTOR, MATRIX),
  DERIV(VECTOR, MATRIX),
  DOUBLE_EXPONENTIAL_SMOOTHING(0, true, VECTOR, MATRIX, SCALAR, SCALAR),
  END(0, true, SCALAR),
  EXP(VECTOR, VECTOR),
  FIRST_OVER_TIME(VECTOR, MATRIX),
  FLOOR(VECTOR, VECTOR),
  HISTOGRAM_AVG(VECTOR, VECTOR),
  HISTOGRAM_COUNT(VECTOR, VECTOR),
  HISTOGRAM_FRACTION(VECTOR, SCALAR, SCALAR, VECTOR),
  HISTOGRAM_QUANTILE(VECTOR, SCALAR, VECTOR),
  HISTOGRAM_QUANTILES(9, true, VECTOR, VECTOR, STRING, SCALAR, SCALAR),
  HISTOGRAM_STDDEV(VECTOR, VECTOR),
  HISTOGRAM_STDVAR(VECTOR, VECTOR),
  HISTOGRAM_SUM(VECTOR, VECTOR),
  HOUR(1, false, VECTOR, VECTOR),
  IDELTA(VECTOR, MATRIX),
  INCREASE(VECTOR, MATRIX),
  INFO(1, true, VECTOR, VECTOR, VECTOR),
  IRATE(VECTOR, MATRIX),
  LABEL_JOIN(-1, false, VECTOR, VECTOR, STRING, STRING, STRING),
  LABEL_REPLACE(VECTOR, VECTOR, STRING, STRING, STRING, STRING),
  LAST_OVER_TIME(VECTOR, MATRIX),
  LN(VECTOR, VECTOR),
  LOG10(VECTOR, VECTOR),
  LOG2(VECTOR, VECTOR),
  MAD_OVER_TIME(0, true, VECTOR, MATRIX),
  MAX_OF(0, true, SCALAR, SCALAR, SCALAR),
  MAX_OVER_TIME(VECTOR, MATRIX),
  MINUTE(1, false, VECTOR, VECTOR),
  MIN_OF(0, true, SCALAR, SCALAR, SCALAR),
  MIN_OVER_TIME(VECTOR, MATRIX),
  MONTH(1, false, VECTOR, VECTOR),
  PI(SCALAR),
  PREDICT_LINEAR(VECTOR, MATRIX, SCALAR),
  PRESENT_OVER_TIME(VECTOR, MATRIX),
  QUANTILE_OVER_TIME(VECTOR, SCALAR, MATRIX),
  RAD(VECTOR, VECTOR),
  RANGE(0, true, SCALAR),
  RATE(VECTOR, MATRIX),
  RESETS(VECTOR, MATRIX),
  ROUND(1, false, VECTOR, VECTOR, SCALAR),
  SCALAR_OF("scalar", SCALAR, VECTOR),
  SGN(VECTOR, VECTOR),
  SIN(VECTOR, VECTOR),
  SINH(VECTOR, VECTOR),
  SORT(VECTOR, VECTOR),
  SORT_BY_LABEL(-1, true, VECTOR, VECTOR, STRING),
  SORT_BY_LABEL_DESC(-1, true, VECTOR, VECTOR, STRING),
  SORT_DESC(VECTOR, VECTOR),
  SQRT(VECTOR, VECTOR),
  START(0, true, SCALAR),
  START_TIMESTAMP(0, true, VECTOR, VECTOR),
  STDDEV_OVER_TIME(VECTOR, MATRIX),
  STDVAR_OVER_TIME(VECTOR, MATRIX),
  STEP(0, true, SCALAR),
  SUM_OVER_TIME(VECTOR, MATRIX),
  TAN(VECTOR, VECTOR),
  TANH(VECTOR, VECTOR),
  TIME(SCALAR),
  TIMESTAMP(VECTOR, VECTOR),
  TS_OF_FIRST_OVER_TIME(0, true, VECTOR, MATRIX),
  TS_OF_LAST_OVER_TIME(0, true, VECTOR, MATRIX),
  TS_OF_MAX_OVER_TIME(0, true, VECTOR, MATRIX),
  TS_OF_MIN_OVER_TIME(0, true, VECTOR, MATRIX),
  VECTOR_OF("vector", VECTOR, SCALAR),
  YEAR(1, false, VECTOR, VECTOR);

  private static final Map<String, Function> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(Function::text, function -> function));

  private static final Set<Function> DEPENDING_ON_TIME =
      EnumSet.of(
          DAYS_IN_MONTH,
          DAY_OF_MONTH,
          DAY_OF_WEEK,
          DAY_OF_YEAR,
          END,
          HOUR,
          MINUTE,
          MONTH,
          PREDICT_LINEAR,
          RANGE,
          START,
          STEP,
          TIME,
          TIMESTAMP,
          YEAR);

  private final String text;
  private final ValueType result;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<ValueType> arguments;

  private final int variadic;
  private final boolean experimental;

  Function(ValueType result, ValueType... arguments) {
    this(0, false, result, arguments);
  }

  Function(String text, ValueType result, ValueType argument) {
    this.text = text;
    this.result = result;
    this.arguments = List.of(argument);
    this.variadic = 0;
    this.experimental = false;
  }

  Function(int variadic, boolean experimental, ValueType result, ValueType... arguments) {
    this.text = name().toLowerCase(Locale.ROOT);
    this.result = result;
    this.arguments = List.of(arguments);
    this.variadic = variadic;
    this.experimental = experimental;
  }

  /// As PromQL writes it.
  public String text() {
    return text;
  }

  /// What a call evaluates to.
  public ValueType result() {
    return result;
  }

  /// Whether it needs the flag for experimental functions.
  public boolean experimental() {
    return experimental;
  }

  /// The types of the arguments; the last one may be repeated as [#variadic] says.
  public List<ValueType> arguments() {
    return arguments;
  }

  /// How often the last argument may be repeated: 0 for exactly once, n for between zero and n
  /// times, -1 for any number of times.
  public int variadic() {
    return variadic;
  }

  static @Nullable Function named(String name) {
    return BY_NAME.get(name);
  }

  /// Whether the value depends on the time of evaluation, so that a call is never step-invariant.
  boolean dependsOnTime() {
    return DEPENDING_ON_TIME.contains(this);
  }
}
