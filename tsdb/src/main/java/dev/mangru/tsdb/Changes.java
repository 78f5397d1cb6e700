package dev.mangru.tsdb;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.model.metric.PastChanges;
import dev.mangru.model.time.TimeRange;
import java.time.InstantSource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Which slots of time have changed, and when: a number for each slot of five minutes of the last
/// two weeks, and one for everything before. Thread-safe.
///
/// ```
/// older than two weeks | slot | slot | slot |  …  | slot |   settled   | newest samples
///          7           |  3   |  3   |  12  |     |  9   |<- 3 minutes ->|
/// ```
///
/// New samples come after the settled time and change nothing that anybody keeps. **Why no change
/// is missed.** Samples are shown first and held against the settled time then. Who keeps something
/// has asked for the settled time before it opened its querier: if that did not show the samples
/// yet, they are held against a time that is not earlier, and get a number that is higher.
final class Changes implements PastChanges {

  private static final long SLOT_MS = 5 * 60_000;

  /// Two weeks of slots: 32 KiB, once there is a change. Chosen.
  private static final int SLOTS = 4_032;

  /// Samples of one moment come in within this time, as a rule: a scrape interval of a minute, a
  /// queue, a retry. Those that do not are a change. Chosen; Thanos and VictoriaMetrics keep their
  /// caches away from the last minute and the last five.
  private static final long SETTLING_MS = 3 * 60_000;

  private final InstantSource clock;

  private volatile long number = 1;
  private volatile long settledMs = Long.MIN_VALUE;

  /// Of slot `s` at `s mod SLOTS`, for the [#SLOTS] slots up to [#lastSlot].
  @GuardedBy("this")
  private long[] numbers = {};

  @GuardedBy("this")
  private long lastSlot = Long.MIN_VALUE;

  /// Of all slots before those.
  @GuardedBy("this")
  private long olderNumber;

  /// @param newestMs of the samples that are there already; [Long#MIN_VALUE] for none
  Changes(InstantSource clock, long newestMs) {
    this.clock = clock;
    settle(newestMs);
  }

  @Override
  public long number() {
    return number;
  }

  @Override
  public long settledMs() {
    return settledMs;
  }

  @Override
  public @Nullable TimeRange since(long before, TimeRange within) {
    if (number <= before) {
      return null;
    }
    synchronized (this) {
      return changedSince(before, within);
    }
  }

  @GuardedBy("this")
  private @Nullable TimeRange changedSince(long before, TimeRange within) {
    long first = slot(within.startMs());
    long last = Math.min(slot(within.endMs()), lastSlot);
    long oldest = lastSlot - SLOTS + 1;
    long from = Long.MAX_VALUE;
    long to = Long.MIN_VALUE;
    if (first < oldest && olderNumber > before) {
      from = first;
      to = Math.min(last, oldest - 1);
    }
    for (long slot = Math.max(first, oldest); slot <= last; slot++) {
      if (numbers[place(slot)] > before) {
        from = Math.min(from, slot);
        to = slot;
      }
    }
    if (to < from) {
      return null;
    }
    return new TimeRange(
        from == first ? within.startMs() : from * SLOT_MS,
        Math.min(within.endMs(), to * SLOT_MS + SLOT_MS - 1));
  }

  /// Says that samples have been shown. To be called before whoever sent them is answered.
  void stored(long oldestMs, long newestMs) {
    if (oldestMs <= settledMs) {
      changed(new TimeRange(oldestMs, Math.max(oldestMs, Math.min(newestMs, settledMs))));
    }
    settle(newestMs);
  }

  private void settle(long newestMs) {
    if (newestMs == Long.MIN_VALUE) {
      return;
    }
    long until = Math.min(newestMs, clock.millis()) - SETTLING_MS;
    if (until > settledMs) {
      synchronized (this) {
        settledMs = Math.max(settledMs, until);
      }
    }
  }

  /// Says that samples in `range` came or went. To be called once that is shown.
  synchronized void changed(TimeRange range) {
    long next = number + 1;
    if (settledMs != Long.MIN_VALUE) {
      advance(slot(settledMs));
      long last = Math.min(slot(range.endMs()), lastSlot);
      long oldest = lastSlot - SLOTS + 1;
      if (slot(range.startMs()) < oldest) {
        olderNumber = next;
      }
      for (long slot = Math.max(slot(range.startMs()), oldest); slot <= last; slot++) {
        numbers[place(slot)] = next;
      }
    }
    number = next;
  }

  /// Makes room for the slots up to `last`.
  @GuardedBy("this")
  private void advance(long last) {
    if (numbers.length == 0) {
      numbers = new long[SLOTS];
      lastSlot = last;
    }
    if (last - lastSlot >= SLOTS) {
      olderNumber = Math.max(olderNumber, Arrays.stream(numbers).max().orElse(0));
      Arrays.fill(numbers, 0);
      lastSlot = last;
    }
    while (lastSlot < last) {
      lastSlot++;
      int place = place(lastSlot);
      olderNumber = Math.max(olderNumber, numbers[place]);
      numbers[place] = 0;
    }
  }

  private static long slot(long timeMs) {
    return Math.floorDiv(timeMs, SLOT_MS);
  }

  private static int place(long slot) {
    return (int) Math.floorMod(slot, (long) SLOTS);
  }
}
