package dev.mangru.model.metric;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.mangru.model.error.MangruException;
import org.jspecify.annotations.Nullable;

/// Says yes or no to the value of one label. A series without the label has the empty value.
///
/// Regular expressions have RE2 syntax, are anchored at both ends, and `.` matches a newline. They
/// run in time linear in the value, whatever the expression (`java.util.regex` does not, which is
/// why it never sees a user's pattern). Thread-safe.
public final class LabelMatcher {

  /// Longest regular expression, in characters.
  public static final int MAX_REGEX_LENGTH = 4_096;

  /// The four operators.
  public enum Operator {
    EQUAL("="),
    NOT_EQUAL("!="),
    REGEX("=~"),
    NOT_REGEX("!~");

    private final String symbol;

    Operator(String symbol) {
      this.symbol = symbol;
    }

    /// As PromQL and LogQL write it.
    public String symbol() {
      return symbol;
    }
  }

  private final Operator operator;
  private final String name;
  private final String value;
  private final @Nullable Pattern pattern;
  private final @Nullable Runnable check;

  private LabelMatcher(
      Operator operator,
      String name,
      String value,
      @Nullable Pattern pattern,
      @Nullable Runnable check) {
    this.operator = operator;
    this.name = name;
    this.value = value;
    this.pattern = pattern;
    this.check = check;
  }

  /// A matcher.
  ///
  /// @throws MangruException `BAD_DATA` if the regular expression does not parse or is too long
  public static LabelMatcher of(Operator operator, String name, String value) {
    boolean regex = operator == Operator.REGEX || operator == Operator.NOT_REGEX;
    return new LabelMatcher(operator, name, value, regex ? compile(value) : null, null);
  }

  /// The same matcher, which calls `check` before each look at a text by a regular expression, and
  /// every few milliseconds of a long one; what that throws, [#matches] throws. Equal to this one.
  public LabelMatcher checkedBy(Runnable check) {
    return pattern == null ? this : new LabelMatcher(operator, name, value, pattern, check);
  }

  /// How many instructions the program of the regular expression has, about; 0 without one.
  public int programSize() {
    return pattern == null ? 0 : RegexSize.of(value);
  }

  /// `name="value"`.
  public static LabelMatcher equal(String name, String value) {
    return of(Operator.EQUAL, name, value);
  }

  private static Pattern compile(String regex) {
    if (regex.length() > MAX_REGEX_LENGTH) {
      throw MangruException.badData(
          "regular expression of "
              + regex.length()
              + " characters is longer than the limit of "
              + MAX_REGEX_LENGTH);
    }
    checkSize(regex);
    try {
      Pattern.compile(regex, Pattern.DOTALL); // alone first: `:)|x` would get out of the group
      return Pattern.compile("^(?s:" + regex + ")$");
    } catch (PatternSyntaxException e) {
      throw MangruException.badData(
          e.getPattern().equals("stack underflow") // Go says what RE2/J calls an internal error
              ? "error parsing regexp: unexpected ): `" + regex + "`"
              : "error parsing regexp: " + e.getDescription() + ": `" + asWritten(e, regex) + "`");
    }
  }

  /// The part that is wrong, without the flag that RE2/J puts before the whole.
  private static String asWritten(PatternSyntaxException e, String regex) {
    String part = e.getPattern();
    return part.equals("(?s)" + regex) ? regex : part;
  }

  /// Refuses a regular expression whose program would be too large, before there is any.
  ///
  /// @throws MangruException `BAD_DATA`
  public static void checkSize(String regex) {
    int size = RegexSize.of(regex);
    if (size == Integer.MAX_VALUE) {
      throw MangruException.badData(
          "error parsing regexp: invalid repeat count: `" + regex + "`: places repeat too often");
    }
    if (size > RegexSize.MOST) {
      throw MangruException.badData(
          "error parsing regexp: expression too large: about "
              + size
              + " instructions, and the limit is "
              + RegexSize.MOST);
    }
  }

  /// The operator.
  public Operator operator() {
    return operator;
  }

  /// The label's name.
  public String name() {
    return name;
  }

  /// The value or regular expression.
  public String value() {
    return value;
  }

  /// Whether a label with this value is selected.
  public boolean matches(String labelValue) {
    return switch (operator) {
      case EQUAL -> value.equals(labelValue);
      case NOT_EQUAL -> !value.equals(labelValue);
      case REGEX -> matchesPattern(labelValue);
      case NOT_REGEX -> !matchesPattern(labelValue);
    };
  }

  private boolean matchesPattern(String labelValue) {
    if (pattern == null) {
      return false;
    }
    Runnable checked = check;
    if (checked == null) {
      return pattern.matcher(labelValue).find();
    }
    checked.run();
    return pattern.matcher(CheckedText.of(labelValue, pattern.programSize(), checked)).find();
  }

  /// Whether a series without the label is selected.
  public boolean matchesEmpty() {
    return matches("");
  }

  /// Whether all of `matchers` select `labels`.
  public static boolean allMatch(Iterable<LabelMatcher> matchers, Labels labels) {
    for (LabelMatcher matcher : matchers) {
      if (!matcher.matches(labels.get(matcher.name))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LabelMatcher that
        && operator == that.operator
        && name.equals(that.name)
        && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * operator.hashCode() + name.hashCode()) + value.hashCode();
  }

  @Override
  public String toString() {
    return name + operator.symbol + "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
