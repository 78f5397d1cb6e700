package dev.mangru.server.http.prometheus;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// How well a name fits what is searched for: a score from 0 to 1, 0 for not at all. Immutable.
///
/// - `subsequence`: the characters of the search have to stand in the name in their order. Long
///   runs score, gaps cost: the sum of the squares of the runs' lengths, less each gap's share of
///   the name, less half the share of what is left at the end, divided by the square of the
///   search's length; the best of all places to begin counts. A name that begins with the search
///   scores 1.
/// - `jarowinkler`: a name that contains the search scores 0.9, one that begins with it 1; else, if
///   there is a threshold, the Jaro-Winkler similarity counts, with the usual 0.1 for each of up to
///   four characters that both begin with.
///
/// Source: Prometheus `web/api/v1/search_filters.go` and the formulas in `util/strutil`.
final class SearchFilter {

  /// What a search may ask for; the first is the default.
  static final List<String> ALGORITHMS = List.of("subsequence", "jarowinkler");

  private static final double CONTAINED = 0.9;
  private static final int MAX_PREFIX = 4;
  private static final double PREFIX_WEIGHT = 0.1;

  private final List<String> searches;
  private final boolean subsequence;
  private final double threshold;
  private final boolean caseSensitive;

  /// @param searches any of which may fit; none for everything
  /// @param threshold scores below it do not fit
  SearchFilter(List<String> searches, String algorithm, double threshold, boolean caseSensitive) {
    this.searches =
        caseSensitive
            ? List.copyOf(searches)
            : searches.stream().map(each -> each.toLowerCase(Locale.ROOT)).toList();
    this.subsequence = algorithm.equals(ALGORITHMS.getFirst());
    this.threshold = threshold;
    this.caseSensitive = caseSensitive;
  }

  /// The best score of any search; negative if none fits.
  double score(String name) {
    if (searches.isEmpty()) {
      return 1;
    }
    String compared = caseSensitive ? name : name.toLowerCase(Locale.ROOT);
    double best = -1;
    for (String search : searches) {
      best = Math.max(best, search.isEmpty() ? 1 : score(search, compared));
    }
    return best;
  }

  private double score(String search, String name) {
    if (name.startsWith(search)) {
      return 1;
    }
    if (subsequence) {
      double score = subsequence(search, name);
      return score > 0 && score >= threshold ? score : -1;
    }
    if (name.contains(search)) {
      return CONTAINED;
    }
    if (threshold == 0) {
      return -1;
    }
    double score = jaroWinkler(search, name);
    return score >= threshold ? score : -1;
  }

  /// How well the characters of `search` stand in `name` in their order; 0 if they do not.
  static double subsequence(String search, String name) {
    int[] wanted = search.codePoints().toArray();
    int[] text = name.codePoints().toArray();
    if (Arrays.equals(wanted, text)) {
      return 1;
    }
    double best = -1;
    for (int begin = 0; begin + wanted.length <= text.length; begin++) {
      if (text[begin] != wanted[0]) {
        continue;
      }
      double score = from(begin, wanted, text);
      if (Double.isNaN(score)) {
        break; // what is not there from here on is not there later
      }
      best = Math.max(best, score);
    }
    return best < 0 ? 0 : best / ((double) wanted.length * wanted.length);
  }

  /// The score of taking each character at its next place; NaN if one has none.
  private static double from(int begin, int[] wanted, int[] text) {
    double share = 1.0 / text.length;
    double score = 0;
    int found = 0;
    int end = 0;
    int at = begin;
    while (found < wanted.length) {
      while (at < text.length && text[at] != wanted[found]) {
        at++;
      }
      if (at == text.length) {
        return Double.NaN;
      }
      int run = at;
      while (at < text.length && found < wanted.length && text[at] == wanted[found]) {
        at++;
        found++;
      }
      score -= (run - end) * share;
      score += (double) (at - run) * (at - run);
      end = at;
    }
    return score - (text.length - end) * share / 2;
  }

  /// The Jaro-Winkler similarity of two texts.
  static double jaroWinkler(String left, String right) {
    int[] a = left.codePoints().toArray();
    int[] b = right.codePoints().toArray();
    if (Arrays.equals(a, b)) {
      return 1;
    }
    if (a.length == 0 || b.length == 0) {
      return 0;
    }
    return a.length <= b.length ? jaroWinkler(a, b) : jaroWinkler(b, a);
  }

  /// @param a not longer than `b`
  private static double jaroWinkler(int[] a, int[] b) {
    int reach = Math.max(b.length / 2 - 1, 0);
    boolean[] usedA = new boolean[a.length];
    boolean[] usedB = new boolean[b.length];
    int matches = 0;
    for (int i = 0; i < a.length; i++) {
      int end = Math.min(i + reach + 1, b.length);
      for (int j = Math.max(i - reach, 0); j < end; j++) {
        if (!usedB[j] && a[i] == b[j]) {
          usedA[i] = true;
          usedB[j] = true;
          matches++;
          break;
        }
      }
    }
    if (matches == 0) {
      return 0;
    }
    int swapped = 0;
    int j = 0;
    for (int i = 0; i < a.length; i++) {
      if (usedA[i]) {
        while (!usedB[j]) {
          j++;
        }
        swapped += a[i] == b[j] ? 0 : 1;
        j++;
      }
    }
    double common = matches;
    double jaro = (common / a.length + common / b.length + (common - swapped * 0.5) / common) / 3;
    int prefix = 0;
    while (prefix < Math.min(MAX_PREFIX, a.length) && a[prefix] == b[prefix]) {
      prefix++;
    }
    return jaro + prefix * PREFIX_WEIGHT * (1 - jaro);
  }
}
