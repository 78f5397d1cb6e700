package dev.mangru.logindex.query;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.Severity;
import dev.mangru.model.log.TextFilter;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Compiles what people type into the search box to LogQL.
///
/// | typed | means |
/// | --- | --- |
/// | `timeout` | the line contains `timeout`, exactly, anywhere |
/// | `timeout order` | both |
/// | `"not available"` | the line contains the phrase; `\"` and `\\` inside |
/// | `-health`, `-"GET /"` | the line does not contain it |
/// | `app:shop`, `app=shop` | the stream label `app` is `shop` |
/// | `app:shop-*` | the label begins with `shop-`; `*` stands for anything |
/// | `-app:shop`, `app:"my shop"` | not that; a value with spaces |
/// | `level:error`, `severity:error,warn` | one of these severities; `-level:debug` any other |
/// | `{app="shop"} \|= "x"` | LogQL, as it is; `{}` selects everything |
///
/// A word with a colon that has no label name before it, such as `12:30` or `http://x`, is text. To
/// search for text that looks like a label, put it in quotes. Pure; thread-safe.
public final class SearchBox {

  private SearchBox() {}

  /// What was typed, compiled.
  ///
  /// @param selector what it selects
  /// @param logql the same as LogQL, for showing and linking
  public record Compiled(LogqlSelector selector, String logql) {}

  /// Compiles `typed`. Nothing but spaces selects everything.
  ///
  /// @throws MangruException `BAD_DATA` if a quote is not closed, a level is unknown, or LogQL does
  ///   not parse
  public static Compiled compile(String typed) {
    if (typed.length() > LogqlParser.MAX_LENGTH) {
      throw MangruException.badData(
          "the search has "
              + typed.length()
              + " characters, the limit is "
              + LogqlParser.MAX_LENGTH);
    }
    LogqlSelector selector =
        typed.stripLeading().startsWith("{")
            ? LogqlParser.parse(typed, true)
            : new Words(typed).selector();
    return new Compiled(selector, selector.toLogql());
  }

  /// Walks over the words.
  private static final class Words {
    private final String input;
    private int at;
    private final List<LabelMatcher> matchers = new ArrayList<>();
    private final List<TextFilter> filters = new ArrayList<>();
    private final Set<Severity> wanted = EnumSet.noneOf(Severity.class);
    private final Set<Severity> unwanted = EnumSet.noneOf(Severity.class);

    Words(String input) {
      this.input = input;
    }

    LogqlSelector selector() {
      while (skipSpaces()) {
        readWord();
      }
      Set<Severity> severities = EnumSet.copyOf(wanted);
      if (!unwanted.isEmpty()) {
        if (wanted.isEmpty()) {
          severities.addAll(EnumSet.allOf(Severity.class));
        }
        severities.removeAll(unwanted);
        if (severities.isEmpty()) {
          throw MangruException.badData("the levels that are wanted and unwanted leave none");
        }
      }
      return new LogqlSelector(matchers, filters, severities);
    }

    private boolean skipSpaces() {
      while (at < input.length() && Character.isWhitespace(input.charAt(at))) {
        at++;
      }
      return at < input.length();
    }

    private void readWord() {
      int start = at;
      boolean negative =
          input.charAt(at) == '-'
              && at + 1 < input.length()
              && !Character.isWhitespace(input.charAt(at + 1));
      if (negative) {
        at++;
      }
      if (input.charAt(at) == '"') {
        addText(readQuoted(), !negative);
        return;
      }
      int nameEnd = at;
      while (nameEnd < input.length()
          && LogqlParser.isNamePart(input.charAt(nameEnd), nameEnd == at)) {
        nameEnd++;
      }
      if (nameEnd > at && isLabel(nameEnd)) {
        String name = input.substring(at, nameEnd);
        at = nameEnd + 1;
        if (input.charAt(at) == '"') {
          addLabel(name, readQuoted(), !negative, false, start);
        } else {
          addLabel(name, readPlain(), !negative, true, start);
        }
        return;
      }
      addText(readPlain(), !negative);
    }

    /// Whether `:value` or `=value` follows; `://` is an address.
    private boolean isLabel(int separator) {
      if (separator + 1 >= input.length() || Character.isWhitespace(input.charAt(separator + 1))) {
        return false;
      }
      char c = input.charAt(separator);
      return c == '=' ? input.charAt(separator + 1) != '=' : c == ':' && colonOfLabel(separator);
    }

    private boolean colonOfLabel(int colon) {
      return input.charAt(colon + 1) != ':' && !input.startsWith("//", colon + 1);
    }

    private String readPlain() {
      int start = at;
      while (at < input.length() && !Character.isWhitespace(input.charAt(at))) {
        at++;
      }
      return input.substring(start, at);
    }

    private String readQuoted() {
      int start = at;
      StringBuilder text = new StringBuilder();
      at++;
      while (at < input.length()) {
        char c = input.charAt(at++);
        if (c == '"') {
          return text.toString();
        }
        if (c == '\\'
            && at < input.length()
            && (input.charAt(at) == '"' || input.charAt(at) == '\\')) {
          c = input.charAt(at++);
        }
        text.append(c);
      }
      throw MangruException.badData(
          "the quote at position " + (start + 1) + " is not closed; end the phrase with \"");
    }

    private void addText(String text, boolean positive) {
      if (!text.isEmpty()) {
        filters.add(new TextFilter(text, positive));
      }
    }

    private void addLabel(
        String name, String value, boolean positive, boolean wildcards, int position) {
      if (name.equals("level") || name.equals("severity") || name.equals("detected_level")) {
        for (String level : value.split(",", -1)) {
          (positive ? wanted : unwanted).add(severity(level, position));
        }
        return;
      }
      boolean pattern = wildcards && value.indexOf('*') >= 0;
      Operator operator =
          pattern
              ? (positive ? Operator.REGEX : Operator.NOT_REGEX)
              : (positive ? Operator.EQUAL : Operator.NOT_EQUAL);
      matchers.add(LabelMatcher.of(operator, name, pattern ? regex(value) : value));
    }

    private static String regex(String glob) {
      StringBuilder regex = new StringBuilder();
      for (int i = 0; i < glob.length(); i++) {
        char c = glob.charAt(i);
        if (c == '*') {
          regex.append(".*");
        } else {
          if ("\\.+?()[]{}|^$".indexOf(c) >= 0) {
            regex.append('\\');
          }
          regex.append(c);
        }
      }
      return regex.toString();
    }

    private static Severity severity(String level, int position) {
      String label = level.toLowerCase(Locale.ROOT);
      for (Severity severity : Severity.values()) {
        if (severity.label().equals(label)
            || (label.equals("warning") && severity == Severity.WARN)) {
          return severity;
        }
      }
      throw MangruException.badData(
          "\""
              + level
              + "\" at position "
              + (position + 1)
              + " is no level; levels are trace, debug, info, warn, error, fatal and unknown. To"
              + " search for the text, put it in quotes");
    }
  }
}
