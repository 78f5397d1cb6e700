package dev.mangru.tsdb.conformance;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.promql.Durations;
import dev.mangru.tsdb.promql.Expr;
import dev.mangru.tsdb.promql.PromqlParser;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One `eval` of a script: the query and what is expected of it. Confined to one thread.
final class EvalBlock {

  private static final Pattern INSTANT =
      Pattern.compile(
          "^eval(?:_(fail|warn|ordered|info))?\\s+instant\\s+(?:at\\s+(.+?))?\\s+(.+)$");
  private static final Pattern RANGE =
      Pattern.compile(
          "^eval(?:_(fail|warn|info))?\\s+range\\s+from\\s+(.+)\\s+to\\s+(.+)\\s+step\\s+(.+?)\\s+(.+)$");
  private static final Pattern RANGE_VECTOR =
      Pattern.compile("^expect range vector\\s+from\\s+(.+)\\s+to\\s+(.+)\\s+step\\s+(.+)$");
  private static final Pattern EXPECT_STRING = Pattern.compile("^expect string\\s+(.+)$");
  private static final Pattern EXPECT =
      Pattern.compile(
          "^expect\\s+(ordered|fail|warn|no_warn|info|no_info)(?:\\s+(regex|msg):(.+))?$");

  /// A text that is expected, literally or as a regular expression.
  ///
  /// @param text null if any text will do
  record Wanted(boolean regex, @Nullable String text) {
    boolean matches(String got) {
      if (text == null) {
        return true;
      }
      return regex ? Pattern.compile(text).matcher(got).find() : got.equals(text);
    }
  }

  /// One expected series.
  record WantedSeries(Labels labels, List<@Nullable ScriptValue> values) {}

  String expression = "";
  boolean range;
  long startMs;
  long endMs;
  long stepMs;
  boolean ordered;
  @Nullable Wanted fail;
  final List<Wanted> warnings = new ArrayList<>();
  final List<Wanted> infos = new ArrayList<>();
  boolean noWarnings;
  boolean noInfos;
  boolean anyWarning;
  boolean anyInfo;
  @Nullable String string;
  @Nullable Double scalar;
  boolean rangeVector;
  long rangeVectorStartMs;
  long rangeVectorStepMs;
  final List<WantedSeries> series = new ArrayList<>();

  /// Reads the lines of a block.
  ///
  /// @throws IllegalArgumentException if one of them is malformed
  static EvalBlock parse(List<String> lines) {
    EvalBlock block = new EvalBlock();
    block.head(lines.getFirst());
    for (String line : lines.subList(1, lines.size())) {
      if (block.line(line)) {
        break;
      }
    }
    return block;
  }

  private void head(String line) {
    Matcher instant = INSTANT.matcher(line);
    Matcher ranged = RANGE.matcher(line);
    @Nullable String mode;
    if (instant.find()) {
      mode = instant.group(1);
      String at = instant.group(2);
      startMs = at == null ? 0 : time(at);
      endMs = startMs;
      expression = group(instant, 3);
    } else if (ranged.find()) {
      range = true;
      mode = ranged.group(1);
      startMs = time(group(ranged, 2));
      endMs = time(group(ranged, 3));
      stepMs = time(group(ranged, 4));
      expression = group(ranged, 5);
    } else {
      throw new IllegalArgumentException("malformed eval: " + line);
    }
    switch (mode) {
      case null -> {
        return;
      }
      case "fail" -> fail = new Wanted(false, null);
      case "ordered" -> ordered = true;
      case "warn" -> anyWarning = true;
      case "info" -> anyInfo = true;
      default -> throw new IllegalArgumentException("malformed eval: " + line);
    }
  }

  private static String group(Matcher matcher, int group) {
    String text = matcher.group(group);
    return text == null ? "" : text;
  }

  static long time(String text) {
    String trimmed = text.trim();
    boolean negative = trimmed.startsWith("-");
    long ms = Durations.parseMs(negative ? trimmed.substring(1) : trimmed);
    return negative ? -ms : ms;
  }

  /// Reads one line of expectation; true if it ends the block.
  private boolean line(String line) {
    Matcher vector = RANGE_VECTOR.matcher(line);
    if (vector.find()) {
      rangeVector = true;
      rangeVectorStartMs = time(group(vector, 1));
      rangeVectorStepMs = time(group(vector, 3));
      return false;
    }
    Matcher text = EXPECT_STRING.matcher(line);
    if (text.find()) {
      string = unquote(group(text, 1));
      return false;
    }
    Matcher expect = EXPECT.matcher(line);
    if (expect.find()) {
      expect(group(expect, 1), wanted(expect));
      return false;
    }
    if (line.startsWith("expected_fail_message")) {
      fail = new Wanted(false, line.substring("expected_fail_message".length()).trim());
      return false;
    }
    if (line.startsWith("expected_fail_regexp")) {
      fail = new Wanted(true, line.substring("expected_fail_regexp".length()).trim());
      return false;
    }
    Double number = number(line);
    if (number != null) {
      scalar = number;
      return true;
    }
    SeriesNotation.Line parsed = SeriesNotation.parse(line);
    series.add(new WantedSeries(parsed.labels(), parsed.items()));
    return false;
  }

  private static Wanted wanted(Matcher expect) {
    String kind = expect.group(2);
    String text = expect.group(3);
    return kind == null || text == null
        ? new Wanted(false, null)
        : new Wanted(kind.equals("regex"), text.trim());
  }

  private void expect(String kind, Wanted wanted) {
    switch (kind) {
      case "ordered" -> ordered = true;
      case "fail" -> fail = wanted;
      case "warn" -> warnings.add(wanted);
      case "info" -> infos.add(wanted);
      case "no_warn" -> noWarnings = true;
      case "no_info" -> noInfos = true;
      default -> throw new IllegalArgumentException("no such expectation: " + kind);
    }
  }

  private static @Nullable Double number(String line) {
    if (line.indexOf(' ') >= 0 || line.indexOf('{') >= 0) {
      return null;
    }
    try {
      return SeriesNotation.number(line);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  static String unquote(String quoted) {
    if (PromqlParser.parse(quoted) instanceof Expr.StringLiteral literal) {
      return literal.value();
    }
    throw new IllegalArgumentException("not a string: " + quoted);
  }
}
