package dev.mangru.alerts.template;

/// Title case: the first letter of each word large. Words are told apart as Unicode's default word
/// boundaries do for alphabets: an apostrophe, point or colon between letters does not end a word,
/// nor does a digit or an underscore.
final class TitleCase {

  private TitleCase() {}

  /// @param keepRest leaves the other letters alone instead of making them small
  static String of(String text, boolean keepRest) {
    StringBuilder out = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int rune = text.codePointAt(i);
      i += Character.charCount(rune);
      if (isCased(rune)) {
        boolean first = !inWord;
        out.appendCodePoint(
            first ? Character.toTitleCase(rune) : keepRest ? rune : Character.toLowerCase(rune));
        inWord = true;
        continue;
      }
      out.appendCodePoint(rune);
      boolean between =
          "'’.:·".indexOf(rune) >= 0
              && i < text.length()
              && Character.isLetter(text.codePointAt(i));
      boolean stays =
          Character.isLetterOrDigit(rune)
              || rune == '_'
              || Character.getType(rune) == Character.NON_SPACING_MARK
              || between;
      inWord &= stays;
    }
    return out.toString();
  }

  private static boolean isCased(int rune) {
    return Character.isUpperCase(rune)
        || Character.isLowerCase(rune)
        || Character.isTitleCase(rune);
  }
}
