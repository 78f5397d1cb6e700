package dev.mangru.autoscaler.journal;

import java.time.Duration;

/// How much a journal keeps.
///
/// @param keep decisions older than the newest by more than this are dropped, by whole segments
/// @param maxDecisions kept and held in memory, a few hundred bytes each
/// @param segmentBytes of decisions, the grain of dropping
public record JournalOptions(Duration keep, int maxDecisions, long segmentBytes) {

  public JournalOptions {
    if (!keep.isPositive() || maxDecisions < 1 || segmentBytes < 1) {
      throw new IllegalArgumentException(
          "a journal must keep something: %s, %d decisions, segments of %d bytes"
              .formatted(keep, maxDecisions, segmentBytes));
    }
  }

  /// Two weeks, 20,000 decisions, segments of 4 MiB. Chosen: a week of ten autoscalers.
  public static JournalOptions defaults() {
    return new JournalOptions(Duration.ofDays(14), 20_000, 4L << 20);
  }
}
