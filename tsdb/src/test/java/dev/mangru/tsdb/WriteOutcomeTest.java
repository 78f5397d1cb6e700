package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendResult;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.tsdb.head.RowReader;
import dev.mangru.tsdb.head.Rows;
import dev.mangru.tsdb.head.SeriesTable;
import dev.mangru.tsdb.ingest.SampleBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a batch is told, and what is left of one that failed in the middle.
class WriteOutcomeTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final long T = NOW.toEpochMilli();
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final Labels UP = Labels.of("__name__", "up");

  private final CrashDisk disk = new CrashDisk(1);
  private final Path directory = disk.root().resolve("data");

  @TempDir Path real;

  private TsdbOptions.Builder options() {
    return TsdbOptions.builder(directory).minFreeBytes(0);
  }

  private static NativeHistogram histogram(long count) {
    return NativeHistogram.builder(true)
        .schema(3)
        .zero(1e-128, 2)
        .total(count, 18.5)
        .positive(new int[] {-2, 2, 1, 1}, new long[] {count - 4, 1, 1})
        .build();
  }

  // ---- counting --------------------------------------------------------------------------------

  @Test
  void a_rejection_that_passes_is_told_though_ten_others_came_before() throws IOException {
    try (Tsdb store = Tsdb.open(options().maxSeries(1).build(), CLOCK, disk)) {
      Appender first = store.appender();
      first.append(UP, T, 1);
      first.commit();
      Appender appender = store.appender();
      for (int i = 0; i < 20; i++) {
        appender.append(UP, T - 1 - i, 1);
      }
      appender.append(Labels.of("__name__", "one_more"), T, 1);
      appender.append(Labels.of("__name__", "another"), T, 1);
      appender.append(UP, T, 1);
      AppendSummary summary = appender.commit();
      assertThat(summary.accepted()).isEqualTo(1);
      assertThat(summary.rejected()).isEqualTo(22);
      assertThat(summary.retryable()).isEqualTo(2);
      assertThat(summary.examples())
          .hasSize(AppendSummary.MAX_EXAMPLES)
          .anyMatch(one -> one.reason().equals(new AppendResult.TooManySeries(1)));
    }
  }

  @Test
  void accepted_histograms_are_counted_beside_rejections() throws IOException {
    TsdbOptions options = options().outOfOrderWindow(Duration.ofSeconds(1)).build();
    try (Tsdb store = Tsdb.open(options, CLOCK, disk)) {
      Appender appender = store.appender();
      appender.append(UP, T, SampleCursor.NO_START, histogram(9));
      appender.append(UP, T, SampleCursor.NO_START, histogram(9)); // a repeat counts as stored
      appender.append(UP, T, SampleCursor.NO_START, histogram(10));
      appender.append(UP, T - 10, SampleCursor.NO_START, histogram(8)); // late
      appender.append(UP, T - 5_000, SampleCursor.NO_START, histogram(8)); // too late
      appender.append(Labels.of("__name__", "down"), T, 1);
      AppendSummary summary = appender.commit();
      assertThat(summary.accepted()).isEqualTo(4);
      assertThat(summary.acceptedHistograms()).isEqualTo(3);
      assertThat(summary.rejected()).isEqualTo(2);
      assertThat(summary.retryable()).isZero();
    }
  }

  // ---- records of any size ---------------------------------------------------------------------

  /// Labels may be repeated in a body by a few bytes each, and a batch defines what others under
  /// way have made: far more than one record of the log may hold.
  @Test
  void series_with_more_labels_than_a_record_holds_are_written_in_several() throws IOException {
    TsdbOptions options = TsdbOptions.builder(real).minFreeBytes(0).build();
    int count = 1_000;
    String[] values = new String[16];
    for (int i = 0; i < values.length; i++) {
      values[i] = ("" + (char) ('a' + i)).repeat(4_000);
    }
    try (Tsdb store = Tsdb.open(options, CLOCK)) {
      SampleBatch other = store.appender();
      for (int i = 0; i < count; i++) {
        int series = other.define(large(i, values), i, i);
        assertThat(series).isNotNegative();
      }
      SampleBatch batch = store.appender();
      batch.append(Labels.of("__name__", "after"), T, 1);
      for (int i = count; i < 2 * count; i++) {
        batch.append(large(i, values), T, i);
      }
      assertThat(batch.commit().accepted()).isEqualTo(count + 1);
    }
    try (Tsdb store = Tsdb.open(options, CLOCK)) {
      assertThat(Dump.of(store)).hasSize(count + 1).containsKey(large(2 * count - 1, values));
      assertThat(store.brokenBy()).isNull();
    }
  }

  /// Neighbours have no label in common, so that each is written in full.
  private static Labels large(int number, String[] values) {
    Labels.Builder labels = Labels.builder().set("__name__", "m" + number);
    for (int i = 0; i < 18; i++) {
      labels.set("l" + i + "_" + number % 2, values[(number + i) % values.length]);
    }
    return labels.build();
  }

  // ---- numbers of any size ---------------------------------------------------------------------

  @Test
  void start_timestamps_and_values_of_any_bits_come_back_from_everywhere() throws IOException {
    long[] starts = {Long.MIN_VALUE, -1, 0, 1, T, Long.MAX_VALUE, 0, Long.MIN_VALUE};
    List<Held> sent = new ArrayList<>();
    Tsdb store = Tsdb.open(options().build(), CLOCK, disk);
    try {
      SampleBatch batch = store.appender();
      int series = batch.define(UP, 1, 2);
      for (int i = 0; i < starts.length; i++) {
        long bits = i % 2 == 0 ? 0x7ff0000000000002L + i : Long.MIN_VALUE >> i;
        batch.add(series, T + i, starts[i], bits);
        sent.add(new Held(starts[i], bits, null));
      }
      NativeHistogram.Builder odd = NativeHistogram.builder(true).total(-1, Double.NaN);
      NativeHistogram histogram = odd.zero(Double.MIN_VALUE, -1).build();
      batch.add(series, T + 100, Long.MAX_VALUE, histogram);
      sent.add(Held.of(Long.MAX_VALUE, histogram.sum(), histogram));
      assertThat(batch.commit().accepted()).isEqualTo(sent.size());
      for (int step = 0; step < 4; step++) {
        assertThat(Dump.of(store).get(UP).values())
            .as("step %d", step)
            .containsExactlyElementsOf(sent);
        switch (step) {
          case 0 -> {
            store.close();
            store = Tsdb.open(options().build(), CLOCK, disk);
          }
          case 1 -> store.sealAll(NOW);
          default -> store.compactAll(NOW);
        }
      }
    } finally {
      store.close();
    }
    assertThat(TsdbCheck.check(directory, disk).problems()).isEmpty();
  }

  // ---- text ------------------------------------------------------------------------------------

  /// It has no UTF-8 form: the log and the files could not keep it.
  @Test
  void half_of_a_surrogate_pair_is_refused_by_every_way_in() throws IOException {
    Labels value = Labels.of("__name__", "up", "a", "x\ud800");
    Labels name = Labels.of("__name__", "up", "\udc00", "x");
    try (Tsdb store = Tsdb.open(options().build(), CLOCK, disk)) {
      for (Labels labels : List.of(value, name)) {
        SampleBatch batch = store.appender();
        for (ThrowingCallable way :
            List.<ThrowingCallable>of(
                () -> batch.append(labels, T, 1),
                () -> batch.append(labels, T, SampleCursor.NO_START, histogram(9)),
                () -> batch.define(labels, 1, 2))) {
          assertThatThrownBy(way)
              .isInstanceOfSatisfying(
                  MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA))
              .hasMessageContaining("half of a surrogate pair");
        }
        batch.append(UP, T, 1);
        assertThat(batch.commit().accepted()).as("the batch goes on").isPositive();
        assertThat(store.importTarget().refusal(labels)).contains("half of a surrogate pair");
      }
      assertThat(Dump.of(store)).containsOnlyKeys(UP);
      assertThat(store.series().activeSeries()).isEqualTo(1);
    }
  }

  // ---- a batch that fails in the middle --------------------------------------------------------

  @Test
  void a_batch_that_ends_in_an_error_leaves_no_trace() throws IOException {
    Labels down = Labels.of("__name__", "down");
    SeriesTable table = new SeriesTable();
    try (Rows rows = new Rows()) {
      RecordLog log = RecordLog.open(disk, directory, "wal", 1 << 20, (_, _) -> {});
      WritePath path =
          new WritePath(
              options().build(),
              CLOCK,
              table,
              rows,
              log,
              (ref, _) -> {
                if (table.labels(ref).equals(down)) {
                  throw new OutOfMemoryError("planted");
                }
              },
              new Changes(CLOCK, Long.MIN_VALUE),
              new Stats(),
              1,
              0);
      Batch failing = path.batch();
      failing.append(UP, T, 1);
      failing.append(down, T, 1);
      assertThatThrownBy(failing::commit).isInstanceOf(OutOfMemoryError.class);
      Batch next = path.batch();
      next.append(UP, T, 2); // no conflict: the first one was never stored
      assertThat(next.commit().accepted()).isEqualTo(1);
      assertThat(values(rows, table, path)).containsExactly(2.0);
      path.close();
      SeriesTable again = new SeriesTable();
      try (Rows found = new Rows()) {
        Replay replay = new Replay(again, found, directory);
        RecordLog.read(disk, directory, replay);
        assertThat(replay.samples()).isEqualTo(1);
        assertThat(again.newestBits(again.find(UP))).isEqualTo(Double.doubleToRawLongBits(2));
      }
    }
  }

  private static List<Double> values(Rows rows, SeriesTable table, WritePath path) {
    SampleColumns columns = new SampleColumns();
    try (RowReader reader = rows.open(0)) {
      assertThat(reader).isNotNull();
      long last = table.lastRow(table.find(UP));
      reader.read(last, path.visible(), Long.MIN_VALUE, Long.MAX_VALUE, columns);
    }
    return Arrays.stream(columns.values(), 0, columns.count()).boxed().toList();
  }
}
