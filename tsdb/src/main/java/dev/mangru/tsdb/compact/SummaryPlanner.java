package dev.mangru.tsdb.compact;

import dev.mangru.model.time.TimeRange;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Decides which blocks are summarised and which summaries go. Pure.
///
/// A block is summarised once all of it is old enough and no other file has samples in its time.
/// Its summaries belong to it: when merging or a deletion replaces the block they are made again
/// from its successor, and only then do the old ones go. When the block goes by its retention they
/// stay for their own, and lose the buckets that a later deletion touches. Where only some series
/// of a block go by the standard retention, because a rule keeps others longer, the summaries of
/// all of them stay too; a series that a rule keeps shorter loses its summaries with its samples.
public final class SummaryPlanner {

  private SummaryPlanner() {}

  /// When summaries of one resolution are made, and for how long they are kept.
  ///
  /// @param after age of a block's newest sample
  /// @param keep age at which a summary's newest bucket goes; longer than `after`
  public record Rule(Resolution resolution, Duration after, Duration keep) {
    public Rule {
      if (after.isNegative() || keep.compareTo(after) <= 0) {
        throw new IllegalArgumentException(
            "summaries of "
                + resolution
                + " must be kept longer than the age at which they are made: made after "
                + after
                + ", kept for "
                + keep);
      }
    }
  }

  /// A file of summaries.
  ///
  /// @param number its number
  /// @param source the number of the block it was made from
  /// @param range times of that block's samples
  public record StoredSummary(long number, long source, Resolution resolution, TimeRange range) {}

  /// One step.
  public sealed interface Step {
    /// Why, in words for a log and a page.
    String reason();

    /// Summarise a block.
    record Summarize(StoredFile block, Resolution resolution, String reason) implements Step {}

    /// A file of summaries whose block is gone is written again without what was deleted.
    record Erase(StoredSummary summary, String reason) implements Step {}

    /// A file of summaries goes.
    record Forget(StoredSummary summary, String reason) implements Step {}
  }

  /// The next step, or none if there is nothing to do now.
  ///
  /// @param files all files of the store
  /// @param barren numbers of blocks in which nothing to summarise was found
  /// @param tombstones what has been deleted
  /// @param standard how long samples are kept that no rule of the retention selects
  public static Optional<Step> next(
      List<StoredFile> files,
      List<StoredSummary> summaries,
      Set<Long> barren,
      Tombstones tombstones,
      List<Rule> rules,
      Duration standard,
      long nowMs) {
    for (StoredSummary summary : summaries) {
      boolean orphan =
          files.stream().noneMatch(f -> f.number() == summary.source())
              && summary.range().endMs() < nowMs - standard.toMillis();
      Optional<Step> forget = forget(summary, orphan, files, summaries, rules, nowMs);
      if (forget.isPresent()) {
        return forget;
      }
      if ((orphan || files.stream().noneMatch(f -> f.range().overlaps(summary.range())))
          && !tombstones.in(summary.number(), summary.range()).isEmpty()) {
        return Optional.of(new Step.Erase(summary, "something was deleted, and the block is gone"));
      }
    }
    for (Rule rule : rules) {
      for (StoredFile file : files) {
        long ageMs = nowMs - file.range().endMs();
        if (!file.isPart()
            && ageMs >= rule.after().toMillis()
            && ageMs <= rule.keep().toMillis()
            && !barren.contains(file.number())
            && alone(file, files)
            && summaries.stream()
                .noneMatch(
                    s -> s.source() == file.number() && s.resolution() == rule.resolution())) {
          return Optional.of(
              new Step.Summarize(
                  file, rule.resolution(), "all of the block is older than " + rule.after()));
        }
      }
    }
    return Optional.empty();
  }

  /// The summary that goes because all files together have more than `retentionBytes`, or summaries
  /// half of that: the oldest one, if nothing else is as old. Blocks as old go first.
  ///
  /// @param bytes of each of `summaries`
  public static Optional<Step> nextForSize(
      List<StoredFile> files,
      List<StoredSummary> summaries,
      Map<Long, Long> bytes,
      long retentionBytes) {
    Optional<StoredSummary> oldest =
        summaries.stream()
            .min(
                Comparator.<StoredSummary>comparingLong(s -> s.range().endMs())
                    .thenComparingLong(StoredSummary::number));
    if (retentionBytes == 0 || oldest.isEmpty()) {
      return Optional.empty();
    }
    long own = bytes.values().stream().mapToLong(Long::longValue).sum();
    long all = own + files.stream().mapToLong(StoredFile::bytes).sum();
    long endMs = oldest.get().range().endMs();
    boolean nothingOlder = files.stream().noneMatch(f -> !f.isPart() && f.range().endMs() <= endMs);
    return own > retentionBytes / 2 || (all > retentionBytes && nothingOlder)
        ? Optional.of(
            new Step.Forget(
                oldest.get(),
                "the files have "
                    + all
                    + " bytes, retention-size allows "
                    + retentionBytes
                    + " and half of that for summaries: the oldest go"))
        : Optional.empty();
  }

  private static boolean alone(StoredFile file, List<StoredFile> files) {
    return files.stream().noneMatch(f -> !f.equals(file) && f.range().overlaps(file.range()));
  }

  private static Optional<Step> forget(
      StoredSummary summary,
      boolean orphan,
      List<StoredFile> files,
      List<StoredSummary> summaries,
      List<Rule> rules,
      long nowMs) {
    Optional<Rule> rule =
        rules.stream().filter(r -> r.resolution() == summary.resolution()).findFirst();
    if (rule.isEmpty()) {
      return Optional.of(
          new Step.Forget(summary, "no rule asks for summaries of " + summary.resolution()));
    }
    if (nowMs - summary.range().endMs() > rule.get().keep().toMillis()) {
      return Optional.of(new Step.Forget(summary, "older than " + rule.get().keep()));
    }
    boolean replaced =
        !orphan
            && files.stream().noneMatch(f -> f.number() == summary.source())
            && summaries.stream()
                .anyMatch(s ->
                    s.resolution() == summary.resolution()
                        && s.number() > summary.number()
                        && s.range().overlaps(summary.range()));
    return replaced
        ? Optional.of(new Step.Forget(summary, "its block was replaced, and so was the summary"))
        : Optional.empty();
  }
}
