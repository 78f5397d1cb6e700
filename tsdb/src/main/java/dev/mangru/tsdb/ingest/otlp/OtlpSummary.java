package dev.mangru.tsdb.ingest.otlp;

import java.util.List;

/// What one body had in it.
///
/// @param points data points of which samples were handed to the appender; its own summary says
///   what became of those
/// @param rejectedPoints data points that were left out
/// @param problems why, the first few
public record OtlpSummary(long points, long rejectedPoints, List<String> problems) {

  /// How many problems are told one by one.
  public static final int MAX_PROBLEMS = 10;

  public OtlpSummary {
    problems = List.copyOf(problems);
  }
}
