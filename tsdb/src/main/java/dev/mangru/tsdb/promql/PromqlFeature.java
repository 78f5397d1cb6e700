package dev.mangru.tsdb.promql;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/// Parts of the language that have to be switched on, as Prometheus names them in
/// `--enable-feature`.
///
/// Source: <https://prometheus.io/docs/prometheus/latest/feature_flags/>.
public enum PromqlFeature {

  /// Functions and aggregations that may still change: `info`, `mad_over_time`, `limitk` and
  /// others.
  EXPERIMENTAL_FUNCTIONS("promql-experimental-functions"),

  /// Arithmetic in ranges, steps and offsets: `rate(x[5m * 2])`.
  DURATION_EXPRESSIONS("promql-duration-expr"),

  /// `anchored` and `smoothed`.
  EXTENDED_RANGE_SELECTORS("promql-extended-range-selectors"),

  /// `fill`, `fill_left`, `fill_right`.
  FILL_MODIFIERS("promql-binop-fill-modifiers"),

  /// The metric name is removed at the end of the query, not on the way.
  DELAYED_NAME_REMOVAL("promql-delayed-name-removal"),

  /// Samples' start timestamps take part in `rate` and friends.
  START_TIMESTAMPS("use-start-timestamps"),

  /// `__type__` and `__unit__` go wherever the metric name goes.
  TYPE_AND_UNIT_LABELS("type-and-unit-labels");

  private final String flag;

  PromqlFeature(String flag) {
    this.flag = flag;
  }

  /// The word that switches it on.
  public String flag() {
    return flag;
  }

  /// What these words switch on.
  ///
  /// @throws IllegalArgumentException for a word that switches on nothing; the message names those
  ///   that do
  public static Set<PromqlFeature> of(Collection<String> flags) {
    Set<PromqlFeature> features = EnumSet.noneOf(PromqlFeature.class);
    for (String flag : flags) {
      features.add(
          Arrays.stream(values())
              .filter(feature -> feature.flag.equals(flag))
              .findAny()
              .orElseThrow(() -> unknown(flag)));
    }
    return features;
  }

  private static IllegalArgumentException unknown(String flag) {
    return new IllegalArgumentException(
        "\""
            + flag
            + "\" is no feature of PromQL; there are "
            + Arrays.stream(values()).map(PromqlFeature::flag).collect(Collectors.joining(", ")));
  }
}
