package dev.mangru.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.disk.Disk.WritableFile;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.RandomSeries.Sample;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BrokenFileTest {

  private static final String PART = "000001.part";
  private static final String BLOCK = "000002.blk";

  /// A part and a block with the same few series, with more than one page each.
  private static CrashDisk disk(int series) throws IOException {
    CrashDisk disk = new CrashDisk(0);
    RandomSeries random = new RandomSeries(7);
    PartFileTest.write(disk, disk.root().resolve(PART), random.byRef(series));
    BlockFileTest.write(disk, disk.root().resolve(BLOCK), random.byLabels(series));
    return disk;
  }

  private static long length(CrashDisk disk, String name) throws IOException {
    try (ReadableFile file = disk.open(disk.root().resolve(name))) {
      return file.length();
    }
  }

  /// All that a part or block gives, in words: the same words, or an exception.
  private static Map<String, Object> everything(CrashDisk disk, String name) throws IOException {
    Path path = disk.root().resolve(name);
    Map<String, Object> all = new LinkedHashMap<>();
    if (name.equals(PART)) {
      PartFile part = PartFile.open(disk, path);
      try {
        all.put("footer", part.file().footer());
        series(part.cursor(), all);
      } finally {
        part.release();
      }
      return all;
    }
    BlockFile block = BlockFile.open(disk, path);
    try {
      all.put("footer", block.file().footer());
      series(block.cursor(), all);
      for (int number = 0; number < block.series(); number++) {
        all.put("labels " + number, block.labels(number).toMap());
      }
      all.put("names", block.labelNames());
      all.put("values", block.labelValues("instance"));
      all.put(
          "selected",
          List.of(block.select(List.of(LabelMatcher.of(LabelMatcher.Operator.REGEX, "le", "1.*"))))
              .toString()
              .length());
    } finally {
      block.release();
    }
    return all;
  }

  private static void series(ChunkCursor cursor, Map<String, Object> all) throws IOException {
    SampleColumns columns = new SampleColumns();
    while (cursor.next()) {
      columns.clear();
      cursor.read(TimeRange.ALL, columns);
      all.put("series " + cursor.ref(), RandomSeries.list(columns));
    }
  }

  private static FileCheck check(CrashDisk disk, String name) {
    Path path = disk.root().resolve(name);
    return name.equals(PART) ? BlockCheck.part(disk, path) : BlockCheck.block(disk, path);
  }

  @Test
  void a_flipped_bit_anywhere_is_found_and_never_gives_a_wrong_answer() throws IOException {
    CrashDisk disk = disk(4);
    for (String name : List.of(PART, BLOCK)) {
      Map<String, Object> right = everything(disk, name);
      assertThat(check(disk, name).problems()).isEmpty();
      long length = length(disk, name);
      for (long offset = 0; offset < length; offset++) {
        int bit = (int) (offset * 5 % 8);
        disk.flipBit(disk.root().resolve(name), offset, bit);
        FileCheck check = check(disk, name);
        assertThat(check.sound()).as("%s: bit %d of byte %d", name, bit, offset).isFalse();
        assertThat(check.problems().getFirst()).contains(name).contains("expected");
        try {
          assertThat(everything(disk, name)).isEqualTo(right);
        } catch (CorruptDataException e) {
          assertThat(e).hasMessageContaining(name).hasMessageContaining("at offset");
        }
        disk.flipBit(disk.root().resolve(name), offset, bit);
      }
      assertThat(check(disk, name).problems()).isEmpty();
    }
  }

  @Test
  void a_file_cut_anywhere_is_refused() throws IOException {
    CrashDisk disk = disk(4);
    for (String name : List.of(PART, BLOCK)) {
      for (long length = length(disk, name) - 1; length >= 0; length--) {
        try (WritableFile file = disk.append(disk.root().resolve(name))) {
          file.truncate(length);
        }
        assertThatThrownBy(() -> everything(disk, name))
            .as("%s of %d bytes", name, length)
            .isInstanceOf(CorruptDataException.class);
        FileCheck check = check(disk, name);
        assertThat(check.openable()).isFalse();
        assertThat(check.samples()).isEqualTo(-1);
      }
    }
  }

  @Seeds(40)
  void what_is_sound_is_rescued_and_the_rest_is_counted(long seed) throws IOException {
    CrashDisk disk = new CrashDisk(seed);
    RandomSeries source = new RandomSeries(seed);
    NavigableMap<Labels, List<Sample>> series = source.byLabels(300);
    Path broken = disk.root().resolve(BLOCK);
    BlockFileTest.write(disk, broken, series);
    BlockFile before = BlockFile.open(disk, broken);
    long chunkBytes = before.file().footer().index();
    before.release();
    Random random = new Random(seed);
    for (int i = random.nextInt(3); i >= 0; i--) {
      disk.flipBit(broken, 64 + random.nextInt((int) chunkBytes - 64), random.nextInt(8));
    }
    Path rescued = disk.root().resolve("000003.blk");
    FileCheck check = BlockCheck.rescueBlock(disk, broken, rescued);
    assertThat(check.sound()).isFalse();
    assertThat(check.openable()).as("%s", check.problems()).isTrue();
    assertThat(check.samples()).isEqualTo(RandomSeries.count(series));
    long kept = 0;
    if (disk.exists(rescued)) {
      assertThat(BlockCheck.block(disk, rescued).problems()).isEmpty();
      BlockFile block = BlockFile.open(disk, rescued);
      ChunkCursor cursor = block.cursor();
      SampleColumns columns = new SampleColumns();
      while (cursor.next()) {
        columns.clear();
        cursor.read(TimeRange.ALL, columns);
        List<Sample> wanted = series.get(block.labels(cursor.ref()));
        assertThat(wanted).containsAll(RandomSeries.list(columns));
        kept += columns.count();
      }
      block.release();
    }
    assertThat(check.samplesLost()).isEqualTo(check.samples() - kept).isPositive();
    assertThat(check.lost().stream().mapToLong(FileCheck.LostChunk::samples).sum())
        .isEqualTo(check.samplesLost());
  }

  @Seeds(60)
  void random_bytes_with_right_checksums_end_in_an_error_or_an_answer(long seed)
      throws IOException {
    for (String name : List.of(PART, BLOCK)) {
      CrashDisk disk = disk(40);
      byte[] bytes = bytes(disk, name);
      Random random = new Random(seed);
      for (int i = 1 + random.nextInt(4); i > 0; i--) {
        bytes[64 + random.nextInt(bytes.length - 64 - 300)] = (byte) random.nextInt(256);
      }
      CrashDisk hostile = new CrashDisk(seed);
      Path path = hostile.root().resolve(name);
      try (WritableFile file = hostile.create(path)) {
        file.write(ByteBuffer.wrap(Resealed.of(bytes)));
      }
      try {
        assertThat(everything(hostile, name)).isNotEmpty();
      } catch (CorruptDataException e) {
        assertThat(e).hasMessageContaining(name);
      }
      assertThat(check(hostile, name).file()).isEqualTo(path);
    }
  }

  static byte[] bytes(CrashDisk disk, String name) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) length(disk, name));
    try (ReadableFile file = disk.open(disk.root().resolve(name))) {
      file.readFully(0, bytes);
    }
    return bytes.array();
  }

  @Test
  void a_part_is_no_block() throws IOException {
    CrashDisk disk = disk(3);
    assertThatThrownBy(() -> BlockFile.open(disk, disk.root().resolve(PART)))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("expected \"MGRUBLK2\", found \"MGRUPRT2\"");
  }

  @Seeds(100)
  void after_a_power_cut_a_finished_file_is_whole(long seed) throws IOException {
    CrashDisk disk = new CrashDisk(seed);
    NavigableMap<Integer, List<Sample>> series = new RandomSeries(seed).byRef(40);
    Path path = disk.root().resolve(PART);
    disk.powerOffAt(new Random(seed).nextInt(8));
    boolean finished = false;
    try {
      PartFileTest.write(disk, path, series);
      finished = true;
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("power is off");
    }
    CrashDisk after = disk.reboot();
    if (finished) {
      assertThat(BlockCheck.part(after, path).problems()).isEmpty();
    }
    if (after.exists(path) && BlockCheck.part(after, path).sound()) {
      PartFile part = PartFile.open(after, path);
      assertThat(part.samples()).isEqualTo(RandomSeries.count(series));
      part.release();
    }
  }
}
