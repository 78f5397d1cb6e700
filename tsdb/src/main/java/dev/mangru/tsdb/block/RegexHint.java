package dev.mangru.tsdb.block;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What can be read off a regular expression without running it: all texts that it matches, or a
/// text that they all begin with.
///
/// @param literals everything it matches, or null if that is not known
/// @param prefix what all matches begin with; empty if nothing is known
record RegexHint(@Nullable List<String> literals, String prefix) {

  private static final String META = "\\.+*?()|[]{}^$";

  static RegexHint of(String regex) {
    List<String> literals = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    boolean alternation = topLevelAlternation(regex);
    int i = 0;
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
        return new RegexHint(null, alternation ? "" : prefixBefore(c, text));
      } else {
        text.append(c);
        i++;
      }
    }
    literals.add(text.toString());
    return new RegexHint(List.copyOf(literals), "");
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
