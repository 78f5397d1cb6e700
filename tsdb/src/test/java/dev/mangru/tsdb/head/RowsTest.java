package dev.mangru.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.testkit.Seeds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowsTest {

  private record Sample(
      long row, long timeMs, long startMs, long bits, @Nullable NativeHistogram histogram) {}

  /// A series as the write path keeps it, and all samples it was ever given.
  private static final class Series {
    final List<Sample> samples = new ArrayList<>();
    long lastRow = -1;
    long newestMs = 1000;

    /// In time order, the first written of each time, within the bounds.
    List<Sample> expected(long fromRow, long endRow, long minMs, long maxMs) {
      TreeMap<Long, Sample> byTime = new TreeMap<>();
      for (Sample sample : samples) {
        if (sample.row >= fromRow
            && sample.row < endRow
            && sample.timeMs >= minMs
            && sample.timeMs <= maxMs) {
          byTime.putIfAbsent(sample.timeMs, sample);
        }
      }
      return List.copyOf(byTime.values());
    }
  }

  /// A reader opened at some time, and what it may see.
  private record Opened(RowReader reader, long fromRow, long endRow) {}

  private static NativeHistogram histogram(Random random) {
    boolean custom = random.nextInt(4) == 0;
    int buckets = random.nextInt(6);
    int[] spans = buckets == 0 ? new int[0] : new int[] {random.nextInt(), buckets};
    long[] counts = random.longs(buckets).toArray();
    boolean negative = random.nextBoolean();
    return NativeHistogram.builder(random.nextBoolean())
        .resetHint(List.of(NativeHistogram.ResetHint.values()).get(random.nextInt(4)))
        .schema(custom ? NativeHistogram.CUSTOM_BUCKETS_SCHEMA : random.nextInt(12) - 4)
        .zero(Double.longBitsToDouble(random.nextLong()), random.nextLong())
        .total(random.nextLong(), Double.longBitsToDouble(random.nextLong()))
        .positive(spans, counts)
        .negative(negative ? spans : new int[0], negative ? counts : new long[0])
        .customBounds(custom ? random.doubles(3).toArray() : new double[0])
        .build();
  }

  @Seeds(16)
  void readers_see_each_series_as_it_was_when_they_were_opened(long seed) {
    Random random = new Random(seed);
    Rows rows = new Rows();
    Series[] all = new Series[1 + random.nextInt(20)];
    Arrays.setAll(all, _ -> new Series());
    Deque<Opened> opened = new ArrayDeque<>();
    Deque<Long> boundaries = new ArrayDeque<>();
    int steps = (int) (60 * (seed + 1));
    for (int step = 0; step < steps; step++) {
      // Rare long runs, so that series are far apart and pages fill.
      int run = seed % 4 == 3 && step % 300 == 150 ? 33_000 : 1;
      for (int i = 0; i < run; i++) {
        append(rows, all[random.nextInt(all.length)], random, run == 1);
      }
      switch (random.nextInt(40)) {
        case 0 -> boundaries.add(rows.boundary());
        case 1 -> {
          if (!boundaries.isEmpty()) {
            rows.releaseBefore(boundaries.remove());
          }
        }
        case 2, 3 -> {
          if (opened.size() > 3) {
            break;
          }
          long from = rows.firstRow();
          if (!boundaries.isEmpty() && random.nextBoolean()) {
            from = boundaries.getLast();
          }
          RowReader reader = rows.open(from);
          assertThat(reader).isNotNull();
          opened.add(new Opened(reader, from, rows.nextRow() - random.nextInt(3)));
        }
        case 4 -> {
          if (!opened.isEmpty()) {
            Opened one = random.nextBoolean() ? opened.removeFirst() : opened.removeLast();
            check(one, all, random);
            one.reader.close();
          }
        }
        case 5 -> opened.forEach(one -> check(one, all, random));
        default -> {}
      }
    }
    opened.forEach(one -> check(one, all, random));
    rows.close();
    opened.forEach(one -> check(one, all, random));
    opened.forEach(one -> one.reader.close());
    assertThat(rows.pagesInUse()).isZero();
    assertThat(rows.bytes()).isZero();
  }

  private static void append(Rows rows, Series series, Random random, boolean any) {
    int kind = any ? random.nextInt(10) : 9;
    boolean late = any && random.nextInt(20) == 0;
    if (!late) {
      series.newestMs += 1 + random.nextInt(3);
    }
    long time = late ? series.newestMs - random.nextInt(5) : series.newestMs;
    long bits = random.nextLong();
    long start = kind < 2 ? random.nextLong() : SampleCursor.NO_START;
    NativeHistogram histogram = kind == 0 || kind == 2 ? histogram(random) : null;
    int flags = late ? Rows.LATE : 0;
    series.lastRow =
        kind == 9
            ? rows.append(time, bits, series.lastRow, flags)
            : rows.append(time, start, bits, histogram, series.lastRow, flags);
    series.samples.add(new Sample(series.lastRow, time, start, bits, histogram));
  }

  private static void check(Opened opened, Series[] all, Random random) {
    for (Series series : all) {
      long min = random.nextBoolean() ? Long.MIN_VALUE : 1000 + random.nextInt(100);
      long max = random.nextBoolean() ? Long.MAX_VALUE : min + random.nextInt(100);
      SampleColumns columns = new SampleColumns();
      opened.reader.read(series.lastRow, opened.endRow, min, max, columns);
      List<Sample> expected = series.expected(opened.fromRow, opened.endRow, min, max);
      assertThat(columns.count()).isEqualTo(expected.size());
      for (int i = 0; i < expected.size(); i += expected.size() > 1000 ? 97 : 1) {
        Sample sample = expected.get(i);
        assertThat(columns.timesMs()[i]).isEqualTo(sample.timeMs);
        assertThat(columns.startMs(i)).isEqualTo(sample.startMs);
        assertThat(columns.histogram(i)).isEqualTo(sample.histogram);
        if (sample.histogram == null) {
          assertThat(Double.doubleToRawLongBits(columns.values()[i])).isEqualTo(sample.bits);
        }
        assertThat(opened.reader.isSame(sample.row, sample.startMs, sample.bits, sample.histogram))
            .isTrue();
        assertThat(opened.reader.isSame(sample.row, 5, sample.bits, sample.histogram)).isFalse();
        assertThat(
                opened.reader.isSame(
                    sample.row, sample.startMs, sample.bits + 1, histogram(new Random(1))))
            .isFalse();
      }
    }
  }

  @Test
  void released_pages_are_used_again() {
    try (Rows rows = new Rows()) {
      for (int seal = 0; seal < 50; seal++) {
        for (int i = 0; i < 3 * Rows.PAGE_ROWS; i++) {
          rows.append(i, i, -1, 0);
        }
        rows.releaseBefore(rows.boundary());
        assertThat(rows.pagesInUse()).isZero();
        assertThat(rows.bytes()).isEqualTo(3L * Rows.PAGE_BYTES);
      }
      rows.trim();
      assertThat(rows.bytes()).isZero();
    }
  }

  @Test
  void pages_that_nobody_needs_any_more_are_given_back() {
    try (Rows rows = new Rows()) {
      fillAndRelease(rows, 9);
      rows.giveBackSpare();
      assertThat(rows.bytes()).as("in use since the last time").isEqualTo(9L * Rows.PAGE_BYTES);
      for (int seal = 0; seal < 3; seal++) {
        fillAndRelease(rows, 4);
      }
      rows.giveBackSpare();
      assertThat(rows.bytes()).isEqualTo(4L * Rows.PAGE_BYTES);
      fillAndRelease(rows, 4);
      rows.giveBackSpare();
      assertThat(rows.bytes()).as("what is needed stays").isEqualTo(4L * Rows.PAGE_BYTES);
      rows.giveBackSpare();
      assertThat(rows.bytes()).isZero();
    }
  }

  private static void fillAndRelease(Rows rows, int pages) {
    for (int i = 0; i < pages * Rows.PAGE_ROWS; i++) {
      rows.append(i, i, -1, 0);
    }
    rows.releaseBefore(rows.boundary());
  }

  @Test
  void a_reader_keeps_its_group_and_every_later_one() {
    try (Rows rows = new Rows()) {
      long a = rows.append(1, 10, -1, 0);
      try (RowReader old = rows.open(0)) {
        assertThat(old).isNotNull();
        long sealed = rows.boundary();
        long b = rows.append(2, 20, a, 0);
        rows.releaseBefore(sealed);
        rows.releaseBefore(rows.boundary());
        long c = rows.append(3, 30, b, 0);
        assertThat(rows.pagesInUse()).isEqualTo(3);
        assertThat(rows.open(0)).isNull();
        RowReader another = old.another();
        assertThat(another.isSame(a, SampleCursor.NO_START, 10, null)).isTrue();
        another.close();
        assertThatThrownBy(another::another).hasMessage("the reader is closed");
        SampleColumns columns = new SampleColumns();
        old.read(c, a + 1, Long.MIN_VALUE, Long.MAX_VALUE, columns);
        assertThat(columns.count()).isEqualTo(1);
        assertThat(columns.timesMs()[0]).isEqualTo(1);
      }
      assertThat(rows.pagesInUse()).isEqualTo(1);
    }
    // A group without rows has no boundary of its own.
    try (Rows rows = new Rows(70_000)) {
      assertThat(rows.nextRow()).isEqualTo(98_304);
      assertThat(rows.boundary()).isEqualTo(98_304);
      assertThat(rows.boundary()).isEqualTo(98_304);
    }
  }

  @Test
  void a_histogram_over_the_limit_is_refused() {
    try (Rows rows = new Rows()) {
      long[] counts = new Random(3).longs(70_000).toArray();
      NativeHistogram huge =
          NativeHistogram.builder(true).positive(new int[] {0, counts.length}, counts).build();
      assertThatThrownBy(() -> rows.append(1, SampleCursor.NO_START, 0, huge, -1, 0))
          .hasMessageContaining("is over the limit of 655360");
      assertThat(rows.nextRow()).isZero();
    }
  }
}
