package dev.mangru.server.http.prometheus;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.server.http.Params;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The parameters of a search.
///
/// @param selectors of which a series has to match any; one without matchers for all
/// @param limit the most results
/// @param batchSize results on one line
record SearchParams(
    List<List<LabelMatcher>> selectors,
    SearchFilter filter,
    Order order,
    boolean includeScore,
    long startMs,
    long endMs,
    int limit,
    int batchSize) {

  private static final Duration DEFAULT_RANGE = Duration.ofHours(1);
  private static final int DEFAULT_LIMIT = 100;
  private static final int DEFAULT_BATCH = 100;
  private static final int MAX_THRESHOLD = 100;

  /// How results are sorted.
  enum Order {
    NAME,
    NAME_DESCENDING,
    SCORE
  }

  /// Reads them.
  ///
  /// @param endpoint its name, for errors
  static SearchParams of(Params params, String endpoint, Instant now) {
    long start = time(params, "start", now.minus(DEFAULT_RANGE).toEpochMilli());
    long end = time(params, "end", now.toEpochMilli());
    List<List<LabelMatcher>> selectors = SeriesApi.selectors(params);
    List<String> searches = params.all("search[]");
    int threshold = threshold(params.get("fuzz_threshold"));
    String algorithm = params.get("fuzz_alg", SearchFilter.ALGORITHMS.getFirst());
    if (!SearchFilter.ALGORITHMS.contains(algorithm)) {
      throw MangruException.badData(
          "unsupported fuzz_alg \""
              + algorithm
              + "\": must be one of ["
              + String.join(" ", SearchFilter.ALGORITHMS)
              + "]");
    }
    boolean caseSensitive = flag(params, "case_sensitive", true);
    boolean includeScore = flag(params, "include_score", false);
    Order order = order(params, endpoint, searches);
    int limit = count(params, "limit", DEFAULT_LIMIT);
    int batch = count(params, "batch_size", DEFAULT_BATCH);
    return new SearchParams(
        selectors.isEmpty() ? List.of(List.of()) : selectors,
        new SearchFilter(searches, algorithm, threshold / (double) MAX_THRESHOLD, caseSensitive),
        order,
        includeScore,
        start,
        end,
        limit,
        batch);
  }

  private static long time(Params params, String name, long absent) {
    try {
      return params.timeMs(name, absent);
    } catch (MangruException e) {
      throw new MangruException(
          e.code(),
          "Invalid time value for '"
              + name
              + "': cannot parse \""
              + params.get(name, "")
              + "\" to a valid timestamp",
          e);
    }
  }

  private static int threshold(@Nullable String text) {
    if (text == null) {
      return 0;
    }
    int threshold = number(text);
    if (threshold < 0 || threshold > MAX_THRESHOLD) {
      throw MangruException.badData(
          "invalid fuzz_threshold \"" + text + "\": must be 0-" + MAX_THRESHOLD);
    }
    return threshold;
  }

  /// A whole number that is not negative, or -1.
  private static int number(String text) {
    try {
      return Math.max(-1, Integer.parseInt(text));
    } catch (NumberFormatException _) {
      return -1; // callers say what is wrong with it
    }
  }

  /// 0 is the default, too.
  private static int count(Params params, String name, int absent) {
    String text = params.get(name);
    if (text == null) {
      return absent;
    }
    int count = number(text);
    if (count < 0) {
      throw MangruException.badData(
          "invalid " + name + " \"" + text + "\": must be non-negative integer");
    }
    return count == 0 ? absent : count;
  }

  /// Go's `strconv.ParseBool`.
  static boolean flag(Params params, String name, boolean absent) {
    String text = params.get(name);
    return switch (text) {
      case null -> absent;
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw MangruException.badData("invalid " + name + " \"" + text + "\": must be boolean");
    };
  }

  private static Order order(Params params, String endpoint, List<String> searches) {
    String by = params.get("sort_by", "");
    String direction = params.get("sort_dir", "");
    if (!direction.isEmpty() && by.isEmpty()) {
      throw MangruException.badData("sort_dir is only valid when sort_by is set");
    }
    if (!direction.isEmpty() && by.equals("score")) {
      throw MangruException.badData("sort_dir is not supported for sort_by=score");
    }
    if (!direction.isEmpty() && !direction.equals("asc") && !direction.equals("dsc")) {
      throw MangruException.badData(
          "invalid sort_dir \"" + direction + "\": must be \"asc\" or \"dsc\"");
    }
    if (by.equals("score") && searches.isEmpty()) {
      throw MangruException.badData("sort_by=score requires search[] to be set");
    }
    return switch (by) {
      case "" -> Order.NAME;
      case "alpha" -> direction.equals("dsc") ? Order.NAME_DESCENDING : Order.NAME;
      case "score" -> Order.SCORE;
      default ->
          throw MangruException.badData(
              "invalid sort_by \""
                  + by
                  + "\" for "
                  + endpoint
                  + ": must be \"alpha\" or \"score\"");
    };
  }
}
