package dev.mangru.alerts.route;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import java.util.ArrayList;
import java.util.List;

/// The parser of Alertmanager before 0.27, which takes values with spaces and lone backslashes and
/// which the newer one falls back to.
final class ClassicMatcherParser {

  private ClassicMatcherParser() {}

  /// Matchers between commas, with or without braces.
  static List<LabelMatcher> parseAll(String text) {
    if (text.length() > MatcherLexer.MAX_LENGTH) {
      throw MangruException.badData(
          "matchers of "
              + text.length()
              + " characters are longer than the limit of "
              + MatcherLexer.MAX_LENGTH);
    }
    String inner = text.startsWith("{") ? text.substring(1) : text;
    inner = inner.endsWith("}") ? inner.substring(0, inner.length() - 1) : inner;
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    boolean quoted = false;
    boolean escaped = false;
    for (int i = 0; i < inner.length(); i++) {
      char c = inner.charAt(i);
      if (c == ',' && !quoted) {
        parts.add(part.toString());
        part.setLength(0);
        continue;
      }
      if (c == '"' && !escaped) {
        quoted = !quoted;
      }
      escaped = c == '\\' && !escaped;
      part.append(c);
    }
    String last = part.toString().strip();
    if (!last.isEmpty()) {
      parts.add(last);
    }
    return parts.stream().map(ClassicMatcherParser::parse).toList();
  }

  private static LabelMatcher parse(String text) {
    String stripped = text.strip();
    int end = 0;
    while (end < stripped.length() && isNamePart(stripped.charAt(end), end == 0)) {
      end++;
    }
    String name = stripped.substring(0, end);
    String rest = stripped.substring(end).strip();
    Operator operator = operator(rest);
    if (name.isEmpty() || operator == null) {
      throw MangruException.badData("bad matcher format: " + text);
    }
    String raw = rest.substring(operator.symbol().length()).strip();
    return Matchers.of(operator, name, value(raw));
  }

  private static @org.jspecify.annotations.Nullable Operator operator(String text) {
    for (Operator each :
        List.of(Operator.REGEX, Operator.EQUAL, Operator.NOT_EQUAL, Operator.NOT_REGEX)) {
      if (text.startsWith(each.symbol())) {
        return each;
      }
    }
    return null;
  }

  private static boolean isNamePart(char c, boolean first) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || c == ':'
        || (!first && c >= '0' && c <= '9');
  }

  private static String value(String raw) {
    boolean expectQuote = raw.startsWith("\"");
    String inner = expectQuote ? raw.substring(1) : raw;
    StringBuilder value = new StringBuilder();
    boolean escaped = false;
    for (int i = 0; i < inner.length(); i++) {
      char c = inner.charAt(i);
      if (escaped) {
        escaped = false;
        switch (c) {
          case 'n' -> value.append('\n');
          case '"', '\\' -> value.append(c);
          default -> value.append('\\').append(c);
        }
      } else if (c == '\\' && i < inner.length() - 1) {
        escaped = true;
      } else if (c == '"') {
        if (!expectQuote || i < inner.length() - 1) {
          throw unescaped(raw);
        }
        expectQuote = false;
      } else {
        value.append(c);
      }
    }
    if (expectQuote) {
      throw unescaped(raw);
    }
    return value.toString();
  }

  private static MangruException unescaped(String raw) {
    return MangruException.badData("matcher value contains unescaped double quote: " + raw);
  }
}
