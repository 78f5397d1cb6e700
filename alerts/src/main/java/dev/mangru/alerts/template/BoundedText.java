package dev.mangru.alerts.template;

/// A text under construction that refuses to grow past a limit. Confined to one thread.
final class BoundedText {

  /// The text went past the limit. Only thrown and caught inside one expansion.
  static final class Overflow extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Overflow(int limit) {
      super("more than " + limit + " characters of output", null, false, false);
    }
  }

  private final StringBuilder text = new StringBuilder();
  private final int limit;

  BoundedText(int limit) {
    this.limit = limit;
  }

  BoundedText append(String part) {
    room(part.length());
    text.append(part);
    return this;
  }

  BoundedText append(String part, int start, int end) {
    room(end - start);
    text.append(part, start, end);
    return this;
  }

  BoundedText append(char c) {
    room(1);
    text.append(c);
    return this;
  }

  BoundedText appendCodePoint(int rune) {
    room(2);
    text.appendCodePoint(rune);
    return this;
  }

  BoundedText repeat(char c, int count) {
    room(count);
    text.repeat(c, count);
    return this;
  }

  int limit() {
    return limit;
  }

  int length() {
    return text.length();
  }

  private void room(int more) {
    if (more > limit - text.length()) {
      throw new Overflow(limit);
    }
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
