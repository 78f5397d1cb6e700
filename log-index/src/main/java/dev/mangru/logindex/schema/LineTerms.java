package dev.mangru.logindex.schema;

/// Cuts a line into the terms that are indexed, and a needle into the terms that every line with it
/// must have.
///
/// A search is for exact substrings, so a term may only be asked for if a line that contains the
/// needle *cannot* be without it. Three kinds of terms hold that promise at a bounded cost:
///
/// - **Words**: every maximal run of 3 to 64 ASCII letters, as it is. Their vocabulary is small, so
///   a needle whose word is cut at its edge (`imeou` in `timeout`) is answered by walking the
///   dictionary. A longer run counts as [#LONG_WORD], which stands for “may hold any word”.
/// - **Grams of identifiers**: runs of ASCII letters and digits with a digit in them, such as trace
///   ids, have no bounded vocabulary. Of each window of [#WINDOW] neighbouring [#GRAM]-byte grams
///   the one with the smallest hash is indexed (minimizers; Roberts et al., 2004: a run of at least
///   `GRAM + WINDOW - 1` characters shares at least one with every text that contains it).
/// - **Pairs of other letters**: every two neighbouring characters beyond ASCII, which is how
///   Korean, Chinese and Japanese are searched without cutting words.
///
/// Grams and pairs are hashed to 20 bits, which bounds their dictionary. A stored line is checked
/// against the needle afterwards, except where the words alone decide.
public final class LineTerms {

  /// Shortest run of letters that is a word.
  public static final int MIN_WORD = 3;

  /// Longest run of letters that is a word. Names of Java classes reach 40; longer runs are mostly
  /// encoded bytes, which would bloat the dictionary.
  public static final int MAX_WORD = 64;

  /// The word that stands for a run of more than [#MAX_WORD] letters. Not a letter, so no word.
  public static final byte LONG_WORD = '*';

  /// Bytes in a gram.
  static final int GRAM = 5;

  /// Neighbouring grams of which one is indexed. 6 makes every identifier of 10 characters or more
  /// findable and costs about 2/7 of a term for each of its characters.
  static final int WINDOW = 6;

  private static final int GRAM_BITS = 20;
  private static final long GRAM_MASK = (1L << (8 * GRAM)) - 1;

  private LineTerms() {}

  /// Takes the terms of a line.
  public interface Sink {
    /// A word: `text` from `start` to `end`, ASCII letters.
    void word(String text, int start, int end);

    /// A run of letters too long for a word.
    void longWord();

    /// The hash of a gram or pair, 20 bits.
    void gram(int hash);
  }

  /// Hands every term of `line` to `sink`; the same term may come more than once.
  public static void split(String line, Sink sink) {
    int length = line.length();
    int wordStart = -1;
    int idStart = -1;
    boolean digits = false;
    char previous = 0;
    for (int i = 0; i <= length; i++) {
      char c = i < length ? line.charAt(i) : ' ';
      boolean letter = isLetter(c);
      boolean digit = c >= '0' && c <= '9';
      if (letter) {
        if (wordStart < 0) {
          wordStart = i;
        }
      } else if (wordStart >= 0) {
        int size = i - wordStart;
        if (size > MAX_WORD) {
          sink.longWord();
        } else if (size >= MIN_WORD) {
          sink.word(line, wordStart, i);
        }
        wordStart = -1;
      }
      if (letter || digit) {
        if (idStart < 0) {
          idStart = i;
          digits = false;
        }
        digits |= digit;
      } else if (idStart >= 0) {
        if (digits) {
          grams(line, idStart, i, true, sink);
        }
        idStart = -1;
      }
      if (c >= 0x80 && previous >= 0x80) {
        sink.gram(pair(previous, c));
      }
      previous = c;
    }
  }

  /// Hands the minimizers of the run from `start` to `end` to `sink`.
  ///
  /// @param whole whether the run ends at both its ends; if not, only complete windows count
  static void grams(String text, int start, int end, boolean whole, Sink sink) {
    int grams = end - start - GRAM + 1;
    if (grams <= 0 || (!whole && grams < WINDOW)) {
      return;
    }
    int window = Math.min(WINDOW, grams);
    int[] hashes = new int[window];
    long rolling = 0;
    int last = -1;
    for (int i = 0; i < end - start; i++) {
      rolling = ((rolling << 8) | text.charAt(start + i)) & GRAM_MASK;
      int gram = i - GRAM + 1;
      if (gram < 0) {
        continue;
      }
      hashes[gram % window] = hash(rolling);
      if (gram >= window - 1) {
        int smallest = Integer.MAX_VALUE;
        for (int hash : hashes) {
          smallest = Math.min(smallest, hash);
        }
        if (smallest != last) {
          sink.gram(smallest);
          last = smallest;
        }
      }
    }
  }

  /// The hash of two neighbouring characters beyond ASCII.
  static int pair(char first, char second) {
    return hash(1L << 48 | (long) first << 16 | second);
  }

  static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /// Fibonacci hashing (Knuth, TAOCP 6.4) after a fold, so that low bits count too.
  private static int hash(long value) {
    long mixed = (value ^ (value >>> 29)) * 0x9E3779B97F4A7C15L;
    return (int) (((mixed ^ (mixed >>> 31)) * 0xBF58476D1CE4E5B9L) >>> (64 - GRAM_BITS));
  }
}
