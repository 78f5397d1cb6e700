package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.metric.AppendResult;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.testkit.CrashDisk;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// What a flood of series or samples meets.
class MemoryLimitsTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final long T = NOW.toEpochMilli();
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  private final CrashDisk disk = new CrashDisk(1);

  private TsdbOptions.Builder options(String name) {
    return TsdbOptions.builder(disk.root().resolve(name)).minFreeBytes(0);
  }

  private static AppendSummary append(Tsdb store, long time, String... labels) {
    Appender batch = store.appender();
    batch.append(Labels.of(labels), time, 1);
    return batch.commit();
  }

  /// Appends new series until one is refused; returns how many were not.
  private static int fill(Tsdb store, String name, int count, int valueLength) {
    int stored = 0;
    for (int from = 0; from < count; from += 50) {
      Appender batch = store.appender();
      for (int i = from; i < from + 50; i++) {
        String value = i + "-" + "x".repeat(valueLength);
        batch.append(Labels.of("__name__", name, "request", value), T, 1);
      }
      AppendSummary summary = batch.commit();
      stored += (int) summary.accepted();
      if (summary.rejected() > 0) {
        break;
      }
    }
    return stored;
  }

  @Test
  void series_with_long_labels_are_refused_by_the_memory_they_take() throws IOException {
    long limit = 8L << 20;
    try (Tsdb store = Tsdb.open(options("a").maxSeriesBytes(limit).build(), CLOCK, disk)) {
      long empty = store.series().bytes();
      int stored = fill(store, "flood", 10_000, 4_000);
      assertThat(stored).isBetween(1_500, 2_200);
      assertThat(store.series().bytes()).isLessThan(limit + (2 << 20)).isGreaterThan(empty);
      AppendResult why = append(store, T, "__name__", "one_more").examples().getFirst().reason();
      assertThat(why).isEqualTo(new AppendResult.SeriesTakeTooMuch(limit));
      assertThat(why.retryable()).isTrue();
      assertThat(why.describe()).contains("8388608 bytes");
      assertThat(append(store, T + 1, "__name__", "flood", "request", "0-" + "x".repeat(4_000)))
          .extracting(AppendSummary::accepted)
          .as("a series that is there")
          .isEqualTo(1L);
    }
  }

  @Test
  void series_that_went_make_room() throws IOException {
    Instant[] now = {NOW};
    TsdbOptions options = options("a").maxSeriesBytes(8L << 20).build();
    try (Tsdb store = Tsdb.open(options, () -> now[0], disk)) {
      fill(store, "flood", 10_000, 4_000);
      now[0] = NOW.plus(Duration.ofHours(9));
      store.maintain(now[0]);
      now[0] = NOW.plus(Duration.ofHours(12));
      store.maintain(now[0]);
      assertThat(store.series().activeSeries()).isZero();
      long later = now[0].toEpochMilli();
      assertThat(append(store, later, "__name__", "a").accepted()).isEqualTo(1);
      assertThat(append(store, later, "__name__", "b").accepted()).isEqualTo(1);
    }
  }

  @Test
  void histograms_count_as_memory_of_samples() throws IOException {
    TsdbOptions options = options("a").maxHeadBytes(2 << 20).build();
    NativeHistogram histogram =
        NativeHistogram.builder(true)
            .schema(3)
            .zero(0.001, 1)
            .total(2_001, 5)
            .positive(new int[] {0, 2_000}, counts(2_000))
            .build();
    try (Tsdb store = Tsdb.open(options, CLOCK, disk)) {
      int[] stored = new int[1];
      assertThatThrownBy(
              () -> {
                for (; stored[0] < 100_000; stored[0]++) {
                  Appender batch = store.appender();
                  batch.append(Labels.of("__name__", "h"), T + stored[0], 0, histogram);
                  batch.commit();
                }
              })
          .hasMessageContaining("twice the limit of 2097152: sealing is behind");
      assertThat(stored[0]).as("of some 2 KiB each").isBetween(500, 4_000);
      store.maintain(NOW);
      assertThat(store.rows().bytesInUse()).isZero();
      assertThat(append(store, T + 100_000, "__name__", "h").accepted()).isEqualTo(1);
    }
  }

  private static long[] counts(int count) {
    long[] counts = new long[count];
    Arrays.fill(counts, 1);
    return counts;
  }

  @Test
  void a_store_that_floods_a_shared_budget_leaves_half_of_it_to_the_others() throws IOException {
    MemoryBudget budget = new MemoryBudget(1_000, 1 << 30, 1 << 30);
    try (Tsdb first = Tsdb.open(options("a").build(), CLOCK, disk);
        Tsdb second = Tsdb.open(options("b").build(), CLOCK, disk);
        Tsdb main = Tsdb.open(options("main").build(), CLOCK, disk)) {
      first.share(budget, false);
      second.share(budget, false);
      main.share(budget, true);
      assertThat(fill(first, "flood", 5_000, 1)).isEqualTo(500);
      assertThat(fill(second, "flood", 5_000, 1)).isEqualTo(250);
      assertThat(fill(main, "ordinary", 5_000, 1)).as("may take all").isEqualTo(250);
      assertThat(budget.series()).isEqualTo(1_000);
      assertThat(append(first, T + 1, "__name__", "flood", "request", "0-x").accepted())
          .isEqualTo(1);
      assertThat(append(main, T, "__name__", "more").examples().getFirst().reason())
          .isEqualTo(new AppendResult.TooManySeries(1_000));
    }
    assertThat(budget.series()).as("they have left").isZero();
  }

  @Test
  void long_labels_of_one_store_leave_memory_to_the_others() throws IOException {
    long limit = 16L << 20;
    MemoryBudget budget = new MemoryBudget(1_000_000, limit, 1 << 30);
    try (Tsdb flooder = Tsdb.open(options("a").build(), CLOCK, disk);
        Tsdb other = Tsdb.open(options("b").build(), CLOCK, disk)) {
      flooder.share(budget, false);
      other.share(budget, false);
      assertThat(fill(flooder, "flood", 10_000, 4_000)).isLessThan(2_200);
      assertThat(flooder.series().bytes()).isLessThan(limit / 2 + (2 << 20));
      assertThat(fill(other, "ordinary", 500, 10)).isEqualTo(500);
    }
  }

  @Test
  void samples_of_one_store_leave_memory_to_the_others_and_are_sealed_early() throws IOException {
    MemoryBudget budget = new MemoryBudget(1_000, 1 << 30, 4 << 20);
    try (Tsdb flooder = Tsdb.open(options("a").build(), CLOCK, disk);
        Tsdb other = Tsdb.open(options("b").build(), CLOCK, disk)) {
      flooder.share(budget, false);
      other.share(budget, false);
      assertThatThrownBy(() -> manySamples(flooder)).hasMessageContaining("those of all tenants");
      assertThat(flooder.rows().bytesInUse()).isLessThanOrEqualTo(5 << 20);
      assertThat(append(other, T, "__name__", "a").accepted()).isEqualTo(1);
      flooder.maintain(NOW);
      other.maintain(NOW);
      assertThat(flooder.rows().bytesInUse()).as("sealed").isZero();
      assertThat(other.rows().bytesInUse()).as("not sealed for others").isPositive();
    }
  }

  private static void manySamples(Tsdb store) {
    Labels labels = Labels.of("__name__", "a");
    for (int i = 0; i < 100; i++) {
      Appender batch = store.appender();
      for (int n = 0; n < 10_000; n++) {
        batch.append(labels, T - 3_600_000 + i * 10_000L + n, n);
      }
      batch.commit();
    }
  }
}
