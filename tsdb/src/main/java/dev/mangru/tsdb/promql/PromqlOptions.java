package dev.mangru.tsdb.promql;

import java.time.Duration;

/// Which parts of the language are on, and the engine's defaults.
///
/// @param experimentalFunctions functions and aggregations that Prometheus hides behind
///   `promql-experimental-functions`
/// @param durationExpressions arithmetic in ranges, steps and offsets
/// @param extendedRangeSelectors `anchored` and `smoothed`
/// @param fillModifiers `fill`, `fill_left`, `fill_right`
/// @param delayedNameRemoval the metric name is removed at the end of the query, not on the way
/// @param startTimestamps samples' start timestamps take part in rate and friends
/// @param typeAndUnitLabels `__type__` and `__unit__` go wherever the metric name goes
/// @param lookback how far an instant selector looks back, exclusive
/// @param defaultSubqueryStep the step of a subquery that names none
public record PromqlOptions(
    boolean experimentalFunctions,
    boolean durationExpressions,
    boolean extendedRangeSelectors,
    boolean fillModifiers,
    boolean delayedNameRemoval,
    boolean startTimestamps,
    boolean typeAndUnitLabels,
    Duration lookback,
    Duration defaultSubqueryStep) {

  /// Most steps a range query may ask for; whoever speaks HTTP enforces it. Copied from Prometheus.
  public static final int MAX_STEPS = 11_000;

  public PromqlOptions {
    if (lookback.isNegative() || lookback.isZero()) {
      throw new IllegalArgumentException("lookback must be positive: " + lookback);
    }
    if (defaultSubqueryStep.isNegative() || defaultSubqueryStep.isZero()) {
      throw new IllegalArgumentException(
          "default subquery step must be positive: " + defaultSubqueryStep);
    }
  }

  /// Prometheus' defaults: everything experimental is off, lookback 5 m, subquery step 1 m.
  public static PromqlOptions defaults() {
    return new PromqlOptions(
        false,
        false,
        false,
        false,
        false,
        false,
        false,
        Duration.ofMinutes(5),
        Duration.ofMinutes(1));
  }

  /// Everything on.
  public static PromqlOptions everything() {
    return new PromqlOptions(
        true, true, true, true, true, true, true, Duration.ofMinutes(5), Duration.ofMinutes(1));
  }

  /// These options with `fill` modifiers on or off.
  public PromqlOptions withFillModifiers(boolean on) {
    return new PromqlOptions(
        experimentalFunctions,
        durationExpressions,
        extendedRangeSelectors,
        on,
        delayedNameRemoval,
        startTimestamps,
        typeAndUnitLabels,
        lookback,
        defaultSubqueryStep);
  }

  /// These options with delayed name removal on or off.
  public PromqlOptions withDelayedNameRemoval(boolean on) {
    return new PromqlOptions(
        experimentalFunctions,
        durationExpressions,
        extendedRangeSelectors,
        fillModifiers,
        on,
        startTimestamps,
        typeAndUnitLabels,
        lookback,
        defaultSubqueryStep);
  }
}
