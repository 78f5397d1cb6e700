package dev.mangru.tsdb.block;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What can be read off a regular expression without running it: all texts that it matches, a text
/// that they all begin with, or a text that they all contain.
///
/// @param literals everything it matches, or null if that is not known
/// @param prefix what all matches begin with; empty if nothing is known
/// @param glob what exactly it matches, if it is a text between anything, or null
record RegexHint(@Nullable List<String> literals, String prefix, @Nullable Glob glob) {

  /// A text, with anything before or after it or both.
  record Glob(boolean anyBefore, String text, boolean anyAfter) {

    boolean matches(String value) {
      if (anyBefore) {
        return anyAfter ? value.contains(text) : value.endsWith(text);
      }
      return anyAfter ? value.startsWith(text) : value.equals(text);
    }
  }

  private static final String ANYTHING = ".*";
  private static final String META = "\\.+*?()|[]{}^$";
  private static final RegexHint NOTHING = new RegexHint(null, "", null);

  static RegexHint of(String regex) {
    boolean anyBefore = regex.startsWith(ANYTHING);
    boolean alternation = topLevelAlternation(regex);
    if (anyBefore && alternation) {
      return NOTHING;
    }
    List<String> literals = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int i = anyBefore ? ANYTHING.length() : 0;
    while (i < regex.length()) {
      char c = regex.charAt(i);
      if (c == '|') {
        literals.add(text.toString());
        text.setLength(0);
        i++;
      } else if (c == '\\' && i + 1 < regex.length() && isEscapedLiteral(regex.charAt(i + 1))) {
        text.append(regex.charAt(i + 1));
        i += 2;
      } else if (META.indexOf(c) >= 0) {
        if (alternation) {
          return NOTHING;
        }
        return regex.substring(i).equals(ANYTHING)
            ? new RegexHint(
                null, anyBefore ? "" : text.toString(), new Glob(anyBefore, text.toString(), true))
            : new RegexHint(null, anyBefore ? "" : prefixBefore(c, text), null);
      } else {
        text.append(c);
        i++;
      }
    }
    if (anyBefore) {
      return new RegexHint(null, "", new Glob(true, text.toString(), false));
    }
    literals.add(text.toString());
    return new RegexHint(List.copyOf(literals), "", null);
  }

  /// A quantifier takes the last character back.
  private static String prefixBefore(char meta, StringBuilder text) {
    if ((meta == '*' || meta == '?' || meta == '{') && !text.isEmpty()) {
      text.setLength(text.offsetByCodePoints(text.length(), -1));
    }
    return text.toString();
  }

  private static boolean isEscapedLiteral(char c) {
    return META.indexOf(c) >= 0 || c == '-' || c == '/' || c == ':';
  }

  /// Whether there may be an alternation outside of groups. Where brackets may be quoted they are
  /// not counted: that costs a shortcut and nothing else.
  private static boolean topLevelAlternation(String regex) {
    if (regex.contains("[") || regex.contains("\\Q")) {
      return regex.contains("|");
    }
    int depth = 0;
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '(') {
        depth++;
      } else if (c == ')') {
        depth--;
      } else if (c == '|' && depth <= 0) {
        return true;
      }
    }
    return false;
  }
}
