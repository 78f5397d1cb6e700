package dev.mangru.alerts.route;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Label matchers as Alertmanager reads, sorts and writes them.
public final class Matchers {

  /// Alertmanager's order: by name, value, operator.
  public static final Comparator<LabelMatcher> ORDER =
      Comparator.comparing(LabelMatcher::name, Labels::compareUtf8)
          .thenComparing(LabelMatcher::value, Labels::compareUtf8)
          .thenComparing(LabelMatcher::operator);

  private Matchers() {}

  /// Parses zero or more matchers, `{foo="bar",baz!~"x.*"}`, with or without braces.
  ///
  /// @throws MangruException `BAD_DATA` with the columns of what does not parse
  public static List<LabelMatcher> parseUtf8(String text) {
    return List.copyOf(MatcherParser.parse(text));
  }

  /// Parses as Alertmanager does by default: the UTF-8 parser, and the classic one for what only
  /// that takes, or takes differently.
  ///
  /// @throws MangruException `BAD_DATA` if neither takes it
  public static List<LabelMatcher> parse(String text) {
    List<LabelMatcher> classic;
    try {
      classic = ClassicMatcherParser.parseAll(text);
    } catch (MangruException e) {
      try {
        return parseUtf8(text);
      } catch (MangruException _) {
        throw e;
      }
    }
    return List.copyOf(classic);
  }

  /// Parses with the classic parser only.
  static List<LabelMatcher> parseClassic(String text) {
    return ClassicMatcherParser.parseAll(text);
  }

  /// A matcher whose regular expression is refused with Go's words.
  ///
  /// @throws MangruException `BAD_DATA` if the regular expression does not parse
  public static LabelMatcher of(Operator operator, String name, String value) {
    if (operator == Operator.REGEX || operator == Operator.NOT_REGEX) {
      checkRegex(value);
    }
    return LabelMatcher.of(operator, name, value);
  }

  /// Refuses what does not compile, with Go's words.
  static void checkRegex(String regex) {
    if (regex.length() > LabelMatcher.MAX_REGEX_LENGTH) {
      return; // LabelMatcher says so
    }
    try {
      Pattern.compile("^(?:" + regex + ")$");
    } catch (PatternSyntaxException e) {
      throw MangruException.badData(
          "error parsing regexp: " + e.getDescription() + ": `" + e.getPattern() + "`");
    }
  }

  /// Several matchers: `{foo="bar",baz=~"x"}`.
  public static String format(List<LabelMatcher> matchers) {
    List<String> texts = new ArrayList<>();
    matchers.forEach(matcher -> texts.add(format(matcher)));
    return "{" + String.join(",", texts) + "}";
  }

  /// One matcher: `foo="bar"`.
  public static String format(LabelMatcher matcher) {
    String symbol = matcher.operator().symbol();
    if (matcher.name().codePoints().anyMatch(MatcherLexer::isReserved)) {
      return GoText.quote(matcher.name()) + symbol + GoText.quote(matcher.value());
    }
    return matcher.name()
        + symbol
        + "\""
        + matcher.value().replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"")
        + "\"";
  }
}
