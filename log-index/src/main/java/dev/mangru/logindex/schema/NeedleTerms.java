package dev.mangru.logindex.schema;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The terms that every line containing a needle must have. See [LineTerms].
///
/// @param words conditions on the words of the line; all must hold
/// @param grams gram hashes that the line must have, all of them
/// @param exact whether a line without [LineTerms#LONG_WORD] contains the needle if and only if the
///   one word condition holds, so that the line itself need not be read
public record NeedleTerms(List<Word> words, Set<Integer> grams, boolean exact) {

  /// A condition on one word.
  ///
  /// @param text the letters, 3 or more
  /// @param openLeft whether the word in the line may begin earlier
  /// @param openRight whether the word in the line may end later
  public record Word(String text, boolean openLeft, boolean openRight) {

    /// Whether a word of a line fulfils the condition.
    public boolean matches(String word) {
      if (openLeft) {
        return openRight ? word.contains(text) : word.endsWith(text);
      }
      return openRight ? word.startsWith(text) : word.equals(text);
    }
  }

  /// The terms of `needle`.
  public static NeedleTerms of(String needle) {
    List<Word> words = new ArrayList<>();
    Set<Integer> grams = new HashSet<>();
    int length = needle.length();
    for (int i = 0; i < length; i++) {
      if (LineTerms.isLetter(needle.charAt(i))) {
        int end = i;
        while (end < length && LineTerms.isLetter(needle.charAt(end))) {
          end++;
        }
        if (end - i >= LineTerms.MIN_WORD) {
          words.add(new Word(needle.substring(i, end), i == 0, end == length));
        }
        i = end - 1;
      }
    }
    LineTerms.Sink sink = new GramSink(grams);
    for (int i = 0; i < length; i++) {
      if (isLetterOrDigit(needle.charAt(i))) {
        int end = i;
        boolean digits = false;
        while (end < length && isLetterOrDigit(needle.charAt(end))) {
          digits |= !LineTerms.isLetter(needle.charAt(end));
          end++;
        }
        if (digits) {
          LineTerms.grams(needle, i, end, i > 0 && end < length, sink);
        }
        i = end - 1;
      }
    }
    for (int i = 1; i < length; i++) {
      if (needle.charAt(i - 1) >= 0x80 && needle.charAt(i) >= 0x80) {
        grams.add(LineTerms.pair(needle.charAt(i - 1), needle.charAt(i)));
      }
    }
    boolean exact =
        words.size() == 1
            && words.getFirst().text().length() == length
            && length <= LineTerms.MAX_WORD;
    return new NeedleTerms(List.copyOf(words), Set.copyOf(grams), exact);
  }

  private static boolean isLetterOrDigit(char c) {
    return LineTerms.isLetter(c) || (c >= '0' && c <= '9');
  }

  private record GramSink(Set<Integer> grams) implements LineTerms.Sink {
    @Override
    public void word(String text, int start, int end) {
      throw new IllegalStateException("a word among grams: " + text);
    }

    @Override
    public void longWord() {
      throw new IllegalStateException("a long word among grams");
    }

    @Override
    public void gram(int hash) {
      grams.add(hash);
    }
  }
}
