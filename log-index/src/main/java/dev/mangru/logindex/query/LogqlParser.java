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

/// Reads the part of LogQL that selects log lines:
///
///     {app="shop", pod=~"shop-.*"} |= "timeout" != `health` | detected_level=~"error|warn"
///
/// A stream selector with `=`, `!=`, `=~` and `!~`; any number of `|=` and `!=` line filters; and
/// `| detected_level` compared with one severity or several. Everything else of LogQL is an error
/// that names the operator and its position: an answer that ignored it would be a wrong one.
///
/// Confined to one thread; used once through [#parse].
///
/// Source: Loki documentation, “LogQL: Log query language”.
public final class LogqlParser {

  /// Longest query, in characters.
  public static final int MAX_LENGTH = 64 << 10;

  /// Most matchers and filters together.
  private static final int MAX_CONDITIONS = 200;

  private static final Set<String> STAGES =
      Set.of(
          "json",
          "logfmt",
          "regexp",
          "pattern",
          "unpack",
          "unwrap",
          "line_format",
          "label_format",
          "drop",
          "keep",
          "decolorize",
          "distinct");

  private final String input;
  private int at;

  private final List<LabelMatcher> matchers = new ArrayList<>();
  private final List<TextFilter> filters = new ArrayList<>();
  private final Set<Severity> severities = EnumSet.noneOf(Severity.class);
  private boolean severityChosen;

  private LogqlParser(String input) {
    this.input = input;
  }

  /// Reads a query as Loki's API takes it: at least one matcher must not match an empty value, as
  /// everything would be selected otherwise.
  ///
  /// @throws MangruException `BAD_DATA`, with the position (from 1), if it does not parse or uses
  ///   what is not supported
  public static LogqlSelector parse(String query) {
    return parse(query, false);
  }

  /// Likewise, where `allowEverything` lets `{}` and its like through.
  public static LogqlSelector parse(String query, boolean allowEverything) {
    if (query.length() > MAX_LENGTH) {
      throw MangruException.badData(
          "the query has " + query.length() + " characters, the limit is " + MAX_LENGTH);
    }
    LogqlParser parser = new LogqlParser(query);
    parser.parseSelector();
    parser.parsePipeline();
    if (!allowEverything && parser.matchers.stream().allMatch(LabelMatcher::matchesEmpty)) {
      throw MangruException.badData(
          "queries require at least one regexp or equality matcher that does not have an"
              + " empty-compatible value. For instance, app=~\".*\" does not meet this requirement,"
              + " but app=~\".+\" will");
    }
    return new LogqlSelector(parser.matchers, parser.filters, parser.severities);
  }

  // ---- the stream selector ---------------------------------------------------------------------

  private void parseSelector() {
    skipSpaces();
    if (at == input.length()) {
      throw MangruException.badData("the query is empty; it begins with a selector: {app=\"...\"}");
    }
    if (input.charAt(at) != '{') {
      throw notASelector();
    }
    at++;
    skipSpaces();
    if (accept("}")) {
      return;
    }
    while (true) {
      parseMatcher();
      skipSpaces();
      if (accept("}")) {
        return;
      }
      if (!accept(",")) {
        throw expected("',' or '}'");
      }
      skipSpaces();
      if (accept("}")) {
        return; // Loki takes a trailing comma
      }
    }
  }

  private MangruException notASelector() {
    String word = word(at);
    if (!word.isEmpty() && input.indexOf('(', at) >= 0) {
      return unsupported("the metric query '" + word + "'", at);
    }
    return expected("'{'");
  }

  private void parseMatcher() {
    skipSpaces();
    String name = labelName();
    skipSpaces();
    Operator operator = operator();
    skipSpaces();
    Quoted.Read value = Quoted.read(input, at);
    try {
      matchers.add(LabelMatcher.of(operator, name, value.text()));
    } catch (MangruException e) {
      throw MangruException.badData("at position " + (at + 1) + ": " + e.text());
    }
    at = value.end();
    checkCount();
  }

  private String labelName() {
    int start = at;
    while (at < input.length() && isNamePart(input.charAt(at), at == start)) {
      at++;
    }
    if (at == start) {
      throw expected("a label name");
    }
    return input.substring(start, at);
  }

  private Operator operator() {
    if (accept("=~")) {
      return Operator.REGEX;
    }
    if (accept("!~")) {
      return Operator.NOT_REGEX;
    }
    if (accept("!=")) {
      return Operator.NOT_EQUAL;
    }
    if (accept("=") && !accept("=")) {
      return Operator.EQUAL;
    }
    throw expected("one of = != =~ !~");
  }

  // ---- the pipeline ----------------------------------------------------------------------------

  private void parsePipeline() {
    while (true) {
      skipSpaces();
      if (at == input.length()) {
        return;
      }
      int start = at;
      if (accept("|=")) {
        parseLineFilter(true);
      } else if (accept("!=")) {
        parseLineFilter(false);
      } else if (accept("|~") || accept("!~") || accept("|>") || accept("!>")) {
        throw unsupported("the line filter '" + input.substring(start, at) + "'", start);
      } else if (accept("|")) {
        parseStage();
      } else if (input.charAt(at) == '[') {
        throw unsupported("the range '['", at);
      } else {
        throw expected("a line filter |= or != or the end");
      }
    }
  }

  private void parseLineFilter(boolean wanted) {
    skipSpaces();
    if (word(at).equals("ip")) {
      throw unsupported("the function 'ip'", at);
    }
    Quoted.Read text = Quoted.read(input, at);
    filters.add(new TextFilter(text.text(), wanted));
    at = text.end();
    checkCount();
    skipSpaces();
    if (word(at).equals("or")) {
      throw unsupported("'or' between line filters", at);
    }
  }

  private void parseStage() {
    skipSpaces();
    int start = at;
    String name = word(at);
    if (!name.equals("detected_level")) {
      String what = STAGES.contains(name) ? "the stage '| " : "the label filter '| ";
      throw name.isEmpty() ? expected("a stage") : unsupported(what + name + "'", start);
    }
    at += name.length();
    skipSpaces();
    Operator operator = operator();
    skipSpaces();
    int valueAt = at;
    Quoted.Read value = Quoted.read(input, at);
    at = value.end();
    Set<Severity> named = EnumSet.noneOf(Severity.class);
    boolean regex = operator == Operator.REGEX || operator == Operator.NOT_REGEX;
    for (String label : regex ? value.text().split("\\|", -1) : new String[] {value.text()}) {
      named.add(severity(label, valueAt));
    }
    if (operator == Operator.NOT_EQUAL || operator == Operator.NOT_REGEX) {
      named = EnumSet.complementOf(EnumSet.copyOf(named));
    }
    choose(named, start);
    skipSpaces();
    String next = word(at);
    if (next.equals("or") || next.equals("and")) {
      throw unsupported("'" + next + "' between label filters", at);
    }
  }

  private void choose(Set<Severity> named, int position) {
    if (severityChosen) {
      severities.retainAll(named);
    } else {
      severities.addAll(named);
      severityChosen = true;
    }
    if (severities.isEmpty()) {
      throw MangruException.badData(
          "the conditions on detected_level up to position "
              + (position + 1)
              + " exclude each other");
    }
  }

  private static Severity severity(String label, int position) {
    for (Severity severity : Severity.values()) {
      if (severity.label().equals(label.toLowerCase(Locale.ROOT))) {
        return severity;
      }
    }
    throw MangruException.badData(
        "\""
            + label
            + "\" at position "
            + (position + 1)
            + " is no level; levels are trace, debug, info, warn, error, fatal and unknown");
  }

  // ---- characters ------------------------------------------------------------------------------

  private void checkCount() {
    if (matchers.size() + filters.size() > MAX_CONDITIONS) {
      throw MangruException.badData("more than " + MAX_CONDITIONS + " matchers and filters");
    }
  }

  private void skipSpaces() {
    while (at < input.length()) {
      char c = input.charAt(at);
      if (c == '#') {
        int end = input.indexOf('\n', at);
        at = end < 0 ? input.length() : end;
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        at++;
      } else {
        return;
      }
    }
  }

  private boolean accept(String symbol) {
    if (input.startsWith(symbol, at)) {
      at += symbol.length();
      return true;
    }
    return false;
  }

  private String word(int from) {
    int end = from;
    while (end < input.length() && isNamePart(input.charAt(end), end == from)) {
      end++;
    }
    return input.substring(from, end);
  }

  static boolean isNamePart(char c, boolean first) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || (!first && c >= '0' && c <= '9');
  }

  private MangruException expected(String what) {
    String found = at < input.length() ? "'" + input.charAt(at) + "'" : "the end";
    return MangruException.badData(
        "parse error at position " + (at + 1) + ": expected " + what + ", found " + found);
  }

  private static MangruException unsupported(String what, int position) {
    return MangruException.badData(
        what
            + " at position "
            + (position + 1)
            + " is not supported yet; selectors, the line filters |= and != and | detected_level"
            + " are");
  }
}
