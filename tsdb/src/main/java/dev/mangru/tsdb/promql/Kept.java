package dev.mangru.tsdb.promql;

import dev.mangru.model.time.TimeRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Pieces of one expression's results that follow each other without a gap, and up to which change
/// of the store they are known to be right. Immutable, thread-safe.
///
/// A sliding query adds a step or two at a time, so small pieces at the end are put together like
/// the digits of a counter: each step is copied a few times in all, and there are few pieces.
///
/// @param pieces one at least
record Kept(List<Piece> pieces, long number, long bytes) {

  private static final int MOST_PIECES = 12;

  static Kept of(List<Piece> pieces, long number) {
    List<Piece> fewer = new ArrayList<>(pieces);
    while (fewer.size() > 1
        && fewer.get(fewer.size() - 2).steps().count() <= 2 * fewer.getLast().steps().count()) {
      putTogether(fewer, fewer.size() - 2);
    }
    while (fewer.size() > MOST_PIECES) {
      int smallest = 0;
      for (int i = 1; i < fewer.size() - 1; i++) {
        smallest = pair(fewer, i) < pair(fewer, smallest) ? i : smallest;
      }
      putTogether(fewer, smallest);
    }
    long bytes = 0;
    for (Piece piece : fewer) {
      bytes += piece.bytes();
    }
    return new Kept(List.copyOf(fewer), number, bytes);
  }

  private static int pair(List<Piece> pieces, int first) {
    return pieces.get(first).steps().count() + pieces.get(first + 1).steps().count();
  }

  private static void putTogether(List<Piece> pieces, int first) {
    Piece next = pieces.remove(first + 1);
    pieces.set(first, pieces.get(first).with(next));
  }

  /// Time of the first step.
  long firstMs() {
    return pieces.getFirst().steps().startMs();
  }

  /// Time of the last step.
  long lastMs() {
    return pieces.getLast().steps().last();
  }

  /// Steps of `steps` that are here.
  int overlap(Steps steps) {
    long first = Math.max(firstMs(), steps.startMs());
    long last = Math.min(lastMs(), steps.last());
    return last < first ? 0 : (int) ((last - first) / steps.stepMs()) + 1;
  }

  /// What is right up to change `now`: all of it, what is before or after everything that has
  /// changed, or null for nothing.
  ///
  /// @param changed what samples have changed within a range since this was known to be right
  @Nullable Kept without(@Nullable TimeRange changed, Stepwise reads, long now) {
    if (changed == null) {
      return now == number ? this : new Kept(pieces, now, bytes);
    }
    // A step is as it was if all it reads is before, or all after, what has changed.
    long before = changed.startMs() - 1 - reads.toMs();
    long after = changed.endMs() + 1 - reads.fromMs();
    Kept first = between(firstMs(), before, now);
    Kept last = between(after, lastMs(), now);
    if (first == null || last == null) {
      return first == null ? last : first;
    }
    return first.lastMs() - first.firstMs() >= last.lastMs() - last.firstMs() ? first : last;
  }

  /// The steps from `fromMs` to `toMs`, both inclusive; null if there are none.
  @Nullable Kept between(long fromMs, long toMs, long now) {
    List<Piece> some = new ArrayList<>();
    for (Piece piece : pieces) {
      Steps steps = piece.steps();
      long skipped = Math.max(0, -Math.floorDiv(steps.startMs() - fromMs, steps.stepMs()));
      long end = Math.min(steps.count(), Math.floorDiv(toMs - steps.startMs(), steps.stepMs()) + 1);
      if (skipped < end) {
        boolean whole = skipped == 0 && end == steps.count();
        some.add(whole ? piece : piece.part((int) skipped, (int) end));
      }
    }
    return some.isEmpty() ? null : of(some, now);
  }
}
