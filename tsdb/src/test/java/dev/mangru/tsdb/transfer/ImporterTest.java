package dev.mangru.tsdb.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An import in any order, in much or little memory, comes to the same as putting samples into
/// sorted maps one by one.
final class ImporterTest {

  private static final TimeRange ACCEPTED = new TimeRange(-50_000, 1_000_000);

  @TempDir Path folder;

  private record Told(Labels labels, long timeMs, long startMs, double value, boolean histogram) {

    NativeHistogram asHistogram() {
      return NativeHistogram.builder(true)
          .schema(3)
          .zero(0.001, 2)
          .total(9, value)
          .positive(new int[] {-3, 2, 5, 1}, new long[] {1, (long) value, 7})
          .build();
    }

    void tell(ImportSink sink) throws IOException {
      if (histogram) {
        SampleColumns columns = new SampleColumns();
        columns.add(timeMs, startMs, value, asHistogram());
        sink.add(labels, columns);
      } else {
        sink.add(labels, timeMs, startMs, value);
      }
    }
  }

  private static List<Told> workload(long seed) {
    Random random = new Random(seed);
    int size = 1 + random.nextInt(20 + 4 * (int) seed);
    List<Told> all = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Labels labels = Labels.of("__name__", "m" + random.nextInt(3), "i", "값" + random.nextInt(4));
      long time = random.nextInt(12) == 0 ? random.nextLong() : random.nextInt(-60, 60) * 1_000L;
      long start = random.nextInt(4) == 0 ? random.nextInt(1_000) : 0;
      double value = random.nextInt(5) == 0 ? Double.NaN : random.nextInt(3);
      all.add(new Told(labels, time, start, value, random.nextInt(6) == 0));
    }
    return all;
  }

  private ImportReport run(MemoryTarget target, long memoryBytes, List<Told> told)
      throws IOException {
    try (Importer importer =
        new Importer(target, Disk.REAL, folder.resolve("runs"), memoryBytes, _ -> {})) {
      return importer.run(sink -> {
        for (Told one : told) {
          one.tell(sink);
        }
      });
    }
  }

  @Seeds(150)
  void any_order_comes_to_the_same_as_the_first_of_each_time(long seed) throws IOException {
    List<Told> all = workload(seed);
    MemoryTarget target = new MemoryTarget(ACCEPTED, 7_000);
    int half = all.size() / 2;
    ImportReport first = run(target, 1 + seed * 40, all.subList(0, half));
    ImportReport second = run(target, 1 + seed * 40, all.subList(half, all.size()));
    Collected expected = new Collected();
    long outside = 0;
    for (Told one : all) {
      if (ACCEPTED.contains(one.timeMs())) {
        one.tell(expected);
      } else {
        outside++;
      }
    }
    assertThat(target.content.series()).isEqualTo(expected.series());
    assertThat(first.imported() + second.imported()).isEqualTo(expected.samples());
    for (ImportReport report : List.of(first, second)) {
      assertThat(report.imported() + report.alreadyThere() + report.refusedSamples())
          .isEqualTo(report.read());
    }
    assertThat(first.read() + second.read()).isEqualTo(all.size());
    long conflicts =
        first.refused().getOrDefault(Importer.CONFLICT, 0L)
            + second.refused().getOrDefault(Importer.CONFLICT, 0L);
    assertThat(first.refusedSamples() + second.refusedSamples()).isEqualTo(outside + conflicts);
    assertThat(folder.resolve("runs")).doesNotExist();
  }

  @Seeds(30)
  void importing_again_changes_nothing(long seed) throws IOException {
    List<Told> all = workload(seed);
    MemoryTarget target = new MemoryTarget(ACCEPTED, 7_000);
    ImportReport first = run(target, 500, all);
    int windows = target.windows;
    ImportReport again = run(target, 500, all);
    assertThat(again.imported()).isZero();
    assertThat(again.windows()).isZero();
    assertThat(target.windows).isEqualTo(windows);
    assertThat(again.alreadyThere()).isEqualTo(first.imported() + first.alreadyThere());
    assertThat(again.refused()).isEqualTo(first.refused());
    assertThat(again.series()).isEqualTo(first.series());
  }

  @Test
  void reasons_of_refusal_are_told_with_their_limit() throws IOException {
    MemoryTarget target = new MemoryTarget(ACCEPTED, 7_000);
    Labels labels = Labels.of("__name__", "up");
    ImportReport report =
        run(
            target,
            1 << 20,
            List.of(
                new Told(labels, -50_001, 0, 1, false),
                new Told(labels, -50_000, 0, 1, false),
                new Told(labels, -50_000, 0, 1, false),
                new Told(labels, -50_000, 0, 2, false),
                new Told(labels, 1_000_001, 0, 1, false)));
    assertThat(report.imported()).isEqualTo(1);
    assertThat(report.alreadyThere()).isEqualTo(1);
    assertThat(report.refused())
        .containsOnlyKeys(
            Importer.CONFLICT,
            "sample too old: the oldest accepted time is -50000",
            "sample too far in the future: the newest accepted time is 1000000");
  }

  @Test
  void a_source_that_fails_leaves_the_store_as_it_was_and_no_files() throws IOException {
    MemoryTarget target = new MemoryTarget(ACCEPTED, 7_000);
    Path runs = folder.resolve("runs");
    try (Importer importer = new Importer(target, Disk.REAL, runs, 1, _ -> {})) {
      assertThatThrownBy(() ->
              importer.run(sink -> {
                sink.add(Labels.of("__name__", "up"), 1, 0, 1);
                assertThat(Disk.REAL.list(runs)).hasSize(1);
                throw new IOException("line 2: nonsense");
              }))
          .hasMessage("line 2: nonsense");
    }
    assertThat(target.content.samples()).isZero();
    assertThat(runs).doesNotExist();
  }
}
