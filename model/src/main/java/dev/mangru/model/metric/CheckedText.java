package dev.mangru.model.metric;

/// A text that calls back now and then while the program of a regular expression reads it, so that
/// a long match can be ended. Confined to one thread.
public final class CheckedText implements CharSequence {

  /// Steps of a program between two calls: some 5 ms.
  private static final int STEPS = 100_000;

  private final String text;
  private final Runnable check;
  private final int charsBetween;
  private int left;

  private CheckedText(String text, Runnable check, int charsBetween) {
    this.text = text;
    this.check = check;
    this.charsBetween = charsBetween;
    this.left = charsBetween;
  }

  /// `text`, which calls `check` if a program of this size takes long to read it; what that throws,
  /// the match throws.
  public static CharSequence of(String text, int programSize, Runnable check) {
    return (long) programSize * text.length() <= STEPS
        ? text
        : new CheckedText(text, check, Math.max(1, STEPS / Math.max(1, programSize)));
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public char charAt(int index) {
    left--;
    if (left <= 0) {
      left = charsBetween;
      check.run();
    }
    return text.charAt(index);
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.substring(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
