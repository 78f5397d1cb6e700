package dev.mangru.autoscaler.signal;

import dev.mangru.autoscaler.control.LabelSelector;
import dev.mangru.autoscaler.control.MetricSelector;
import dev.mangru.model.error.MangruException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Label matchers in PromQL's text.
final class Selectors {

  private Selectors() {}

  /// A string literal.
  static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  /// `{__name__="…",a="b"}`.
  static String series(String name, Map<String, String> labels, @Nullable MetricSelector selector) {
    StringBuilder text = new StringBuilder("{__name__=").append(quoted(name));
    labels.forEach((label, value) ->
        text.append(',').append(checked(label)).append('=').append(quoted(value)));
    if (selector != null) {
      selector
          .matchLabels()
          .forEach((label, value) ->
              text.append(',').append(checked(label)).append('=').append(quoted(value)));
      for (LabelSelector.Requirement each : selector.expressions()) {
        text.append(',').append(checked(each.key())).append(matcher(each));
      }
    }
    return text.append('}').toString();
  }

  private static String matcher(LabelSelector.Requirement each) {
    return switch (each.operator()) {
      case IN -> "=~" + quoted(anyOf(each.values()));
      case NOT_IN -> "!~" + quoted(anyOf(each.values()));
      case EXISTS -> "!=\"\"";
      case DOES_NOT_EXIST -> "=\"\"";
      case GREATER_THAN, LESS_THAN ->
          throw MangruException.badData(
              "a metric's selector cannot compare by size: " + each.key());
    };
  }

  /// A regular expression that matches exactly these.
  private static String anyOf(List<String> values) {
    return values.stream().map(Selectors::literal).collect(Collectors.joining("|"));
  }

  private static String literal(String text) {
    StringBuilder literal = new StringBuilder();
    text.codePoints()
        .forEach(c -> {
          if (c < 128 && !Character.isLetterOrDigit(c)) {
            literal.append('\\');
          }
          literal.appendCodePoint(c);
        });
    return literal.toString();
  }

  private static String checked(String label) {
    boolean good = !label.isEmpty() && !Character.isDigit(label.charAt(0));
    for (int i = 0; i < label.length(); i++) {
      char c = label.charAt(i);
      good &= c == '_' || (c < 128 && Character.isLetterOrDigit(c));
    }
    if (!good) {
      throw MangruException.badData(
          "'" + label + "' cannot be a label of a series: use letters, digits and underscores");
    }
    return label;
  }
}
