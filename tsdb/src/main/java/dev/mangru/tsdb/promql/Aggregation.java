package dev.mangru.tsdb.promql;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The aggregations over the elements of a vector.
public enum Aggregation {
  SUM,
  AVG,
  COUNT,
  MIN,
  MAX,
  GROUP,
  STDDEV,
  STDVAR,
  TOPK,
  BOTTOMK,
  COUNT_VALUES,
  QUANTILE,
  LIMITK,
  LIMIT_RATIO;

  private final String text = name().toLowerCase(Locale.ROOT);

  /// As PromQL writes it.
  public String text() {
    return text;
  }

  boolean hasParameter() {
    return switch (this) {
      case TOPK, BOTTOMK, COUNT_VALUES, QUANTILE, LIMITK, LIMIT_RATIO -> true;
      case SUM, AVG, COUNT, MIN, MAX, GROUP, STDDEV, STDVAR -> false;
    };
  }

  /// Whether Prometheus has it behind a flag.
  public boolean experimental() {
    return this == LIMITK || this == LIMIT_RATIO;
  }

  static @Nullable Aggregation named(String lowerCaseName) {
    for (Aggregation aggregation : values()) {
      if (aggregation.text.equals(lowerCaseName)) {
        return aggregation;
      }
    }
    return null;
  }
}
