package dev.mangru.alerts.route;

import dev.mangru.model.metric.LabelMatcher;
import java.util.List;

/// Which label names and matchers a configuration may use.
public enum LabelNames {
  /// Letters, digits and underscores; matchers as before Alertmanager 0.27. What Alertmanager does
  /// with `--enable-feature=classic-mode`, and in its own tests of configurations.
  CLASSIC,
  /// Any UTF-8, as Alertmanager has it by default.
  UTF8;

  /// Whether a label may be called so.
  boolean valid(String name) {
    return this == CLASSIC ? isClassic(name) : !name.isEmpty();
  }

  List<LabelMatcher> matchers(String text) {
    return this == CLASSIC ? Matchers.parseClassic(text) : Matchers.parse(text);
  }

  static boolean isClassic(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      if (!letter && (i == 0 || c < '0' || c > '9')) {
        return false;
      }
    }
    return !name.isEmpty();
  }
}
