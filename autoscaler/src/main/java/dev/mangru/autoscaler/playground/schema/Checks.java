package dev.mangru.autoscaler.playground.schema;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/// Checks that many kinds share, worded as upstream.
final class Checks {

  static final int MAX_PORT = 65_535;

  private static final String NOT_NEGATIVE = "must be greater than or equal to 0";

  private Checks() {}

  /// An absent value passes.
  static void notNegative(JsonNode parent, String field, String path, Problems problems) {
    JsonNode value = parent.path(field);
    if (value.isNumber() && value.decimalValue().signum() < 0) {
      problems.invalid(path + "." + field, value, NOT_NEGATIVE);
    }
  }

  /// An absent value passes.
  static void oneOf(
      JsonNode parent, String field, String path, List<String> supported, Problems problems) {
    String value = Nodes.text(parent, field);
    if (!value.isEmpty() && !supported.contains(value)) {
      problems.notSupported(path + "." + field, value, supported);
    }
  }

  static boolean present(JsonNode parent, String field, String path, Problems problems) {
    JsonNode value = parent.path(field);
    if (Nodes.absent(parent, field) || (value.isString() && value.stringValue().isEmpty())) {
      problems.required(path + "." + field, "");
      return false;
    }
    return true;
  }

  static void port(JsonNode parent, String field, String path, Problems problems) {
    if (Nodes.absent(parent, field)) {
      problems.required(path + "." + field, "");
      return;
    }
    long port = parent.path(field).asLong(0);
    if (port < 1 || port > MAX_PORT) {
      problems.invalid(
          path + "." + field, parent.path(field), "must be between 1 and 65535, inclusive");
    }
  }

  /// A whole number or a percentage; answers its percent if it is one.
  static OptionalInt intOrPercent(JsonNode parent, String field, String path, Problems problems) {
    JsonNode value = parent.path(field);
    if (value.isNumber()) {
      notNegative(parent, field, path, problems);
    } else if (value.isString()) {
      OptionalInt percent = percent(value.stringValue());
      if (percent.isEmpty()) {
        problems.invalid(
            path + "." + field,
            value,
            "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',"
                + "  or '93%', regex used for validation is '[0-9]+%')");
      }
      return percent;
    }
    return OptionalInt.empty();
  }

  /// As [#intOrPercent], and at most 100 percent.
  static void intOrAtMostAll(JsonNode parent, String field, String path, Problems problems) {
    OptionalInt percent = intOrPercent(parent, field, path, problems);
    if (percent.isPresent() && percent.getAsInt() > 100) {
      problems.invalid(path + "." + field, parent.path(field), "must not be greater than 100%");
    }
  }

  private static OptionalInt percent(String text) {
    if (text.length() < 2 || !text.endsWith("%")) {
      return OptionalInt.empty();
    }
    int percent = 0;
    for (int i = 0; i < text.length() - 1; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return OptionalInt.empty();
      }
      percent = Math.min(1_000_000, percent * 10 + c - '0');
    }
    return OptionalInt.of(percent);
  }

  /// Reads a quantity that is not negative; what is wrong becomes a problem.
  static Optional<BigDecimal> quantity(JsonNode value, String path, Problems problems) {
    Optional<BigDecimal> amount = Quantity.tryParse(value.asString(""));
    if (amount.isEmpty()) {
      problems.invalid(
          path,
          value,
          "quantities must match the regular expression"
              + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    } else if (amount.get().signum() < 0) {
      problems.invalid(path, value, NOT_NEGATIVE);
      return Optional.empty();
    }
    return amount;
  }

  /// A selector of labels: `matchLabels` and `matchExpressions`.
  static void labelSelector(JsonNode selector, String path, Problems problems) {
    Names.labels(path + ".matchLabels", selector.path("matchLabels"), problems);
    JsonNode expressions = selector.path("matchExpressions");
    for (int i = 0; i < expressions.size(); i++) {
      JsonNode expression = expressions.get(i);
      String at = path + ".matchExpressions[" + i + "]";
      switch (Nodes.text(expression, "operator")) {
        case "In", "NotIn" -> {
          if (expression.path("values").isEmpty()) {
            problems.required(
                at + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
          }
        }
        case "Exists", "DoesNotExist" -> {
          if (!expression.path("values").isEmpty()) {
            problems.forbidden(
                at + ".values",
                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
          }
        }
        case String _ ->
            problems.invalid(
                at + ".operator", expression.path("operator"), "not a valid selector operator");
      }
      Names.qualified(at + ".key", Nodes.text(expression, "key"), problems);
      for (JsonNode value : expression.path("values").values()) {
        Names.labelValue(at + ".values", value.asString(""), problems);
      }
    }
  }

  static boolean isEmptySelector(JsonNode selector) {
    return selector.path("matchLabels").isEmpty() && selector.path("matchExpressions").isEmpty();
  }

  /// Whether labels satisfy a selector; one that is not valid matches nothing.
  static boolean matches(JsonNode selector, JsonNode labels) {
    boolean all =
        selector
            .path("matchLabels")
            .propertyStream()
            .allMatch(label -> label.getValue().equals(labels.get(label.getKey())));
    return all
        && selector
            .path("matchExpressions")
            .valueStream()
            .allMatch(expression -> matchesExpression(expression, labels));
  }

  private static boolean matchesExpression(JsonNode expression, JsonNode labels) {
    JsonNode value = labels.get(Nodes.text(expression, "key"));
    boolean listed =
        value != null && expression.path("values").valueStream().anyMatch(value::equals);
    return switch (Nodes.text(expression, "operator")) {
      case "In" -> listed;
      case "NotIn" -> !listed;
      case "Exists" -> value != null;
      case "DoesNotExist" -> value == null;
      case String _ -> false;
    };
  }
}
