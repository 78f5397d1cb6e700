package dev.mangru.autoscaler.playground.api;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Texts of table cells as upstream prints them.
final class HumanText {

  static final String NONE = "<none>";
  static final String UNKNOWN = "<unknown>";

  private static final Duration MAX_SKEW = Duration.ofSeconds(1);

  private HumanText() {}

  /// How long ago a timestamp was: `3m20s`, `5d`; `<unknown>` if there is none.
  static String age(JsonNode timestamp, Instant now) {
    String text = timestamp.asString("");
    if (text.isEmpty()) {
      return UNKNOWN;
    }
    try {
      return duration(Duration.between(OffsetDateTime.parse(text).toInstant(), now));
    } catch (DateTimeParseException e) {
      return UNKNOWN;
    }
  }

  /// apimachinery `util/duration.HumanDuration`: at most two units, fewer the longer it is.
  static String duration(Duration duration) {
    if (duration.compareTo(MAX_SKEW.negated().multipliedBy(2)) < 0) {
      return "<invalid>";
    }
    long seconds = Math.max(0, duration.toSeconds());
    long minutes = seconds / 60;
    long hours = minutes / 60;
    long days = hours / 24;
    if (seconds < 120) {
      return seconds + "s";
    } else if (minutes < 10) {
      return two(minutes, "m", seconds % 60, "s");
    } else if (minutes < 180) {
      return minutes + "m";
    } else if (hours < 8) {
      return two(hours, "h", minutes % 60, "m");
    } else if (hours < 48) {
      return hours + "h";
    } else if (hours < 192) {
      return two(days, "d", hours % 24, "h");
    } else if (days < 730) {
      return days + "d";
    } else if (days < 2920) {
      return two(days / 365, "y", days % 365, "d");
    }
    return days / 365 + "y";
  }

  private static String two(long big, String bigUnit, long small, String smallUnit) {
    return small == 0 ? big + bigUnit : big + bigUnit + small + smallUnit;
  }

  /// `a=1,b=2`, or `<none>`.
  static String labels(JsonNode labels) {
    List<String> parts = new ArrayList<>();
    for (Map.Entry<String, JsonNode> label : labels.properties()) {
      parts.add(label.getKey() + "=" + label.getValue().asString(""));
    }
    parts.sort(null);
    return orNone(String.join(",", parts));
  }

  /// A `LabelSelector` object as text: `app=web,tier in (a,b)`, or `<none>`.
  static String selector(JsonNode selector) {
    return orNone(selectorText(selector));
  }

  /// As [#selector]; empty if it is.
  static String selectorText(JsonNode selector) {
    List<String> parts = new ArrayList<>();
    for (Map.Entry<String, JsonNode> label : selector.path("matchLabels").properties()) {
      parts.add(label.getKey() + "=" + label.getValue().asString(""));
    }
    for (JsonNode expression : selector.path("matchExpressions")) {
      String key = expression.path("key").asString("");
      List<String> values = new ArrayList<>();
      expression.path("values").forEach(value -> values.add(value.asString("")));
      values.sort(null);
      String list = " (" + String.join(",", values) + ")";
      parts.add(
          switch (expression.path("operator").asString("")) {
            case "In" -> key + " in" + list;
            case "NotIn" -> key + " notin" + list;
            case "DoesNotExist" -> "!" + key;
            case String _ -> key;
          });
    }
    parts.sort(null);
    return String.join(",", parts);
  }

  static String orNone(String text) {
    return text.isEmpty() ? NONE : text;
  }

  /// A number or text as it is written; `fallback` if it is not there.
  static String scalar(JsonNode node, String fallback) {
    return node.isMissingNode() || node.isNull() || node.isContainer()
        ? fallback
        : node.asString(fallback);
  }
}
