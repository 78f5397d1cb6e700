package dev.mangru.autoscaler.control;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether someone else keeps changing replicas that we change. A person who does so once is normal
/// life; two controllers that undo each other's work are not, and the one that can tell gives way.
///
/// @param lastSeen replicas at the last pass, or written by us since; null before our first write
/// @param foreignChanges when someone else changed them, within [#WINDOW]
/// @param holds how often we gave way in a row
/// @param heldUntil nothing is written before; null if free
public record Contest(
    @Nullable Integer lastSeen,
    List<Instant> foreignChanges,
    int holds,
    @Nullable Instant heldUntil) {

  /// Nobody else was seen.
  public static final Contest NONE = new Contest(null, List.of(), 0, null);

  /// How far back changes count. Chosen.
  static final Duration WINDOW = Duration.ofMinutes(5);

  /// How many changes within the window are a fight. Chosen.
  static final int FIGHT = 3;

  private static final Duration FIRST_HOLD = Duration.ofMinutes(1);
  private static final int MAX_DOUBLINGS = 5;
  private static final Duration LONGEST_HOLD = FIRST_HOLD.multipliedBy(1L << MAX_DOUBLINGS);

  /// After this long without a fight the next one starts from the first hold again. Chosen.
  private static final Duration FORGET = Duration.ofHours(1);

  public Contest {
    foreignChanges = List.copyOf(foreignChanges);
  }

  /// What a pass sees that finds `replicas`.
  Contest seeing(int replicas, Instant now) {
    if (lastSeen == null) {
      return this;
    }
    List<Instant> recent = new ArrayList<>();
    for (Instant change : foreignChanges) {
      if (change.isAfter(now.minus(WINDOW))) {
        recent.add(change);
      }
    }
    if (lastSeen != replicas) {
      recent.add(now);
    }
    boolean held = heldAt(now);
    if (!held && recent.size() >= FIGHT) {
      Duration hold = FIRST_HOLD.multipliedBy(1L << Math.min(holds, MAX_DOUBLINGS));
      return new Contest(replicas, List.of(), holds + 1, now.plus(hold));
    }
    boolean forgotten = heldUntil != null && heldUntil.plus(FORGET).isBefore(now);
    return new Contest(replicas, recent, forgotten ? 0 : holds, forgotten ? null : heldUntil);
  }

  /// Whether something in it lies further ahead than it can.
  boolean later(Instant now) {
    return foreignChanges.stream().anyMatch(each -> each.isAfter(now))
        || (heldUntil != null && heldUntil.isAfter(now.plus(LONGEST_HOLD)));
  }

  /// The same for a clock that was set back.
  Contest notAfter(Instant now) {
    return later(now)
        ? new Contest(
            lastSeen,
            foreignChanges.stream().map(each -> each.isBefore(now) ? each : now).toList(),
            holds,
            heldUntil == null || heldUntil.isBefore(now.plus(LONGEST_HOLD))
                ? heldUntil
                : now.plus(LONGEST_HOLD))
        : this;
  }

  /// After our own write of `replicas`.
  Contest wrote(int replicas) {
    return new Contest(replicas, foreignChanges, holds, heldUntil);
  }

  /// Whether we give way now.
  boolean heldAt(Instant now) {
    return heldUntil != null && now.isBefore(heldUntil);
  }
}
