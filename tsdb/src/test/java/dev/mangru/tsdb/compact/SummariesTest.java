package dev.mangru.tsdb.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.BlockFile;
import dev.mangru.tsdb.block.BlockWriter;
import dev.mangru.tsdb.block.ChunkCursor;
import dev.mangru.tsdb.block.Sealed;
import dev.mangru.tsdb.compact.StoredFile.Kind;
import dev.mangru.tsdb.compact.SummaryColumns.Column;
import dev.mangru.tsdb.compact.SummaryPlanner.Rule;
import dev.mangru.tsdb.compact.SummaryPlanner.Step;
import dev.mangru.tsdb.compact.SummaryPlanner.StoredSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class SummariesTest {

  private static final long BUCKET = Resolution.D5M.millis();
  private static final Duration KEPT = Duration.ofDays(30);

  private static SampleColumns samples(Random random, int count, int kind) {
    SampleColumns samples = new SampleColumns();
    long time = -3 * BUCKET + random.nextLong(BUCKET);
    for (int i = 0; i < count; i++) {
      time +=
          switch (random.nextInt(20)) {
            case 0 -> random.nextLong(4 * BUCKET) + 1;
            case 1 -> BUCKET - Math.floorMod(time, BUCKET);
            default -> 15_000;
          };
      double value =
          switch (kind) {
            case 0 -> random.nextInt(1000);
            case 1 -> random.nextGaussian() * 1e9;
            default ->
                switch (random.nextInt(8)) {
                  case 0 -> Double.NaN;
                  case 1 -> Double.longBitsToDouble(0x7ff8000000000000L | random.nextInt(9));
                  case 2 -> StaleMarker.VALUE;
                  case 3 -> -0.0;
                  case 4 -> Double.POSITIVE_INFINITY;
                  case 5 -> 9.007199254740992e15;
                  default -> random.nextInt(3) - 1.0;
                };
          };
      NativeHistogram histogram =
          kind == 3 && random.nextInt(9) == 0
              ? NativeHistogram.builder(false).total(1, 2).build()
              : null;
      samples.add(time, 0, histogram == null ? value : histogram.sum(), histogram);
    }
    return samples;
  }

  /// The floats of a range `(start, end]`, and -1 as a last element for each histogram.
  private static List<Double> floats(SampleColumns samples, long startMs, long endMs) {
    List<Double> found = new ArrayList<>();
    for (int i = 0; i < samples.count(); i++) {
      long time = samples.timesMs()[i];
      double value = samples.values()[i];
      if (startMs < time
          && time <= endMs
          && samples.histogram(i) == null
          && !StaleMarker.is(value)) {
        found.add(value);
      }
    }
    return found;
  }

  /// As `min_over_time`, with the comparison the other way round for `max_over_time`: of 0 and -0
  /// the later.
  private static double extreme(List<Double> floats, boolean least) {
    double extreme = floats.getFirst();
    for (double value : floats) {
      if ((least ? value <= extreme : value >= extreme) || Double.isNaN(extreme)) {
        extreme = value;
      }
    }
    return extreme;
  }

  private static double sum(List<Double> floats) {
    double sum = 0;
    double c = 0;
    for (double value : floats) {
      double t = sum + value;
      if (Double.isInfinite(t)) {
        c = 0;
      } else if (Math.abs(sum) >= Math.abs(value)) {
        c += (sum - t) + value;
      } else {
        c += (value - t) + sum;
      }
      sum = t;
    }
    return Double.isInfinite(sum) ? sum : sum + c;
  }

  private static double increase(List<Double> floats) {
    double increase = 0;
    for (int i = 1; i < floats.size(); i++) {
      double before = floats.get(i - 1);
      increase += floats.get(i) < before ? floats.get(i) : floats.get(i) - before;
    }
    return increase;
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  @Seeds(300)
  void over_aligned_ranges_summaries_say_exactly_what_the_samples_say(long seed) {
    Random random = new Random(seed);
    int kind = (int) seed % 4;
    SampleColumns samples = samples(random, 1 + (int) seed * 2, kind);
    SummaryColumns summaries = new SummaryColumns();
    summaries.summarize(samples, Resolution.D5M);
    int sums = 0;
    for (int from = 0; from < summaries.count(); from++) {
      int to = from + 1 + random.nextInt(Math.min(12, summaries.count() - from));
      long start = summaries.endsMs()[from] - BUCKET;
      long end = summaries.endsMs()[to - 1];
      assertThat(Resolution.D5M.aligned(end, BUCKET, end - start)).isTrue();
      List<Double> floats = floats(samples, start, end);
      assertThat(summaries.count(from, to)).isEqualTo(floats.size());
      if (floats.isEmpty()) {
        assertThat(summaries.min(from, to)).isNaN();
        continue;
      }
      assertThat(bits(summaries.min(from, to))).isEqualTo(bits(extreme(floats, true)));
      assertThat(bits(summaries.max(from, to))).isEqualTo(bits(extreme(floats, false)));
      if (summaries.exactSum(from, to)) {
        sums++;
        assertThat(bits(summaries.sum(from, to))).isEqualTo(bits(sum(floats)));
        assertThat(summaries.increase(from, to)).isEqualTo(increase(floats));
      }
      if (to == from + 1) {
        // Which NaN the sum of two is depends on the processor: doubleToLongBits makes one of all.
        assertThat(Double.doubleToLongBits(summaries.values(Column.SUM)[from]))
            .isEqualTo(Double.doubleToLongBits(sum(floats)));
        assertThat(bits(summaries.values(Column.FIRST)[from])).isEqualTo(bits(floats.getFirst()));
        assertThat(bits(summaries.values(Column.LAST)[from])).isEqualTo(bits(floats.getLast()));
      }
    }
    if (kind == 0) {
      assertThat(sums).isEqualTo(summaries.count());
    }
  }

  @Test
  void a_bucket_ends_inside_and_begins_outside() {
    assertThat(Resolution.D5M.endOf(0)).isZero();
    assertThat(Resolution.D5M.endOf(1)).isEqualTo(300_000);
    assertThat(Resolution.D5M.endOf(300_000)).isEqualTo(300_000);
    assertThat(Resolution.D5M.endOf(-1)).isZero();
    assertThat(Resolution.D1H.endOf(-3_600_000)).isEqualTo(-3_600_000);
    assertThat(Resolution.D5M.aligned(300_000, 600_000, 900_000)).isTrue();
    assertThat(Resolution.D5M.aligned(300_001, 600_000, 900_000)).isFalse();
    assertThat(Resolution.D5M.aligned(300_000, 60_000, 900_000)).isFalse();
    assertThat(Resolution.D5M.aligned(300_000, 600_000, 0)).isFalse();
  }

  private static void block(CrashDisk disk, Path path, List<SampleColumns> series)
      throws IOException {
    try (BlockWriter writer = new BlockWriter(disk, path, new Sealed(1, TimeRange.ALL, 1, 1))) {
      for (int i = 0; i < series.size(); i++) {
        writer.add(labels(i), series.get(i));
      }
      writer.finish();
    }
  }

  private static Labels labels(int i) {
    return Labels.of("__name__", "m", "i", "%03d".formatted(i));
  }

  private static MergeInput.Block open(CrashDisk disk, Path path, long number) throws IOException {
    BlockFile file = BlockFile.open(disk, path);
    return new MergeInput.Block(
        new StoredFile(
            number, Kind.BLOCK, file.range(), 1, 1, file.samples(), file.lengthBytes(), 0),
        file);
  }

  private static void assertEqual(SummaryColumns found, SummaryColumns wanted) {
    assertThat(found.count()).isEqualTo(wanted.count());
    for (int i = 0; i < wanted.count(); i++) {
      assertThat(found.endsMs()[i]).isEqualTo(wanted.endsMs()[i]);
      for (Column column : Column.values()) {
        assertThat(bits(found.values(column)[i]))
            .as(column.toString())
            .isEqualTo(bits(wanted.values(column)[i]));
      }
    }
  }

  @Seeds(40)
  void a_file_gives_back_what_was_summarised_without_what_was_deleted(long seed)
      throws IOException {
    Random random = new Random(seed);
    CrashDisk disk = new CrashDisk(seed);
    List<SampleColumns> series = new ArrayList<>();
    for (int i = 0; i < 1 + seed % 9; i++) {
      series.add(samples(random, 1 + random.nextInt(10 + (int) seed * 10), i % 4));
    }
    Path source = disk.root().resolve("000001.blk");
    Path target = disk.root().resolve("000003.d5m");
    block(disk, source, series);
    TimeRange gone = new TimeRange(0, 7 * BUCKET / 2);
    Tombstones tombstones =
        Tombstones.NONE.plus(
            List.of(new Tombstone(2, List.of(LabelMatcher.equal("i", "000")), gone, 0)));
    MergeInput.Block block = open(disk, source, 1);
    int written =
        Summaries.write(disk, block, tombstones, Resolution.D5M, target, new Cancellation());
    block.file().release();

    SummaryColumns wanted = new SummaryColumns();
    SummaryColumns found = new SummaryColumns();
    SampleColumns scratch = new SampleColumns();
    int expected = 0;
    BlockFile file = written == 0 ? null : BlockFile.open(disk, target);
    for (int i = 0; i < series.size(); i++) {
      if (i == 0) {
        Deleted.remove(series.get(0), new long[] {gone.startMs(), gone.endMs()});
      }
      wanted.summarize(series.get(i), Resolution.D5M);
      if (wanted.count() == 0 || file == null) {
        assertThat(wanted.count()).isZero();
        continue;
      }
      expected++;
      ChunkCursor chunks = file.cursor();
      assertThat(chunks.seek(file.find(labels(i)))).isTrue();
      Summaries.read(file, chunks, TimeRange.ALL, scratch, found);
      assertEqual(found, wanted);
      TimeRange some = new TimeRange(-BUCKET, 5 * BUCKET);
      Summaries.read(file, chunks, some, scratch, found);
      for (int k = 0; k < found.count(); k++) {
        assertThat(some.contains(found.endsMs()[k])).isTrue();
      }
    }
    assertThat(written).isEqualTo(expected);
    if (file != null) {
      file.release();
    }
  }

  @Test
  void what_is_deleted_later_goes_from_summaries_bucket_by_bucket() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    SampleColumns samples = new SampleColumns();
    for (int i = 1; i <= 100; i++) {
      samples.add(i * 60_000L, i);
    }
    Path source = disk.root().resolve("000001.blk");
    Path first = disk.root().resolve("000002.d5m");
    Path second = disk.root().resolve("000004.d5m");
    block(disk, source, List.of(samples, samples));
    MergeInput.Block block = open(disk, source, 1);
    Cancellation cancelled = new Cancellation();
    cancelled.request();
    assertThatThrownBy(
            () -> Summaries.write(disk, block, Tombstones.NONE, Resolution.D5M, first, cancelled))
        .isInstanceOf(CancellationException.class);
    assertThat(disk.exists(first)).isFalse();
    Summaries.write(disk, block, Tombstones.NONE, Resolution.D5M, first, new Cancellation());
    Tombstones tombstones =
        Tombstones.NONE.plus(
            List.of(
                new Tombstone(
                    3,
                    List.of(LabelMatcher.equal("i", "001")),
                    new TimeRange(BUCKET, BUCKET + 1),
                    0)));
    BlockFile before = BlockFile.open(disk, first);
    assertThat(
            Summaries.erase(
                disk, 2, before, tombstones, Resolution.D5M, second, new Cancellation()))
        .isEqualTo(2);
    BlockFile after = BlockFile.open(disk, second);
    SummaryColumns found = new SummaryColumns();
    ChunkCursor chunks = after.cursor();
    assertThat(chunks.seek(0)).isTrue();
    Summaries.read(after, chunks, TimeRange.ALL, new SampleColumns(), found);
    assertThat(found.count()).isEqualTo(20);
    assertThat(chunks.seek(1)).isTrue();
    Summaries.read(after, chunks, TimeRange.ALL, new SampleColumns(), found);
    assertThat(found.count()).isEqualTo(18);
    assertThat(found.endsMs()[0]).isEqualTo(3 * BUCKET);
    before.release();
    after.release();
    block.file().release();
  }

  @Test
  void two_halves_of_a_bucket_at_the_border_of_blocks_add_up() {
    SampleColumns samples = new SampleColumns();
    SampleColumns left = new SampleColumns();
    SampleColumns right = new SampleColumns();
    for (int i = 1; i <= 10; i++) {
      samples.add(i * 60_000L, i % 4);
      (i < 5 ? left : right).add(samples, i - 1);
    }
    SummaryColumns all = new SummaryColumns();
    SummaryColumns later = new SummaryColumns();
    all.summarize(left, Resolution.D5M);
    later.summarize(right, Resolution.D5M);
    all.append(later);
    assertThat(all.count()).isEqualTo(3);
    assertThat(all.endsMs()).startsWith(BUCKET, BUCKET, 2 * BUCKET);
    List<Double> floats = floats(samples, 0, 2 * BUCKET);
    assertThat(all.count(0, 3)).isEqualTo(10);
    assertThat(all.sum(0, 3)).isEqualTo(sum(floats));
    assertThat(all.increase(0, 3)).isEqualTo(increase(floats));
  }

  @Test
  void blocks_are_summarised_when_they_are_old_and_alone_and_summaries_outlive_them() {
    Rule rule = new Rule(Resolution.D5M, Duration.ofDays(2), Duration.ofDays(100));
    long day = Duration.ofDays(1).toMillis();
    StoredFile block = new StoredFile(7, Kind.BLOCK, new TimeRange(0, day - 1), 1, 5, 10, 10, 0);
    StoredFile late = new StoredFile(8, Kind.BLOCK, new TimeRange(5, 6), 6, 6, 10, 10, 0);
    List<Rule> rules = List.of(rule);
    assertThat(next(List.of(block), List.of(), rules, 2 * day)).isEmpty();
    assertThat(next(List.of(block, late), List.of(), rules, 3 * day)).isEmpty();
    assertThat(next(List.of(block), List.of(), rules, 3 * day))
        .containsInstanceOf(Step.Summarize.class);
    StoredSummary summary = new StoredSummary(9, 7, Resolution.D5M, block.range());
    assertThat(next(List.of(block), List.of(summary), rules, 3 * day)).isEmpty();

    StoredFile merged = new StoredFile(10, Kind.BLOCK, new TimeRange(0, day - 1), 1, 6, 20, 20, 0);
    assertThat(next(List.of(merged), List.of(summary), rules, 3 * day))
        .containsInstanceOf(Step.Summarize.class);
    StoredSummary again = new StoredSummary(11, 10, Resolution.D5M, block.range());
    assertThat(next(List.of(merged), List.of(summary, again), rules, 3 * day))
        .contains(new Step.Forget(summary, "its block was replaced, and so was the summary"));

    assertThat(next(List.of(), List.of(again), rules, 60 * day)).isEmpty();
    assertThat(next(List.of(), List.of(again), rules, 102 * day))
        .contains(new Step.Forget(again, "older than PT2400H"));
    assertThat(next(List.of(), List.of(again), List.of(), 60 * day))
        .containsInstanceOf(Step.Forget.class);
    Tombstones tombstones =
        Tombstones.NONE.plus(
            List.of(
                new Tombstone(12, List.of(LabelMatcher.equal("i", "1")), new TimeRange(0, 9), 0)));
    assertThat(
            SummaryPlanner.next(
                List.of(), List.of(again), Set.of(), tombstones, rules, KEPT, 60 * day))
        .containsInstanceOf(Step.Erase.class);
    assertThat(tombstones.stillNeeded(List.of(), List.of(again))).isSameAs(tombstones);
    assertThat(
            SummaryPlanner.next(
                List.of(block), List.of(), Set.of(7L), Tombstones.NONE, rules, KEPT, 3 * day))
        .isEmpty();
    assertThatThrownBy(() -> new Rule(Resolution.D1H, Duration.ofDays(9), Duration.ofDays(9)))
        .hasMessageContaining("must be kept longer");
  }

  private static java.util.Optional<Step> next(
      List<StoredFile> files, List<StoredSummary> summaries, List<Rule> rules, long nowMs) {
    return SummaryPlanner.next(files, summaries, Set.of(), Tombstones.NONE, rules, KEPT, nowMs);
  }

  @Test
  void summaries_of_series_that_went_by_their_age_stay_beside_a_block_that_keeps_others() {
    List<Rule> rules = List.of(new Rule(Resolution.D1H, Duration.ZERO, Duration.ofDays(400)));
    long day = Duration.ofDays(1).toMillis();
    TimeRange range = new TimeRange(0, day - 1);
    StoredFile rest = new StoredFile(10, Kind.BLOCK, range, 1, 6, 20, 20, 0);
    StoredSummary before = new StoredSummary(9, 7, Resolution.D1H, range);
    StoredSummary after = new StoredSummary(11, 10, Resolution.D1H, range);
    assertThat(next(List.of(rest), List.of(before, after), rules, 3 * day))
        .containsInstanceOf(Step.Forget.class);
    assertThat(next(List.of(rest), List.of(before, after), rules, 60 * day)).isEmpty();
    Tombstones tombstones =
        Tombstones.NONE.plus(
            List.of(new Tombstone(12, List.of(LabelMatcher.equal("i", "1")), range, 0)));
    assertThat(
            SummaryPlanner.next(
                List.of(rest), List.of(before, after), Set.of(), tombstones, rules, KEPT, 60 * day))
        .contains(new Step.Erase(before, "something was deleted, and the block is gone"));
  }

  @Test
  void the_oldest_summaries_go_when_there_are_too_many_bytes() {
    StoredFile block = new StoredFile(7, Kind.BLOCK, new TimeRange(0, 99), 1, 5, 10, 60, 0);
    StoredSummary old = new StoredSummary(9, 3, Resolution.D5M, new TimeRange(-99, -1));
    StoredSummary young = new StoredSummary(8, 7, Resolution.D5M, block.range());
    List<StoredSummary> both = List.of(young, old);
    Map<Long, Long> bytes = Map.of(9L, 20L, 8L, 20L);
    assertThat(SummaryPlanner.nextForSize(List.of(block), both, bytes, 0)).isEmpty();
    assertThat(SummaryPlanner.nextForSize(List.of(block), both, bytes, 100)).isEmpty();
    assertThat(SummaryPlanner.nextForSize(List.of(block), both, bytes, 99))
        .containsInstanceOf(Step.Forget.class);
    // The block is as old, and goes first.
    assertThat(SummaryPlanner.nextForSize(List.of(block), List.of(young), Map.of(8L, 20L), 79))
        .isEmpty();
    assertThat(SummaryPlanner.nextForSize(List.of(block), List.of(young), Map.of(8L, 50L), 99))
        .containsInstanceOf(Step.Forget.class);
  }
}
