package dev.mangru.tsdb.compact;

import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.block.ChunkCursor;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Finds how much of each file was deleted or is past its retention, and remembers it, so that a
/// file is looked through again only when a tombstone came or another rule of the retention lies
/// behind all of it. Confined to one thread.
///
/// Counts by the times of chunks: what a tombstone takes from the middle of one is estimated by its
/// share of the chunk's time. Rules count only once a whole file is past them, because until then
/// every hour would find more.
public final class Removal {

  /// What was counted when these tombstones and rules concerned the file.
  private record Survey(List<Tombstone> tombstones, Set<Integer> rules, long removable) {}

  private final Map<Long, Survey> surveys = new HashMap<>();

  /// By file number: how many samples would go if the file were written anew, and at least 1 if any
  /// would; files of which nothing would go are left out.
  public Map<Long, Long> survey(
      Collection<? extends MergeInput> files,
      SeriesLabels labels,
      Tombstones tombstones,
      Retention retention,
      long nowMs)
      throws IOException {
    Map<Long, Long> removable = new HashMap<>();
    Set<Long> present = new HashSet<>();
    for (MergeInput input : files) {
      StoredFile file = input.stored();
      present.add(file.number());
      List<Tombstone> touching =
          tombstones.all().stream().filter(t -> t.touches(file.number(), file.range())).toList();
      Set<Integer> rules = passed(retention, file, nowMs);
      if (touching.isEmpty() && rules.isEmpty()) {
        continue;
      }
      Survey known = surveys.get(file.number());
      if (known == null || !known.tombstones.equals(touching) || !known.rules.equals(rules)) {
        known =
            new Survey(
                touching, rules, count(input, new Deleted(touching), retention, rules, labels));
        surveys.put(file.number(), known);
      }
      if (known.removable > 0) {
        removable.put(file.number(), known.removable);
      }
    }
    surveys.keySet().retainAll(present);
    return removable;
  }

  /// The rules that keep nothing of a file any more; -1 for the standard, if some rule keeps
  /// longer.
  private static Set<Integer> passed(Retention retention, StoredFile file, long nowMs) {
    Set<Integer> passed = new HashSet<>();
    if (retention.rules().isEmpty()) {
      return passed;
    }
    long ageMs = nowMs - file.range().endMs();
    for (int i = 0; i < retention.rules().size(); i++) {
      if (ageMs > retention.rules().get(i).keep().toMillis()) {
        passed.add(i);
      }
    }
    if (ageMs > retention.standard().toMillis()) {
      passed.add(-1);
    }
    return passed;
  }

  private static long count(
      MergeInput input,
      Deleted deleted,
      Retention retention,
      Set<Integer> rules,
      SeriesLabels labels)
      throws IOException {
    ChunkCursor chunks =
        switch (input) {
          case MergeInput.Part part -> part.file().cursor();
          case MergeInput.Block block -> block.file().cursor();
        };
    long removable = 0;
    while (chunks.next()) {
      Labels series =
          switch (input) {
            case MergeInput.Part _ -> labels.labels(chunks.ref());
            case MergeInput.Block block -> block.file().labels(chunks.ref());
          };
      if (!rules.isEmpty() && rules.contains(retention.ruleOf(series))) {
        removable += chunks.samples();
      } else {
        removable += inside(chunks, deleted.intervals(series));
      }
    }
    return removable;
  }

  private static long inside(ChunkCursor chunks, long[] intervals) throws IOException {
    long total = 0;
    for (int chunk = 0; intervals.length > 0 && chunk < chunks.chunks(); chunk++) {
      long first = chunks.minMs(chunk);
      long last = chunks.maxMs(chunk);
      double spanMs = (double) last - first + 1;
      double share = 0;
      for (int i = 0; i < intervals.length; i += 2) {
        long from = Math.max(first, intervals[i]);
        long to = Math.min(last, intervals[i + 1]);
        share += from > to ? 0 : ((double) to - from + 1) / spanMs;
      }
      total += (long) Math.ceil(share * chunks.samples(chunk));
    }
    return total;
  }
}
