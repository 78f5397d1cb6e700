package dev.mangru.tsdb.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.compact.PaperStore.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class MergeTest {

  private static final long MINUTE = 60_000;
  private static final long WINDOW = 120 * MINUTE;
  private static final long DAY = 12 * WINDOW;
  private static final Retention EVER = Retention.of(Duration.ofDays(10_000));

  private static CompactOptions options(Retention retention) {
    return CompactOptions.of(Duration.ofHours(2), retention, 0);
  }

  private static PaperStore store(CrashDisk disk, int series, Random random) throws IOException {
    return store(disk, series, random, EVER);
  }

  private static PaperStore store(CrashDisk disk, int series, Random random, Retention retention)
      throws IOException {
    List<Labels> labels = new ArrayList<>();
    for (int i = 0; i < series; i++) {
      labels.add(
          i % 7 == 6
              ? Labels.of("Zone", "z" + i % 3, "__name__", "zoned", "i", "" + i)
              : Labels.of("__name__", "m" + i % 5, "job", "j" + i % 3, "i", "" + i));
    }
    Collections.shuffle(labels, random);
    Path directory = disk.root().resolve("files");
    disk.createDirectories(directory);
    return new PaperStore(disk, directory, labels, options(retention));
  }

  private static Sample sample(Random random, boolean histograms) {
    long start = histograms && random.nextInt(3) == 0 ? random.nextInt(1000) : 0;
    if (histograms && random.nextInt(3) == 0) {
      NativeHistogram histogram =
          NativeHistogram.builder(false)
              .schema(random.nextInt(4))
              .total(random.nextInt(10), random.nextInt(100))
              .build();
      return new Sample(Double.doubleToRawLongBits(histogram.sum()), start, histogram);
    }
    long bits =
        switch (random.nextInt(6)) {
          case 0 -> 0x7ff0000000000002L;
          case 1 -> random.nextLong();
          default -> Double.doubleToRawLongBits(random.nextInt(1000) / 10.0);
        };
    return new Sample(bits, start, null);
  }

  /// Samples of some series inside one window, sometimes long after it.
  private static void seal(PaperStore store, Random random, long nowMs, int perSeries)
      throws IOException {
    long back = random.nextInt(4) == 0 ? random.nextLong(2 * DAY) : 0;
    long window = Math.floorDiv(nowMs - back, WINDOW) * WINDOW;
    long step = 1 + random.nextLong(3) * 14_999;
    long span = WINDOW;
    if (random.nextInt(8) == 0) {
      span = random.nextBoolean() ? DAY : 16 * DAY;
      window = Math.floorDiv(nowMs - back, span) * span;
      step *= span / WINDOW;
    }
    TreeMap<Integer, TreeMap<Long, Sample>> samples = new TreeMap<>();
    for (int ref = 0; ref < store.series.size(); ref++) {
      if (random.nextInt(3) == 0) {
        continue;
      }
      TreeMap<Long, Sample> column = new TreeMap<>();
      int count = 1 + random.nextInt(perSeries);
      long time = window + random.nextLong(span / 2);
      for (int i = 0; i < count && time < window + span; i++) {
        column.put(time, sample(random, ref % 4 == 3));
        time += step;
      }
      samples.put(ref, column);
    }
    if (!samples.isEmpty()) {
      store.seal(samples, nowMs);
    }
  }

  private static void delete(PaperStore store, Random random, long nowMs) {
    long start = nowMs - random.nextLong(DAY);
    List<LabelMatcher> matchers =
        switch (random.nextInt(3)) {
          case 0 -> List.of(LabelMatcher.equal("__name__", "m" + random.nextInt(5)));
          case 1 -> List.of(LabelMatcher.of(Operator.REGEX, "i", ".*" + random.nextInt(10)));
          default ->
              List.of(
                  LabelMatcher.of(Operator.NOT_EQUAL, "job", "j1"),
                  LabelMatcher.of(Operator.REGEX, "__name__", "m[12]|zoned"));
        };
    store.delete(matchers, new TimeRange(start, start + random.nextLong(DAY)), nowMs);
  }

  @Seeds(50)
  void every_query_is_equal_before_and_after_any_plan(long seed) throws IOException {
    Random random = new Random(seed);
    CrashDisk disk = new CrashDisk(seed);
    long now = 100 * DAY;
    try (PaperStore store = store(disk, 1 + (int) seed % 20, random)) {
      for (int i = 0; i < 4 + seed / 5; i++) {
        now += random.nextLong(30 * MINUTE);
        seal(store, random, now, 1 + (int) seed * 3);
        if (random.nextInt(4) == 0) {
          delete(store, random, now);
          store.assertSame();
          if (random.nextInt(3) == 0) {
            store.clean(now);
            assertThat(store.tombstones.isEmpty()).isTrue();
            store.assertSame();
          }
        }
        while (random.nextInt(3) > 0 && store.step(now, false)) {
          store.assertSame();
        }
      }
      store.assertSame();
      while (store.step(now, true)) {
        store.assertSame();
      }
      assertThat(store.stored()).noneMatch(StoredFile::isPart);
    }
  }

  @Seeds(30)
  void a_fault_leaves_the_inputs_and_nothing_else(long seed) throws IOException {
    Random random = new Random(seed);
    CrashDisk disk = new CrashDisk(seed);
    long now = 100 * DAY;
    try (PaperStore store = store(disk, 5, random)) {
      for (int i = 0; i < 3; i++) {
        seal(store, random, now, 40);
      }
      disk.failAt(random.nextInt(4), CrashDisk.Fault.IO_ERROR);
      List<StoredFile> before = store.stored();
      assertThatThrownBy(
              () -> {
                while (store.step(now, true)) {
                  store.assertSame();
                }
              })
          .isInstanceOf(IOException.class);
      if (store.stored().equals(before)) {
        assertThat(disk.list(store.directory)).hasSize(before.size());
      }
      store.assertSame();
    }
  }

  @Test
  void a_cancelled_merge_leaves_no_file() throws IOException {
    Random random = new Random(3);
    CrashDisk disk = new CrashDisk(3);
    try (PaperStore store = store(disk, 9, random)) {
      seal(store, random, DAY, 40);
      seal(store, random, DAY, 40);
      store.cancellation.request();
      List<Path> before = disk.list(store.directory);
      assertThatThrownBy(() -> store.step(3 * DAY, true)).isInstanceOf(CancellationException.class);
      assertThat(disk.list(store.directory)).isEqualTo(before);
      store.assertSame();
    }
  }

  @Test
  void a_damaged_input_is_named_and_leaves_no_file() throws IOException {
    Random random = new Random(8);
    CrashDisk disk = new CrashDisk(8);
    try (PaperStore store = store(disk, 9, random)) {
      seal(store, random, DAY, 40);
      seal(store, random, DAY, 40);
      disk.flipBit(store.path(2), 70, 3);
      store.reopen(2);
      List<Path> before = disk.list(store.directory);
      assertThatThrownBy(() -> store.step(3 * DAY, true))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining(store.path(2).toString());
      assertThat(disk.list(store.directory)).isEqualTo(before);
    }
  }

  @Test
  void chunks_that_are_big_enough_and_alone_are_copied() throws IOException {
    CrashDisk disk = new CrashDisk(4);
    try (PaperStore store = store(disk, 8, new Random(4))) {
      for (int w = 0; w < 3; w++) {
        TreeMap<Integer, TreeMap<Long, Sample>> samples = new TreeMap<>();
        for (int ref = 0; ref < 8; ref++) {
          TreeMap<Long, Sample> column = new TreeMap<>();
          for (int i = 0; i < 480; i++) {
            column.put(w * WINDOW + i * 15_000L, new Sample(i, 0, null));
          }
          samples.put(ref, column);
        }
        store.seal(samples, 0);
      }
      while (store.step(9 * DAY, true)) {
        store.assertSame();
      }
      assertThat(store.progress.copiedChunks()).isEqualTo(24);
      assertThat(store.progress.encodedSamples()).isZero();
      assertThat(store.progress.samples()).isEqualTo(24 * 480);
      assertThat(store.stored()).hasSize(1);
    }
  }

  @Test
  void small_chunks_become_full_ones_of_equal_size() throws IOException {
    CrashDisk disk = new CrashDisk(5);
    try (PaperStore store = store(disk, 1, new Random(5))) {
      for (int part = 0; part < 40; part++) {
        TreeMap<Long, Sample> column = new TreeMap<>();
        for (int i = 0; i < 30; i++) {
          column.put((part * 30 + i) * 6_000L, new Sample(i, 0, null));
        }
        store.seal(new TreeMap<>(java.util.Map.of(0, column)), 0);
      }
      assertThat(store.step(9 * DAY, true)).isTrue();
      assertThat(store.step(9 * DAY, true)).isFalse();
      MergeInput only = store.files.values().iterator().next();
      assertThat(only).isInstanceOf(MergeInput.Block.class);
      if (only instanceof MergeInput.Block block) {
        assertThat(block.file().chunks()).isEqualTo(2);
        assertThat(block.file().samples()).isEqualTo(1200);
      }
      store.assertSame();
    }
  }

  @Test
  void what_is_deleted_whole_leaves_no_file_and_later_samples_stay() throws IOException {
    CrashDisk disk = new CrashDisk(6);
    try (PaperStore store = store(disk, 1, new Random(6))) {
      store.seal(
          new TreeMap<>(
              java.util.Map.of(0, new TreeMap<>(java.util.Map.of(5L, new Sample(1, 0, null))))),
          0);
      store.delete(List.of(LabelMatcher.of(Operator.REGEX, "i", ".*")), new TimeRange(0, DAY), 0);
      store.assertSame();
      assertThat(store.expected.values()).allMatch(TreeMap::isEmpty);
      store.seal(
          new TreeMap<>(
              java.util.Map.of(0, new TreeMap<>(java.util.Map.of(5L, new Sample(2, 0, null))))),
          0);
      store.assertSame();
      while (store.step(9 * DAY, false)) {
        store.assertSame();
      }
      assertThat(store.tombstones.isEmpty()).isTrue();
      assertThat(store.stored()).hasSize(1);
      store.delete(List.of(LabelMatcher.of(Operator.REGEX, "i", ".*")), new TimeRange(0, DAY), 0);
      while (store.step(9 * DAY, false)) {
        store.assertSame();
      }
      assertThat(store.stored()).isEmpty();
    }
  }

  @Test
  void the_first_rule_that_selects_a_series_says_how_long_it_is_kept() throws IOException {
    Retention retention =
        new Retention(
            Duration.ofDays(10),
            List.of(
                new Retention.Rule(List.of(LabelMatcher.equal("job", "j0")), Duration.ofDays(1)),
                new Retention.Rule(
                    List.of(LabelMatcher.of(Operator.REGEX, "job", "j.")), Duration.ofDays(30))));
    CrashDisk disk = new CrashDisk(7);
    Random random = new Random(7);
    try (PaperStore store = store(disk, 30, random, retention)) {
      TreeMap<Integer, TreeMap<Long, Sample>> samples = new TreeMap<>();
      for (int ref = 0; ref < 30; ref++) {
        samples.put(
            ref,
            new TreeMap<>(
                java.util.Map.of(10L, new Sample(1, 0, null), WINDOW - 1, new Sample(2, 0, null))));
      }
      store.seal(samples, 0);
      store.assertSame();

      while (store.step(DAY + 5, false)) {
        // until nothing is left to do: the first sample of j0 is not yet a day old
      }
      store.assertSame();
      while (store.step(DAY + 2 * WINDOW, false)) {
        store.expected.forEach((labels, kept) -> {
          if (labels.get("job").equals("j0")) {
            kept.clear();
          }
        });
      }
      store.assertSame();
      while (store.step(11 * DAY, false)) {
        store.expected.forEach((labels, kept) -> {
          if (!labels.has("job")) {
            kept.clear();
          }
        });
      }
      store.assertSame();
      assertThat(store.stored()).hasSize(1);
      while (store.step(31 * DAY, false)) {
        store.expected.clear();
      }
      store.assertSame();
      assertThat(store.stored()).isEmpty();
    }
  }

  @Test
  void references_come_in_the_order_of_their_labels() {
    Random random = new Random(11);
    List<Labels> labels = new ArrayList<>();
    labels.add(Labels.empty());
    for (int i = 0; i < 500; i++) {
      Labels.Builder builder = Labels.builder();
      for (int j = random.nextInt(4); j >= 0; j--) {
        builder.set(
            List.of("__name__", "A", "b", "\uD83D\uDE00", "\uFFFD").get(random.nextInt(5)),
            List.of("x", "\uD83D\uDE00y", "\uFFFD", "zz", "" + i).get(random.nextInt(5)));
      }
      labels.add(builder.build());
    }
    List<Labels> distinct = new ArrayList<>(labels.stream().distinct().toList());
    Collections.shuffle(distinct, random);
    java.util.BitSet refs = new java.util.BitSet();
    refs.set(0, distinct.size());
    SortedRefs sorted = new SortedRefs(refs, distinct::get);
    List<Labels> found = new ArrayList<>();
    while (sorted.next()) {
      assertThat(distinct.get(sorted.ref()).equals(sorted.labels())).isTrue();
      found.add(sorted.labels());
    }
    assertThat(found).isEqualTo(distinct.stream().sorted().toList());
  }
}
