package dev.mangru.autoscaler.journal;

import dev.mangru.autoscaler.control.HpaMemory;
import dev.mangru.autoscaler.control.ScaleIntent;
import dev.mangru.autoscaler.horizontal.Stabilization.Recommendation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One record of the `memory` log, as JSON writes it.
record MemoryRecord(
    @Nullable Snapshot snapshot,
    @Nullable Map<String, Change> memories,
    @Nullable List<String> gone,
    @Nullable ScaleIntent intent,
    @Nullable Settled settled) {

  /// Everything.
  record Snapshot(Map<String, HpaMemory> memories, List<ScaleIntent> intents) {}

  /// The end of an intent.
  record Settled(String uid, boolean written) {}

  /// A memory as a whole, or the one recommendation that is new in it: a pass changes no more.
  record Change(
      @Nullable HpaMemory full,
      @Nullable Integer slot,
      @Nullable Integer replicas,
      @Nullable Instant time) {

    /// The shortest change from `before` to `after`.
    static Change between(@Nullable HpaMemory before, HpaMemory after) {
      if (before != null
          && before.recommendations() != null
          && after.recommendations() != null
          && before.recommending(after.recommendations()).equals(after)) {
        int slot = onlyChange(before.recommendations(), after.recommendations());
        if (slot >= 0) {
          Recommendation changed = after.recommendations().get(slot);
          return new Change(null, slot, changed.replicas(), changed.time());
        }
      }
      return new Change(after, null, null, null);
    }

    /// The one place where the lists differ, which may be one more at the end; -1 if they differ
    /// otherwise.
    private static int onlyChange(List<Recommendation> before, List<Recommendation> after) {
      if (after.size() < before.size() || after.size() > before.size() + 1) {
        return -1;
      }
      int slot = after.size() > before.size() ? before.size() : -1;
      for (int i = 0; i < before.size(); i++) {
        if (!before.get(i).equals(after.get(i))) {
          if (slot >= 0) {
            return -1;
          }
          slot = i;
        }
      }
      return slot;
    }

    /// `before` changed; null if the change does not fit it.
    @Nullable HpaMemory applied(@Nullable HpaMemory before) {
      if (full != null) {
        return full;
      }
      if (before == null || slot == null || replicas == null || time == null) {
        return null;
      }
      List<Recommendation> next =
          new ArrayList<>(
              Objects.requireNonNullElse(before.recommendations(), List.<Recommendation>of()));
      Recommendation changed = new Recommendation(replicas, time);
      if (slot < 0 || slot > next.size()) {
        return null;
      }
      if (slot == next.size()) {
        next.add(changed);
      } else {
        next.set(slot, changed);
      }
      return before.recommending(next);
    }
  }

  static MemoryRecord ofSnapshot(Snapshot snapshot) {
    return new MemoryRecord(snapshot, null, null, null, null);
  }

  static MemoryRecord ofMemories(Map<String, Change> memories, List<String> gone) {
    return new MemoryRecord(null, memories, gone, null, null);
  }

  static MemoryRecord ofIntent(ScaleIntent intent) {
    return new MemoryRecord(null, null, null, intent, null);
  }

  static MemoryRecord ofSettled(String uid, boolean written) {
    return new MemoryRecord(null, null, null, null, new Settled(uid, written));
  }
}
