package dev.mangru.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;

class ConcurrentHeadTest {

  /// Runs one writer beside three readers until the writer is done; any failure is rethrown.
  private static void race(AtomicBoolean done, Callable<Long> writer, Callable<Long> reader)
      throws InterruptedException, ExecutionException {
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        readers.add(pool.submit(reader));
      }
      try {
        pool.submit(writer).get();
      } finally {
        done.set(true);
      }
      for (Future<Long> one : readers) {
        assertThat(one.get()).isPositive();
      }
    }
  }

  private static long hash(int i) {
    return (i + 1) * 0x9E3779B97F4A7C15L;
  }

  @Test
  void a_hit_is_always_the_series_remembered_while_others_are() throws Exception {
    SeriesTable table = new SeriesTable();
    int series = 40_000;
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong remembered = new AtomicLong();
    race(
        done,
        () -> {
          for (int i = 0; i < series; i++) {
            int ref = table.findOrAdd(Labels.of("i", String.valueOf(i)));
            table.remember(hash(i), ~hash(i), ref);
            remembered.setRelease(i + 1);
            if (i % 10_000 == 9_999) {
              table.retainOnly(r -> r % 10 != 9); // replaces index and cache under the readers
            }
          }
          return (long) series;
        },
        () -> {
          Random random = new Random(7);
          long hits = 0;
          do {
            int end = (int) remembered.getAcquire();
            for (int k = 0; k < 200 && end > 0; k++) {
              int i = random.nextInt(end + 50);
              int guess = random.nextBoolean() ? i : random.nextInt(end + 50);
              long hit = table.find(hash(i), ~hash(i), guess);
              if (hit >= 0) {
                assertThat(SeriesTable.ref(hit)).isEqualTo(i);
                hits++;
              } else {
                assertThat(i >= end || i % 10 == 9).isTrue();
              }
            }
          } while (!done.get() || hits == 0);
          return hits;
        });
  }

  @Test
  void readers_see_every_visible_row_while_rows_are_appended_and_released() throws Exception {
    int series = 50;
    SeriesTable table = new SeriesTable();
    for (int i = 0; i < series; i++) {
      table.findOrAdd(Labels.of("i", String.valueOf(i)));
    }
    AtomicBoolean done = new AtomicBoolean();
    // What the store publishes: the first row not in a part, and the first that is not visible.
    AtomicLongArray view = new AtomicLongArray(2);
    Rows rows = new Rows();
    race(
        done,
        () -> {
          long boundary = 0;
          for (long t = 0; t < 12_000; t++) {
            for (int ref = 0; ref < series; ref++) {
              // Time t of every series: a reader can tell what is missing.
              table.setNewest(ref, t, t, rows.append(t, t, table.lastRow(ref), 0), 0);
            }
            if (t % 100 == 99) {
              view.set(1, rows.nextRow());
            }
            if (t % 2_000 == 1_999) {
              view.set(0, boundary);
              rows.releaseBefore(boundary);
              boundary = rows.boundary();
            }
          }
          return 12_000L;
        },
        () -> {
          Random random = new Random(3);
          SampleColumns columns = new SampleColumns();
          long reads = 0;
          do {
            long visible = view.get(1);
            long from = view.get(0);
            try (RowReader reader = rows.open(from)) {
              for (int k = 0; k < 20 && reader != null; k++) {
                columns.clear();
                reader.read(
                    table.lastRow(random.nextInt(series)),
                    visible,
                    Long.MIN_VALUE,
                    Long.MAX_VALUE,
                    columns);
                for (int i = 1; i < columns.count(); i++) {
                  assertThat(columns.timesMs()[i]).isEqualTo(columns.timesMs()[i - 1] + 1);
                }
                if (columns.count() > 0) {
                  assertThat((columns.timesMs()[columns.count() - 1] + 1) % 100).isZero();
                  assertThat(columns.timesMs()[0] % 2_000).isZero();
                  reads++;
                }
              }
            }
          } while (!done.get() || reads == 0);
          return reads;
        });
    rows.close();
    assertThat(rows.pagesInUse()).isZero();
  }
}
