package dev.mangru.alerts.rule;

/// Which names of metrics and labels are allowed. Source: prometheus/common `model/metric.go`.
public enum NameValidation {
  /// Letters, digits and underscores, and colons in metrics; not a digit first.
  LEGACY,
  /// Any text that can be written as UTF-8, and is not empty.
  UTF8;

  /// Whether a label may be called that.
  public boolean isLabelName(String name) {
    return switch (this) {
      case LEGACY -> isLegacy(name, false);
      case UTF8 -> !name.isEmpty() && isUtf8(name);
    };
  }

  /// Whether a metric may be called that.
  public boolean isMetricName(String name) {
    return switch (this) {
      case LEGACY -> isLegacy(name, true);
      case UTF8 -> !name.isEmpty() && isUtf8(name);
    };
  }

  private static boolean isLegacy(String name, boolean colons) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      boolean digit = i > 0 && c >= '0' && c <= '9';
      if (!letter && !digit && !(colons && c == ':')) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  /// Whether `text` can be written as UTF-8: every surrogate has its partner.
  static boolean isUtf8(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return false;
      }
    }
    return true;
  }
}
