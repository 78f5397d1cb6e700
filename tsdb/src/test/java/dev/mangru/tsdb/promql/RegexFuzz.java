package dev.mangru.tsdb.promql;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.index.MatchedValues;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// For a fuzzer: a regular expression selects the values that RE2/J says it matches from end to
/// end, whichever way the index of the series and the matcher find out; and it is refused where
/// RE2/J refuses it, or its size is over the limit. An input is the expression, and after each line
/// feed a value.
public final class RegexFuzz {

  private RegexFuzz() {}

  /// Shapes that indexes know short cuts for, and others.
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (String text :
        List.of(
            "a|b|c\na\nb\nabc",
            "api-.*\napi-\napi-1\napi\nxapi-",
            ".*\n\na",
            ".+\n\na",
            "(?i)Foo|bar\nFOO\nBar\nbar",
            "(a|b)c?d*\nacd\nbddd\nab",
            "[a-c]{2,3}\nab\nabcd\nccc",
            "^abc$\nabc\nabcd",
            "a\\.b\na.b\naxb",
            "\\Qa.b\\E.*\na.bc\naxbc",
            ".*foo.*\nfoo\nxfoox\nfo",
            "foo.+bar\nfoobar\nfooxbar",
            "(?:a|ab)(?:c|bcd)\nac\nabc\nabcd",
            "\\d+\\s\\w\n12 a\n1a",
            "a$|b\na\nb",
            "x{0,2}|(?s:.)\n\nxx\n.",
            "(a*)*b\naaaa\naab",
            "\\pL+\n\u00e9\u00df\n1",
            "(?-s).*\nab\na",
            "a||b\n\na\nb")) {
      seeds.add(text.getBytes(StandardCharsets.UTF_8));
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) {
    String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 12);
    FuzzClock.within(lines[0], () -> match(lines));
  }

  private static void match(String[] lines) {
    LabelMatcher taking;
    LabelMatcher refusing;
    try {
      taking = LabelMatcher.of(Operator.REGEX, "l", lines[0]);
      refusing = LabelMatcher.of(Operator.NOT_REGEX, "l", lines[0]);
    } catch (MangruException e) {
      if (!e.text().contains("too large") && !e.text().contains("repeat") && compiles(lines[0])) {
        throw new AssertionError("refused, and RE2/J takes it: " + lines[0], e);
      }
      return;
    }
    Pattern oracle = Pattern.compile(lines[0], Pattern.DOTALL);
    List<Labels> series = new ArrayList<>();
    List<Labels> wanted = new ArrayList<>();
    List<Labels> others = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) {
      String value = i == 0 ? "" : lines[i];
      boolean expected = oracle.matches(value);
      if (taking.matches(value) != expected || refusing.matches(value) == expected) {
        throw new AssertionError(
            lines[0] + (expected ? " matches " : " does not match ") + value + ", says RE2/J");
      }
      if (value.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF)) {
        Labels labels = Labels.of("i", String.valueOf(i), "l", value);
        series.add(labels);
        (expected ? wanted : others).add(labels);
      }
    }
    MatchedValues index = new MatchedValues(series);
    equal(index.select(taking), wanted, lines[0]);
    equal(index.select(refusing), others, lines[0]);
  }

  private static boolean compiles(String regex) {
    try {
      return Pattern.compile(regex, Pattern.DOTALL).programSize() >= 0
          && Pattern.compile("^(?s:" + regex + ")$").programSize() >= 0;
    } catch (PatternSyntaxException _) {
      return false;
    }
  }

  private static void equal(List<Labels> found, List<Labels> wanted, String regex) {
    if (!found.equals(wanted)) {
      throw new AssertionError(regex + " selects " + found + ", not " + wanted);
    }
  }
}
