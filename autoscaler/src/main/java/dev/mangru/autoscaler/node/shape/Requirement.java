package dev.mangru.autoscaler.node.shape;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One expression of a label or node selector: `zone In (a, b)`.
///
/// An operator that Kubernetes does not know matches nothing, as it does there. Immutable.
///
/// @param operator In, NotIn, Exists, DoesNotExist, Gt or Lt
public record Requirement(String key, String operator, List<String> values) {

  public Requirement {
    values = List.copyOf(values);
  }

  /// Whether labels satisfy this.
  public boolean matches(Map<String, String> labels) {
    return matches(labels.get(key));
  }

  /// Whether the key's value, null when absent, satisfies this.
  boolean matches(@Nullable String value) {
    return switch (operator) {
      case "In" -> value != null && values.contains(value);
      case "NotIn" -> value == null || !values.contains(value);
      case "Exists" -> value != null;
      case "DoesNotExist" -> value == null;
      case "Gt" -> value != null && compare(value) > 0;
      case "Lt" -> value != null && compare(value) < 0;
      default -> false;
    };
  }

  /// How the value stands to the only operand; zero also when either is not a whole number.
  private int compare(String value) {
    if (values.size() != 1) {
      return 0;
    }
    try {
      return Long.compare(Long.parseLong(value), Long.parseLong(values.getFirst()));
    } catch (NumberFormatException _) {
      return 0; // Kubernetes: neither greater nor less, so both operators refuse
    }
  }
}
