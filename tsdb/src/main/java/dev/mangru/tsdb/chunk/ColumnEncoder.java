package dev.mangru.tsdb.chunk;

import dev.mangru.tsdb.codec.ByteWriter;

/// Writes a column of longs in the fewest bits it finds: the numbers, their steps, the changes of
/// the steps or the distances from a line, each packed by [Residuals], after division by what
/// divides all. All arithmetic wraps around, so any longs come back. Confined to one thread.
final class ColumnEncoder {

  /// What a divisor must save at least.
  private static final int DIVISOR_BITS = 24;

  private final Residuals candidate;
  private final Residuals best;
  private final long[] numbers;
  private final long[] steps;
  private final long[] other;
  private int order;
  private long divisor;
  private long remainder;
  private long slope;

  /// An encoder of columns of up to `capacity` numbers.
  ColumnEncoder(int capacity) {
    candidate = new Residuals(capacity);
    best = new Residuals(capacity);
    numbers = new long[capacity];
    steps = new long[capacity];
    other = new long[capacity];
  }

  /// The array to put the numbers into before [#write].
  long[] numbers() {
    return numbers;
  }

  /// Copies `count` numbers of `source` and writes them as a plain column.
  void write(long[] source, int from, int count, boolean lines, ByteWriter out) {
    System.arraycopy(source, from, numbers, 0, count);
    write(count, 0, 0, lines, out);
  }

  /// Writes the first `count` of [#numbers], which it changes.
  ///
  /// @param flags further bits of the first byte
  /// @param meaning the byte after it if `flags` has [Column#MEANING]
  /// @param lines whether a straight line is worth a try
  void write(int count, int flags, int meaning, boolean lines, ByteWriter out) {
    if (count == 0) {
      return;
    }
    plan(count, lines);
    boolean constant = best.width() == 0 && !best.patched() && order == Column.LEVEL;
    if (constant && flags == 0) {
      writeConstant(best.base(), out);
      return;
    }
    out.u8(
        flags
            | order << Column.ORDER_SHIFT
            | (divisor == 1 ? 0 : Column.DIVISOR)
            | (best.width() == 0 ? 0 : Column.PACKED)
            | (best.patched() ? Column.PATCHED : 0));
    if ((flags & Column.MEANING) != 0) {
      out.u8(meaning);
    }
    if (divisor != 1) {
      writeDivisor(out);
    }
    switch (order) {
      case Column.LEVEL -> {
        out.zigZag(best.base());
        best.write(numbers, 0, count, out);
      }
      case Column.STEP -> {
        out.zigZag(numbers[0]).zigZag(best.base());
        best.write(steps, 1, count, out);
      }
      case Column.BEND -> {
        out.zigZag(numbers[0]).zigZag(steps[1]).zigZag(best.base());
        bends(count);
        best.write(other, 2, count, out);
      }
      default -> {
        out.zigZag(numbers[0]).zigZag(slope).zigZag(best.base());
        distances(count, slope);
        best.write(other, 1, count, out);
      }
    }
  }

  /// Writes a column of one and the same number.
  static void writeConstant(long number, ByteWriter out) {
    if (number >= 0 && number <= Column.MAX_CONSTANT) {
      out.u8(Column.CONSTANT | (int) number);
    } else {
      out.u8(Column.LEVEL << Column.ORDER_SHIFT).zigZag(number);
    }
  }

  private void writeDivisor(ByteWriter out) {
    if ((divisor & (divisor - 1)) == 0) {
      out.varint((long) Long.numberOfTrailingZeros(divisor) << 1);
    } else {
      out.varint(divisor << 1 | 1);
    }
    out.varint(remainder);
  }

  private void plan(int count, boolean lines) {
    long[] x = numbers;
    long min = x[0];
    long max = x[0];
    long minStep = Long.MAX_VALUE;
    long maxStep = Long.MIN_VALUE;
    int changes = 0;
    for (int i = 1; i < count; i++) {
      long step = x[i] - x[i - 1];
      steps[i] = step;
      changes += step == 0 ? 0 : 1;
      min = Math.min(min, x[i]);
      max = Math.max(max, x[i]);
      minStep = Math.min(minStep, step);
      maxStep = Math.max(maxStep, step);
    }
    divisor = 1;
    order = Column.LEVEL;
    if (min == max) {
      best.plan(x, 0, count, min, max, 0);
      return;
    }
    if (max - min > 0 && minStep != maxStep) {
      divisor = Divisors.of(steps, 1, count);
      if ((Bits.length(divisor) - 1) * changes <= DIVISOR_BITS) {
        divisor = 1;
      }
      if (divisor > 1) {
        remainder = Math.floorMod(x[0], divisor);
        divide(count);
        min = Math.floorDiv(min, divisor);
        max = Math.floorDiv(max, divisor);
        minStep /= divisor;
        maxStep /= divisor;
      }
    }
    planOrders(count, min, max, minStep, maxStep);
    if (lines && count > 3 && best.cost() > 64) {
      planLine(count, Math.round((double) (x[count - 1] - x[0]) / (count - 1)));
      planLine(count, candidate.median(steps, 1, count - 1));
    }
  }

  private void planOrders(int count, long min, long max, long minStep, long maxStep) {
    int range = Bits.length(max - min);
    int stepRange = Bits.length(maxStep - minStep);
    int headBits = Residuals.varintBits(numbers[0]);
    // Whichever looks better first: the other one is often not worth a look then.
    int rough = count < 16 ? range : Math.min(range, candidate.spread(numbers, 0, count) + 2);
    int roughStep =
        count < 16 ? stepRange : Math.min(stepRange, candidate.spread(steps, 1, count - 1) + 2);
    best.plan(steps, 1, count, minStep, maxStep, headBits);
    order = Column.STEP;
    if (rough <= roughStep + 1 || count < 16) {
      candidate.plan(numbers, 0, count, min, max, 0);
      keepBetter(Column.LEVEL);
    }
    if (count > 3 && stepRange > 0 && best.cost() > headBits + 32) {
      bends(count);
      int roughBend = candidate.spread(other, 2, count - 2);
      if (count < 16 || roughBend + 2 <= roughStep) {
        planBend(count, headBits + Residuals.varintBits(steps[1]));
      }
    }
  }

  private void keepBetter(int newOrder) {
    if (candidate.cost() < best.cost()) {
      best.copy(candidate);
      order = newOrder;
    }
  }

  private void planBend(int count, int headBits) {
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (int i = 2; i < count; i++) {
      min = Math.min(min, other[i]);
      max = Math.max(max, other[i]);
    }
    candidate.plan(other, 2, count, min, max, headBits);
    keepBetter(Column.BEND);
  }

  private void planLine(int count, long newSlope) {
    distances(count, newSlope);
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (int i = 1; i < count; i++) {
      min = Math.min(min, other[i]);
      max = Math.max(max, other[i]);
    }
    int headBits = Residuals.varintBits(numbers[0]) + Residuals.varintBits(newSlope);
    candidate.plan(other, 1, count, min, max, headBits);
    if (candidate.cost() < best.cost()) {
      slope = newSlope;
      keepBetter(Column.LINE);
    }
  }

  private void bends(int count) {
    for (int i = 2; i < count; i++) {
      other[i] = steps[i] - steps[i - 1];
    }
  }

  private void distances(int count, long newSlope) {
    for (int i = 1; i < count; i++) {
      other[i] = numbers[i] - numbers[0] - i * newSlope;
    }
  }

  private void divide(int count) {
    if ((divisor & (divisor - 1)) == 0) {
      int shift = Long.numberOfTrailingZeros(divisor);
      numbers[0] >>= shift;
      for (int i = 1; i < count; i++) {
        numbers[i] >>= shift;
        steps[i] >>= shift;
      }
    } else {
      numbers[0] = Math.floorDiv(numbers[0], divisor);
      for (int i = 1; i < count; i++) {
        steps[i] /= divisor;
        numbers[i] = numbers[i - 1] + steps[i];
      }
    }
  }
}
