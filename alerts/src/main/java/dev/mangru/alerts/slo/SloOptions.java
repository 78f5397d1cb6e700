package dev.mangru.alerts.slo;

import java.time.Duration;

/// How objectives are measured.
///
/// @param tickInterval how often [SloEngine#tick] is called; a time slice longer than three of
///   these is unknown
/// @param settle how old a sample must be to be counted, so that it has arrived by then; scrape,
///   send and commit take about a second, and a sender retries after a few
/// @param overlap how far before the last tick counters are read again, for samples that came late
/// @param firstSamples how long after its beginning an objective takes the first sample of a new
///   series as its starting point; later ones count from zero
/// @param catchUp how much time without ticks is counted afterwards, from the samples of counters
/// @param maxSeries most series that one selector may select
/// @param queryTimeout of one query
public record SloOptions(
    Duration tickInterval,
    Duration settle,
    Duration overlap,
    Duration firstSamples,
    Duration catchUp,
    int maxSeries,
    Duration queryTimeout) {

  public SloOptions {
    requirePositive("tickInterval", tickInterval);
    requireNotNegative("settle", settle);
    requireNotNegative("overlap", overlap);
    requireNotNegative("firstSamples", firstSamples);
    requirePositive("catchUp", catchUp);
    requirePositive("queryTimeout", queryTimeout);
    if (maxSeries < 1) {
      throw new IllegalArgumentException("maxSeries must be positive: " + maxSeries);
    }
  }

  /// A tick every 10 s, 15 s to settle, two minutes of first samples (two scrapes at the usual
  /// slowest interval), a day of catching up, 2,000 series and 5 s for each query.
  public static SloOptions defaults() {
    return new SloOptions(
        Duration.ofSeconds(10),
        Duration.ofSeconds(15),
        Duration.ofMinutes(1),
        Duration.ofMinutes(2),
        Duration.ofDays(1),
        2_000,
        Duration.ofSeconds(5));
  }

  private static void requirePositive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " must be positive: " + value);
    }
  }

  private static void requireNotNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " must not be negative: " + value);
    }
  }
}
