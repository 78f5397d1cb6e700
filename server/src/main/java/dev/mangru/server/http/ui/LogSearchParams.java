package dev.mangru.server.http.ui;

import dev.mangru.logindex.query.SearchBox;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogQuery;
import dev.mangru.model.log.Severity;
import dev.mangru.server.http.Params;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// What the Logs page asks for: the text of its search box, severities and a time range.
///
/// @param query what to look for
/// @param logql the same as LogQL, for people to read and copy
record LogSearchParams(LogQuery query, String logql) {

  private static final Duration DEFAULT_RANGE = Duration.ofHours(1);

  /// @throws MangruException `BAD_DATA` for a text that does not parse or a range that ends before
  ///   it starts
  static LogSearchParams of(Params params, Instant now) {
    long end = params.timeNs("end", Params.nanoseconds(now));
    long start = params.timeNs("start", end - DEFAULT_RANGE.toNanos());
    if (end < start) {
      throw MangruException.badData(
          "end must not be before start: start " + start + ", end " + end);
    }
    SearchBox.Compiled compiled = SearchBox.compile(params.get("q", ""));
    return new LogSearchParams(
        compiled.selector().between(start, end, severities(params)), compiled.logql());
  }

  private static Set<Severity> severities(Params params) {
    Set<Severity> wanted = EnumSet.noneOf(Severity.class);
    String text = params.get("severity");
    if (text != null) {
      for (String word : text.split(",", -1)) {
        wanted.add(severity(word.strip()));
      }
    }
    return wanted;
  }

  private static Severity severity(String word) {
    for (Severity severity : Severity.values()) {
      if (severity.label().equals(word.toLowerCase(Locale.ROOT))) {
        return severity;
      }
    }
    throw Params.invalid(
        "severity",
        "\"" + word + "\" is none of fatal, error, warn, info, debug, trace, unknown",
        null);
  }
}
