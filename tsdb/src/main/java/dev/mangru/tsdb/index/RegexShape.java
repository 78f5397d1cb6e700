package dev.mangru.tsdb.index;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What can be said of the texts that an anchored regular expression matches without running it.
/// Pure; never wrong, only vague.
public sealed interface RegexShape {

  /// It matches exactly these texts.
  record OneOf(Set<String> texts) implements RegexShape {
    /// Copies the texts.
    public OneOf {
      texts = Set.copyOf(texts);
    }
  }

  /// It matches only texts that begin with `prefix`, which may be empty.
  record Prefixed(String prefix) implements RegexShape {}

  /// Alternatives spelled out at most, chosen: a dashboard's multi-value variable fits.
  int MAX_TEXTS = 10_000;

  /// The shape of a regular expression in RE2 syntax that has been found valid.
  static RegexShape of(String regex) {
    Parser parser = new Parser(regex);
    List<String> texts = parser.alternatives(0);
    if (texts != null && parser.atEnd()) {
      return new OneOf(new LinkedHashSet<>(texts));
    }
    return new Prefixed(Parser.prefix(regex));
  }

  /// Reads alternations of literals, such as `a|b(c|d)`; gives up at anything else.
  final class Parser {

    private static final String SPECIAL = "\\.+*?()|[]{}^$";
    private static final int MAX_DEPTH = 20;

    private final String regex;
    private int at;

    private Parser(String regex) {
      this.regex = regex;
    }

    private boolean atEnd() {
      return at == regex.length();
    }

    private boolean next(char c) {
      if (at < regex.length() && regex.charAt(at) == c) {
        at++;
        return true;
      }
      return false;
    }

    private @Nullable List<String> alternatives(int depth) {
      List<String> all = new ArrayList<>();
      do {
        List<String> one = sequence(depth);
        if (one == null || all.size() + one.size() > MAX_TEXTS) {
          return null;
        }
        all.addAll(one);
      } while (next('|'));
      return all;
    }

    private @Nullable List<String> sequence(int depth) {
      List<String> texts = List.of("");
      StringBuilder literal = new StringBuilder();
      while (at < regex.length()) {
        char c = regex.charAt(at);
        if (c == '|' || c == ')') {
          break;
        }
        if (c == '(') {
          texts = joined(texts, List.of(literal.toString()));
          literal.setLength(0);
          List<String> group = group(depth);
          texts = group == null || texts == null ? null : joined(texts, group);
          if (texts == null) {
            return null;
          }
        } else if (c == '\\' && at + 1 < regex.length() && escapable(regex.charAt(at + 1))) {
          literal.append(regex.charAt(at + 1));
          at += 2;
        } else if (SPECIAL.indexOf(c) < 0) {
          literal.append(c);
          at++;
        } else {
          return null;
        }
      }
      return joined(texts, List.of(literal.toString()));
    }

    private @Nullable List<String> group(int depth) {
      at++;
      if (next('?') && !next(':')) {
        return null; // flags and names
      }
      if (depth == MAX_DEPTH) {
        return null;
      }
      List<String> texts = alternatives(depth + 1);
      if (texts == null || !next(')')) {
        return null;
      }
      return texts;
    }

    private static @Nullable List<String> joined(@Nullable List<String> left, List<String> right) {
      if (left == null || (long) left.size() * right.size() > MAX_TEXTS) {
        return null;
      }
      if (left.size() == 1 && left.getFirst().isEmpty()) {
        return right;
      }
      List<String> all = new ArrayList<>(left.size() * right.size());
      for (String first : left) {
        for (String second : right) {
          all.add(first + second);
        }
      }
      return all;
    }

    private static boolean escapable(char c) {
      return SPECIAL.indexOf(c) >= 0 || c == '-' || c == '/' || c == '"' || c == ':';
    }

    /// Literal characters at the start, as far as every match must have them.
    private static String prefix(String regex) {
      if (regex.indexOf('|') >= 0 && !barsAreInGroups(regex)) {
        return "";
      }
      StringBuilder prefix = new StringBuilder();
      int i = 0;
      while (i < regex.length()) {
        char c = regex.charAt(i);
        int width = 1;
        if (c == '\\') {
          if (i + 1 == regex.length() || !escapable(regex.charAt(i + 1))) {
            break;
          }
          c = regex.charAt(i + 1);
          width = 2;
        } else if (SPECIAL.indexOf(c) >= 0 || Character.isSurrogate(c)) {
          break;
        }
        char after = i + width < regex.length() ? regex.charAt(i + width) : ' ';
        if (after == '*' || after == '?' || after == '{') {
          break; // the character may be absent; a plus needs it once
        }
        prefix.append(c);
        i += width;
      }
      return prefix.toString();
    }

    /// Whether every `|` stands in parentheses for certain; brackets and escapes make it doubtful.
    private static boolean barsAreInGroups(String regex) {
      int depth = 0;
      for (int i = 0; i < regex.length(); i++) {
        switch (regex.charAt(i)) {
          case '\\' -> {
            i++;
            if (i < regex.length() && regex.charAt(i) == 'Q') {
              return false;
            }
          }
          case '[' -> {
            return false;
          }
          case '(' -> depth++;
          case ')' -> depth--;
          case '|' -> {
            if (depth <= 0) {
              return false;
            }
          }
          default -> {}
        }
      }
      return true;
    }
  }
}
