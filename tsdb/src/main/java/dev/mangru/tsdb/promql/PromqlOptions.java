package dev.mangru.tsdb.promql;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/// Which parts of the language are on, and the engine's defaults.
///
/// @param features parts that are off unless they are named here
/// @param lookback how far an instant selector looks back, exclusive
/// @param defaultSubqueryStep the step of a subquery that names none
public record PromqlOptions(
    Set<PromqlFeature> features, Duration lookback, Duration defaultSubqueryStep) {

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
    features = Set.copyOf(features);
  }

  /// Prometheus' defaults with these features on: lookback 5 m, subquery step 1 m.
  public static PromqlOptions of(Set<PromqlFeature> features) {
    return new PromqlOptions(features, Duration.ofMinutes(5), Duration.ofMinutes(1));
  }

  /// Prometheus' defaults: no feature is on.
  public static PromqlOptions defaults() {
    return of(Set.of());
  }

  /// Everything on.
  public static PromqlOptions everything() {
    return of(EnumSet.allOf(PromqlFeature.class));
  }

  /// These options with `feature` on or off.
  public PromqlOptions with(PromqlFeature feature, boolean on) {
    Set<PromqlFeature> changed = EnumSet.noneOf(PromqlFeature.class);
    changed.addAll(features);
    if (on) {
      changed.add(feature);
    } else {
      changed.remove(feature);
    }
    return new PromqlOptions(changed, lookback, defaultSubqueryStep);
  }

  boolean experimentalFunctions() {
    return features.contains(PromqlFeature.EXPERIMENTAL_FUNCTIONS);
  }

  boolean durationExpressions() {
    return features.contains(PromqlFeature.DURATION_EXPRESSIONS);
  }

  boolean extendedRangeSelectors() {
    return features.contains(PromqlFeature.EXTENDED_RANGE_SELECTORS);
  }

  boolean fillModifiers() {
    return features.contains(PromqlFeature.FILL_MODIFIERS);
  }

  boolean delayedNameRemoval() {
    return features.contains(PromqlFeature.DELAYED_NAME_REMOVAL);
  }

  boolean startTimestamps() {
    return features.contains(PromqlFeature.START_TIMESTAMPS);
  }

  boolean typeAndUnitLabels() {
    return features.contains(PromqlFeature.TYPE_AND_UNIT_LABELS);
  }
}
