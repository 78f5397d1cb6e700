package dev.mangru.alerts.template;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/// Go's regular expressions, by RE2/J: no backtracking, so the time is bounded by pattern × text.
final class Regexes {

  /// Longest pattern; chosen by us, far above what templates hold.
  private static final int PATTERN_CHARS = 1_000;

  /// Instructions of the compiled pattern times characters of text that count as one step.
  private static final long WORK_PER_STEP = 200;

  private Regexes() {}

  static boolean matches(String pattern, String text, Function.Invocation made)
      throws FunctionFailure, TemplateException {
    try {
      return matcher(compile(pattern), text, made).find();
    } catch (PatternSyntaxException e) {
      throw new FunctionFailure(problem(pattern, e));
    }
  }

  /// Go's `ReplaceAllString`: `$1`, `${1}`, `$name` in `replacement`; `$$` is a dollar.
  static String replaceAll(
      String pattern, String replacement, String text, Function.Invocation made)
      throws FunctionFailure, TemplateException {
    Pattern compiled;
    try {
      compiled = compile(pattern);
    } catch (PatternSyntaxException e) {
      String quoted = pattern.indexOf('`') < 0 ? "`" + pattern + "`" : GoStrings.quote(pattern);
      throw new FunctionFailure("regexp: Compile(" + quoted + "): " + problem(pattern, e));
    }
    Matcher matcher = matcher(compiled, text, made);
    BoundedText out = made.text();
    int copied = 0;
    int lastEnd = -1;
    while (matcher.find()) {
      made.charge(1);
      boolean emptyAfterMatch = matcher.end() == matcher.start() && matcher.start() == lastEnd;
      if (!emptyAfterMatch) {
        out.append(text, copied, matcher.start());
        expand(out, replacement, matcher, compiled);
        copied = matcher.end();
      }
      lastEnd = matcher.end();
    }
    return out.append(text, copied, text.length()).toString();
  }

  /// Go's words; RE2/J has others for one mistake.
  private static String problem(String pattern, PatternSyntaxException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("stack underflow")
        ? "error parsing regexp: unexpected ): `" + pattern + "`"
        : message;
  }

  private static Pattern compile(String pattern) throws FunctionFailure {
    if (pattern.length() > PATTERN_CHARS) {
      throw new FunctionFailure(
          "the regular expression has %d characters; at most %d are allowed"
              .formatted(pattern.length(), PATTERN_CHARS));
    }
    return Pattern.compile(pattern);
  }

  private static Matcher matcher(Pattern pattern, String text, Function.Invocation made)
      throws TemplateException {
    made.charge((long) pattern.programSize() * text.length() / WORK_PER_STEP);
    return pattern.matcher(text);
  }

  private static void expand(
      BoundedText out, String replacement, Matcher matcher, Pattern pattern) {
    int at = 0;
    while (at < replacement.length()) {
      int dollar = replacement.indexOf('$', at);
      if (dollar < 0 || dollar + 1 >= replacement.length()) {
        break;
      }
      out.append(replacement, at, dollar);
      at = dollar + 1;
      if (replacement.charAt(at) == '$') {
        out.append('$');
        at++;
        continue;
      }
      boolean braces = replacement.charAt(at) == '{';
      int start = braces ? at + 1 : at;
      int end = start;
      while (end < replacement.length() && isWord(replacement.charAt(end))) {
        end++;
      }
      boolean closed = !braces || (end < replacement.length() && replacement.charAt(end) == '}');
      if (end == start || !closed) {
        out.append('$'); // Not a reference: taken as it is.
        continue;
      }
      out.append(group(replacement.substring(start, end), matcher, pattern));
      at = braces ? end + 1 : end;
    }
    out.append(replacement, at, replacement.length());
  }

  private static boolean isWord(char c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private static String group(String reference, Matcher matcher, Pattern pattern) {
    Integer number = pattern.namedGroups().get(reference);
    if (reference.length() < 9 && reference.chars().allMatch(c -> c >= '0' && c <= '9')) {
      number = Integer.parseInt(reference);
    }
    if (number == null || number > matcher.groupCount()) {
      return "";
    }
    String group = matcher.group(number);
    return group == null ? "" : group;
  }
}
