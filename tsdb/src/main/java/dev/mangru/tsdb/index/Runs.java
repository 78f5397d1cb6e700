package dev.mangru.tsdb.index;

import java.util.Arrays;
import java.util.List;

/// A set of series as ascending runs of neighbouring numbers: a target's series come in together,
/// so sets are mostly few and long runs. Immutable and thread-safe.
public final class Runs {

  /// No series.
  public static final Runs EMPTY = new Runs(new int[0], 0);

  /// First, end (exclusive), first, end, …; neither empty nor touching.
  private final int[] bounds;

  private final int length;

  private Runs(int[] bounds, int length) {
    this.bounds = bounds;
    this.length = length;
  }

  /// The numbers from `first` to `end`, exclusive.
  public static Runs range(int first, int end) {
    return first >= end ? EMPTY : new Runs(new int[] {first, end}, 2);
  }

  /// How many runs there are.
  public int runs() {
    return length / 2;
  }

  /// First number of a run.
  public int first(int run) {
    return bounds[2 * run];
  }

  /// The number after the last of a run.
  public int end(int run) {
    return bounds[2 * run + 1];
  }

  /// How many numbers there are.
  public int size() {
    int size = 0;
    for (int i = 0; i < length; i += 2) {
      size += bounds[i + 1] - bounds[i];
    }
    return size;
  }

  /// Whether there is no number.
  public boolean isEmpty() {
    return length == 0;
  }

  /// Whether `number` is in the set.
  public boolean contains(int number) {
    int at = Arrays.binarySearch(bounds, 0, length, number);
    // Found at an even place: the first of a run. Found at an odd one: just after a run. Else
    // inside
    // one if an odd number of bounds lie below.
    return at >= 0 ? (at & 1) == 0 : ((-at - 1) & 1) == 1;
  }

  /// All numbers, ascending.
  public int[] toArray() {
    int[] all = new int[size()];
    int at = 0;
    for (int i = 0; i < length; i += 2) {
      for (int number = bounds[i]; number < bounds[i + 1]; number++) {
        all[at++] = number;
      }
    }
    return all;
  }

  /// A cursor before the first number.
  public Cursor cursor() {
    return new Cursor(this);
  }

  /// What is in both sets.
  public static Runs and(Runs left, Runs right) {
    if (left.length > right.length) {
      return and(right, left);
    }
    Builder both = new Builder(left.length);
    int at = 0;
    for (int i = 0; i < left.length && at < right.length; i += 2) {
      int first = left.bounds[i];
      int end = left.bounds[i + 1];
      at = skip(right, at, first);
      while (at < right.length && right.bounds[at] < end) {
        both.add(Math.max(first, right.bounds[at]), Math.min(end, right.bounds[at + 1]));
        if (right.bounds[at + 1] > end) {
          break;
        }
        at += 2;
      }
    }
    return both.build();
  }

  /// The first run from `from` on that ends after `number`; gallops, since sets often differ in
  /// size by orders of magnitude.
  private static int skip(Runs runs, int from, int number) {
    int step = 2;
    int low = from;
    while (low + step < runs.length && runs.bounds[low + step + 1] <= number) {
      low += step;
      step <<= 1;
    }
    int high = Math.min(low + step, runs.length);
    while (low < high) {
      int middle = ((low + high) >>> 2) << 1;
      if (runs.bounds[middle + 1] <= number) {
        low = middle + 2;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// What is in `left` and not in `right`.
  public static Runs minus(Runs left, Runs right) {
    if (left.isEmpty() || right.isEmpty()) {
      return left;
    }
    Builder rest = new Builder(left.length);
    int at = 0;
    for (int i = 0; i < left.length; i += 2) {
      int first = left.bounds[i];
      int end = left.bounds[i + 1];
      at = skip(right, at, first);
      int r = at;
      while (r < right.length && right.bounds[r] < end) {
        rest.add(first, right.bounds[r]);
        first = right.bounds[r + 1];
        r += 2;
      }
      rest.add(first, end);
    }
    return rest.build();
  }

  /// What is in any of the sets.
  public static Runs or(List<Runs> sets) {
    if (sets.isEmpty()) {
      return EMPTY;
    }
    if (sets.size() == 1) {
      return sets.getFirst();
    }
    Union union = new Union();
    for (Runs set : sets) {
      for (int i = 0; i < set.length; i += 2) {
        union.add(set.bounds[i], set.bounds[i + 1]);
      }
    }
    return union.build();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < length; i += 2) {
      text.append(i == 0 ? "" : ", ").append(bounds[i]).append("..").append(bounds[i + 1] - 1);
    }
    return text.append('}').toString();
  }

  /// Walks through a set: `while (cursor.next()) use(cursor.number());`. Confined to one thread.
  public static final class Cursor {

    private final Runs runs;
    private int at;
    private int number = -1;
    private int end;

    private Cursor(Runs runs) {
      this.runs = runs;
    }

    /// Steps to the next number; false at the end.
    public boolean next() {
      if (++number < end) {
        return true;
      }
      if (at == runs.length) {
        number = end;
        return false;
      }
      number = runs.bounds[at];
      end = runs.bounds[at + 1];
      at += 2;
      return true;
    }

    /// The number stepped to.
    public int number() {
      return number;
    }
  }

  /// Gathers ascending runs, joining those that touch. Confined to one thread; used once.
  public static final class Builder {

    private int[] bounds;
    private int length;

    /// A builder with room for `capacity / 2` runs before it grows.
    public Builder(int capacity) {
      bounds = new int[Math.max(4, capacity)];
    }

    /// Adds the numbers from `first` to `end`, exclusive; `first` is not below any end before. Does
    /// nothing if there is none.
    public void add(int first, int end) {
      if (first >= end) {
        return;
      }
      if (length > 0 && bounds[length - 1] == first) {
        bounds[length - 1] = end;
        return;
      }
      if (length + 2 > bounds.length) {
        bounds = Arrays.copyOf(bounds, Math.max(length + 2, (length + (length >> 1)) & ~1));
      }
      bounds[length++] = first;
      bounds[length++] = end;
    }

    /// The set.
    public Runs build() {
      return length == 0 ? EMPTY : new Runs(bounds, length);
    }
  }

  /// Gathers runs in any order. Confined to one thread; used once.
  static final class Union {

    private long[] runs = new long[64];
    private int count;
    private boolean ordered = true;

    void add(int first, int end) {
      if (first >= end) {
        return;
      }
      if (count == runs.length) {
        runs = Arrays.copyOf(runs, count * 2);
      }
      long run = (long) first << 32 | end;
      ordered &= count == 0 || runs[count - 1] <= run;
      runs[count++] = run;
    }

    Runs build() {
      if (!ordered) {
        Arrays.sort(runs, 0, count);
      }
      Builder builder = new Builder(Math.min(2 * count, 1 << 20));
      int covered = 0;
      for (int i = 0; i < count; i++) {
        int first = Math.max((int) (runs[i] >>> 32), covered);
        int end = (int) runs[i];
        builder.add(first, end);
        covered = Math.max(covered, end);
      }
      return builder.build();
    }
  }
}
