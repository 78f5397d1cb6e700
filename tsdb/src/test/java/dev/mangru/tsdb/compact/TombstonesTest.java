package dev.mangru.tsdb.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TombstonesTest {

  private static final Path FILE = Path.of("tombstones/000131.tmb");

  private static Tombstone up(long number, long startMs, long endMs) {
    return new Tombstone(
        number,
        List.of(
            LabelMatcher.equal("__name__", "up"), LabelMatcher.of(Operator.REGEX, "job", "a.*")),
        new TimeRange(startMs, endMs),
        1_000);
  }

  @Test
  void only_matching_series_of_earlier_files_in_the_range_are_deleted() {
    Tombstones tombstones = Tombstones.NONE.plus(List.of(up(5, 100, 200), up(6, 150, 300)));
    Labels apples = Labels.of("__name__", "up", "job", "apples");
    Labels pears = Labels.of("__name__", "up", "job", "pears");
    TimeRange range = new TimeRange(0, 1000);
    assertThat(tombstones.in(4, range).intervals(apples)).containsExactly(100, 300);
    assertThat(tombstones.in(4, range).intervals(pears)).isEmpty();
    assertThat(tombstones.in(4, range).intervals(Labels.of("__name__", "down", "job", "a")))
        .isEmpty();
    assertThat(tombstones.in(5, range).intervals(apples)).containsExactly(150, 300);
    assertThat(tombstones.in(6, range).isEmpty()).isTrue();
    assertThat(tombstones.in(3, new TimeRange(301, 400)).isEmpty()).isTrue();
  }

  @Test
  void a_tombstone_is_needed_as_long_as_a_file_from_before_it_overlaps() {
    Tombstones tombstones = Tombstones.NONE.plus(List.of(up(5, 100, 200)));
    StoredFile before =
        new StoredFile(4, StoredFile.Kind.BLOCK, new TimeRange(0, 100), 1, 1, 1, 1, 0);
    StoredFile after =
        new StoredFile(6, StoredFile.Kind.BLOCK, new TimeRange(0, 100), 1, 1, 1, 1, 0);
    assertThat(tombstones.stillNeeded(List.of(before, after))).isSameAs(tombstones);
    assertThat(tombstones.stillNeeded(List.of(after)).isEmpty()).isTrue();
  }

  @Test
  void there_is_a_limit_and_it_says_what_to_do() {
    List<Tombstone> many = new ArrayList<>();
    for (int i = 0; i < Tombstones.MAX_TOMBSTONES; i++) {
      many.add(up(i, 0, 1));
    }
    Tombstones full = Tombstones.NONE.plus(many);
    assertThatThrownBy(() -> full.plus(List.of(up(1, 0, 1))))
        .isInstanceOf(MangruException.class)
        .hasMessage(
            "10000 deletions wait for compaction, and 1 more would exceed the limit of 10000:"
                + " clean the tombstones first, or delete with fewer matchers");
  }

  @Test
  void the_bytes_are_those_of_the_format_document() throws IOException {
    Tombstones one = Tombstones.NONE.plus(List.of(up(131, 0, 3_600_000)));
    byte[] bytes = one.toBytes();
    assertThat(HexFormat.ofDelimiter(" ").formatHex(bytes))
        .isEqualTo(
            "4d 47 52 55 54 4d 42 31 01 83 01 00 80 ba b7 03 d0 0f 02 00 08 5f 5f 6e 61 6d 65 5f"
                + " 5f 02 75 70 02 03 6a 6f 62 03 61 2e 2a 08 5d c8 30");
    assertThat(Tombstones.parse(bytes, FILE).all()).isEqualTo(one.all());
  }

  @Seeds(200)
  void every_flipped_or_missing_byte_is_found(long seed) {
    Random random = new Random(seed);
    byte[] bytes = Tombstones.NONE.plus(List.of(up(3, 5, 9), up(4, -7, 9))).toBytes();
    byte[] damaged =
        random.nextBoolean()
            ? java.util.Arrays.copyOf(bytes, 4 + random.nextInt(bytes.length - 4))
            : bytes.clone();
    if (damaged.length == bytes.length) {
      damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    assertThatThrownBy(() -> Tombstones.parse(damaged, FILE))
        .isInstanceOf(CorruptDataException.class);
  }

  @Test
  void what_was_written_outlives_a_power_cut() throws IOException {
    CrashDisk disk = new CrashDisk(7);
    Path file = disk.root().resolve("tombstones").resolve("000131.tmb");
    disk.createDirectories(disk.root().resolve("tombstones"));
    Tombstones some = Tombstones.NONE.plus(List.of(up(3, 5, 9)));
    some.write(disk, file);
    assertThat(Tombstones.read(disk.reboot(), file).all()).isEqualTo(some.all());
  }

  @Seeds(200)
  void removing_equals_filtering_sample_by_sample(long seed) {
    Random random = new Random(seed);
    SampleColumns samples = new SampleColumns();
    TreeMap<Long, Double> kept = new TreeMap<>();
    List<Tombstone> tombstones = new ArrayList<>();
    for (int i = 0; i < 1 + seed % 7; i++) {
      long start = random.nextInt(200) - 20L;
      tombstones.add(up(9, start, start + random.nextInt(40)));
    }
    boolean histograms = seed % 3 == 0;
    for (long time = 0; time < seed; time += 1 + random.nextInt(3)) {
      double value = random.nextDouble();
      NativeHistogram histogram =
          histograms && random.nextBoolean() ? NativeHistogram.builder(false).build() : null;
      samples.add(time, histograms ? time / 2 : 0, value, histogram);
      long at = time;
      if (tombstones.stream().noneMatch(t -> t.range().contains(at))) {
        kept.put(time, value);
      }
    }
    Deleted deleted = Tombstones.NONE.plus(tombstones).in(1, TimeRange.ALL);
    Deleted.remove(samples, deleted.intervals(Labels.of("__name__", "up", "job", "a")));
    assertThat(samples.count()).isEqualTo(kept.size());
    int i = 0;
    for (long time : kept.keySet()) {
      assertThat(samples.timesMs()[i]).isEqualTo(time);
      assertThat(samples.values()[i]).isEqualTo(kept.get(time));
      assertThat(samples.startMs(i)).isEqualTo(histograms ? time / 2 : 0);
      i++;
    }
  }
}
