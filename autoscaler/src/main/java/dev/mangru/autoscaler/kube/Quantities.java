package dev.mangru.autoscaler.kube;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Kubernetes' quantities as thousandths.
final class Quantities {

  private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

  private Quantities() {}

  /// Thousandths, rounded up, at most the largest long; null stays null.
  static @Nullable Long milli(@Nullable Quantity quantity) {
    if (quantity == null) {
      return null;
    }
    BigDecimal milli =
        quantity.getNumericalAmount().movePointRight(3).setScale(0, RoundingMode.CEILING);
    return milli.min(MAX).max(MAX.negate()).longValueExact();
  }

  /// A plain number; null stays null.
  static @Nullable Double number(@Nullable Quantity quantity) {
    return quantity == null ? null : quantity.getNumericalAmount().doubleValue();
  }

  /// Every resource's amount; empty for null.
  static Map<String, Long> milli(@Nullable Map<String, Quantity> quantities) {
    Map<String, Long> milli = new HashMap<>();
    if (quantities != null) {
      quantities.forEach((resource, quantity) -> {
        Long amount = milli(quantity);
        if (amount != null) {
          milli.put(resource, amount);
        }
      });
    }
    return milli;
  }

  /// As Kubernetes writes an amount: `250m`, `3`.
  static String text(long milli) {
    return milli % 1_000 == 0 ? String.valueOf(milli / 1_000) : milli + "m";
  }
}
