package dev.mangru.tsdb.v1.index;

import java.util.Arrays;
import java.util.List;

/// Ascending series numbers. Immutable.
public final class Postings {

  /// No series.
  public static final Postings EMPTY = new Postings(new int[0], 0);

  private final int[] numbers;
  private final int size;

  /// The first `size` elements of `numbers`, which ascend and are not changed again.
  Postings(int[] numbers, int size) {
    this.numbers = numbers;
    this.size = size;
  }

  /// Trusts the caller: `numbers` ascends and is not touched again.
  public static Postings of(int... numbers) {
    return new Postings(numbers, numbers.length);
  }

  /// The numbers from 0 to `count` exclusive.
  public static Postings range(int count) {
    int[] all = new int[count];
    Arrays.setAll(all, i -> i);
    return of(all);
  }

  /// How many numbers there are.
  public int size() {
    return size;
  }

  /// The number at `position`.
  public int get(int position) {
    return numbers[position];
  }

  /// Whether `number` is in the list.
  public boolean contains(int number) {
    return Arrays.binarySearch(numbers, 0, size, number) >= 0;
  }

  /// What is in both lists.
  public static Postings intersect(Postings left, Postings right) {
    Postings small = left.size <= right.size ? left : right;
    Postings large = small == left ? right : left;
    Builder both = new Builder(small.size);
    int from = 0;
    for (int i = 0; i < small.size && from < large.size; i++) {
      int wanted = small.numbers[i];
      int bound = 1;
      while (from + bound < large.size && large.numbers[from + bound] < wanted) {
        bound <<= 1; // gallop: the lists often differ in size by orders of magnitude
      }
      int found =
          Arrays.binarySearch(large.numbers, from, Math.min(from + bound + 1, large.size), wanted);
      if (found >= 0) {
        both.add(wanted);
        from = found + 1;
      } else {
        from = -found - 1;
      }
    }
    return both.build();
  }

  /// What is in any of `lists`.
  public static Postings union(List<Postings> lists) {
    if (lists.isEmpty()) {
      return EMPTY;
    }
    if (lists.size() == 1) {
      return lists.getFirst();
    }
    int total = 0;
    for (Postings list : lists) {
      total = Math.addExact(total, list.size);
    }
    int[] all = new int[total];
    int at = 0;
    for (Postings list : lists) {
      System.arraycopy(list.numbers, 0, all, at, list.size);
      at += list.size;
    }
    Arrays.sort(all);
    int kept = 0;
    for (int i = 0; i < total; i++) {
      if (kept == 0 || all[kept - 1] != all[i]) {
        all[kept++] = all[i];
      }
    }
    return new Postings(all, kept);
  }

  /// Gathers ascending numbers. Confined to one thread; what [#build] gave stays as it was while
  /// more is added.
  public static final class Builder {

    private int[] numbers;
    private int size;

    /// A builder with room for `capacity` numbers before it grows.
    public Builder(int capacity) {
      numbers = new int[Math.max(capacity, 2)];
    }

    /// Adds a number larger than every one before.
    public void add(int number) {
      if (size == numbers.length) {
        numbers = Arrays.copyOf(numbers, size + (size >> 1) + 1);
      }
      numbers[size++] = number;
    }

    /// What was added so far; costs nothing.
    public Postings build() {
      return new Postings(numbers, size);
    }
  }
}
