package dev.mangru.model.metric;

/// How large the program of a regular expression becomes, without making it. Pure.
///
/// `((x{1000}){1000}){1000}` is 23 characters and a billion instructions, so the size has to be
/// known before the expression is compiled. It is an upper estimate: what is no valid expression
/// has a size too.
final class RegexSize {

  /// Most instructions; an expression of 4,096 letters has as many, and a million values are
  /// matched in seconds by a program of this size. Chosen.
  static final int MOST = 20_000;

  /// Most repetitions of one place, nested ones multiplied, as in Go.
  private static final int MOST_REPEATS = 1_000;

  private static final int DEEPEST = LabelMatcher.MAX_REGEX_LENGTH + 1;

  private final String regex;
  private int at;

  /// By open group: instructions so far, and the most repetitions inside.
  private long[] sizes = new long[16];

  private long[] repeats = new long[16];
  private int depth;

  /// Of what stands last, to which a repetition would belong.
  private long last;

  private long lastRepeats = 1;

  private RegexSize(String regex) {
    this.regex = regex;
    this.repeats[0] = 1;
  }

  /// Instructions of `regex`, about; [Integer#MAX_VALUE] if places are repeated more often than Go
  /// allows.
  static int of(String regex) {
    return regex.length() >= DEEPEST ? Integer.MAX_VALUE : new RegexSize(regex).measure();
  }

  private int measure() {
    while (at < regex.length()) {
      char c = regex.charAt(at);
      switch (c) {
        case '(' -> open();
        case ')' -> close();
        case '[' -> {
          skipClass();
          item(1, 1);
        }
        case '\\' -> escape();
        case '*', '+', '?' -> {
          at++;
          last++;
        }
        case '|' -> {
          at++;
          item(1, 1);
        }
        case '{' -> repeat();
        default -> {
          at++;
          item(1, 1);
        }
      }
    }
    while (depth > 0) {
      close();
    }
    item(0, 1);
    return repeats[0] > MOST_REPEATS ? Integer.MAX_VALUE : (int) Math.min(sizes[0], 1 << 30);
  }

  /// Adds what stood last to its group; `size` stands last now.
  private void item(long size, long repeated) {
    sizes[depth] = Math.min(1L << 40, sizes[depth] + last);
    repeats[depth] = Math.max(repeats[depth], lastRepeats);
    last = size;
    lastRepeats = repeated;
  }

  private void open() {
    item(0, 1);
    at++;
    depth++;
    if (depth == sizes.length) {
      sizes = java.util.Arrays.copyOf(sizes, 2 * depth);
      repeats = java.util.Arrays.copyOf(repeats, 2 * depth);
    }
    sizes[depth] = 0;
    repeats[depth] = 1;
    if (at < regex.length() && regex.charAt(at) == '?') {
      while (at < regex.length() && ":)>".indexOf(regex.charAt(at)) < 0) {
        at++;
      }
      if (at < regex.length() && regex.charAt(at) != ')') {
        at++;
      }
    }
  }

  private void close() {
    at++;
    item(0, 1);
    if (depth > 0) {
      long size = sizes[depth] + 2;
      long repeated = repeats[depth];
      depth--;
      item(0, 1);
      last = size;
      lastRepeats = repeated;
    }
  }

  private void skipClass() {
    at++;
    if (at < regex.length() && regex.charAt(at) == '^') {
      at++;
    }
    boolean first = true;
    while (at < regex.length() && (first || regex.charAt(at) != ']')) {
      first = false;
      if (regex.startsWith("[:", at) && regex.indexOf(":]", at) >= 0) {
        at = regex.indexOf(":]", at) + 2;
      } else {
        at += regex.charAt(at) == '\\' ? 2 : 1;
      }
    }
    at++;
  }

  private void escape() {
    if (regex.startsWith("\\Q", at)) {
      int end = regex.indexOf("\\E", at);
      int to = end < 0 ? regex.length() : end;
      for (int i = at + 2; i < to; i++) {
        item(1, 1);
      }
      at = end < 0 ? to : end + 2;
      return;
    }
    at += 2;
    if (at <= regex.length() && at < regex.length() && regex.charAt(at) == '{') {
      char kind = regex.charAt(at - 1);
      int end = regex.indexOf('}', at);
      if ((kind == 'p' || kind == 'P' || kind == 'x') && end >= 0) {
        at = end + 1;
      }
    }
    item(1, 1);
  }

  /// `{3}`, `{3,}`, `{3,5}`; anything else is text.
  private void repeat() {
    int from = at + 1;
    int i = from;
    long least = 0;
    long most;
    while (i < regex.length() && isDigit(regex.charAt(i))) {
      least = Math.min(100_000, least * 10 + regex.charAt(i++) - '0');
    }
    boolean numbered = i > from;
    most = least;
    if (numbered && i < regex.length() && regex.charAt(i) == ',') {
      i++;
      most = least + 1;
      if (i < regex.length() && isDigit(regex.charAt(i))) {
        most = 0;
        while (i < regex.length() && isDigit(regex.charAt(i))) {
          most = Math.min(100_000, most * 10 + regex.charAt(i++) - '0');
        }
      }
    }
    if (!numbered || i >= regex.length() || regex.charAt(i) != '}') {
      at++;
      item(1, 1);
      return;
    }
    at = i + 1;
    long times = Math.max(1, Math.max(least, most));
    last = Math.min(1L << 40, (last + 1) * times);
    lastRepeats = Math.min(1L << 40, lastRepeats * times);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
