package dev.mangru.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.RandomSeries.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class PartFileTest {

  private final CrashDisk disk = new CrashDisk(0);
  private final Path path = disk.root().resolve("000001.part");

  static void write(CrashDisk disk, Path path, Map<Integer, List<Sample>> series)
      throws IOException {
    try (PartWriter writer = new PartWriter(disk, path, RandomSeries.SEALED)) {
      for (Map.Entry<Integer, List<Sample>> entry : series.entrySet()) {
        writer.add(entry.getKey(), RandomSeries.columns(entry.getValue()));
      }
      writer.finish();
    }
  }

  @Seeds(80)
  void every_series_and_range_comes_back_bit_for_bit(long seed) throws IOException {
    RandomSeries random = new RandomSeries(seed);
    NavigableMap<Integer, List<Sample>> series = random.byRef(1 + (int) seed);
    write(disk, path, series);
    PartFile part = PartFile.open(disk, path);
    assertThat(part.series()).isEqualTo(series.size());
    assertThat(part.samples()).isEqualTo(RandomSeries.count(series));
    assertThat(part.sealed()).isEqualTo(RandomSeries.SEALED);
    ChunkCursor cursor = part.cursor();
    SampleColumns columns = new SampleColumns();
    for (Map.Entry<Integer, List<Sample>> entry : series.entrySet()) {
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.ref()).isEqualTo(entry.getKey());
      assertThat(cursor.samples()).isEqualTo(entry.getValue().size());
      columns.clear();
      cursor.read(TimeRange.ALL, columns);
      assertThat(RandomSeries.list(columns)).isEqualTo(entry.getValue());
      TimeRange range = random.range(entry.getValue());
      columns.clear();
      cursor.read(range, columns);
      assertThat(RandomSeries.list(columns))
          .isEqualTo(RandomSeries.inside(entry.getValue(), range));
    }
    assertThat(cursor.next()).isFalse();
    seek(series, cursor, new Random(seed));
    part.release();
    assertThat(part.tryRetain()).isFalse();
  }

  private static void seek(
      NavigableMap<Integer, List<Sample>> series, ChunkCursor cursor, Random random)
      throws IOException {
    SampleColumns columns = new SampleColumns();
    for (int i = 0; i < 100; i++) {
      int ref = random.nextInt(series.lastKey() + 10);
      List<Sample> wanted = series.get(ref);
      assertThat(cursor.seek(ref)).as("series %d", ref).isEqualTo(wanted != null);
      if (wanted != null) {
        columns.clear();
        cursor.read(TimeRange.ALL, columns);
        assertThat(RandomSeries.list(columns)).isEqualTo(wanted);
      } else {
        assertThat(cursor.chunks()).isZero();
      }
      Integer next = series.higherKey(ref);
      assertThat(cursor.next()).isEqualTo(next != null);
      if (next != null) {
        assertThat(cursor.ref()).isEqualTo(next);
      }
    }
  }

  @Seeds(40)
  void copied_chunks_are_the_same(long seed) throws IOException {
    RandomSeries random = new RandomSeries(seed);
    NavigableMap<Integer, List<Sample>> series = random.byRef(1 + 5 * (int) seed);
    write(disk, path, series);
    Path copy = disk.root().resolve("000002.part");
    PartFile part = PartFile.open(disk, path);
    try (PartWriter writer = new PartWriter(disk, copy, RandomSeries.SEALED)) {
      ChunkCursor cursor = part.cursor();
      while (cursor.next()) {
        for (int chunk = 0; chunk < cursor.chunks(); chunk++) {
          writer.addEncoded(cursor.ref(), cursor, chunk);
        }
      }
      writer.finish();
    }
    part.release();
    PartFile copied = PartFile.open(disk, copy);
    ChunkCursor cursor = copied.cursor();
    Map<Integer, List<Sample>> found = new TreeMap<>();
    while (cursor.next()) {
      SampleColumns columns = new SampleColumns();
      cursor.read(TimeRange.ALL, columns);
      found.put(cursor.ref(), RandomSeries.list(columns));
    }
    copied.release();
    assertThat(found).isEqualTo(series);
    assertThat(copied.lengthBytes()).isEqualTo(part.lengthBytes());
  }

  @Test
  void a_series_may_come_in_pieces_and_out_of_order_is_refused() throws IOException {
    SampleColumns columns = new SampleColumns();
    columns.add(1_000, 1);
    SampleColumns later = new SampleColumns();
    later.add(2_000, 2);
    try (PartWriter writer = new PartWriter(disk, path, RandomSeries.SEALED)) {
      writer.add(7, columns);
      writer.add(7, later);
      assertThatThrownBy(() -> writer.add(7, later))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("series 7 has a sample at 2000 after one at 2000");
      assertThatThrownBy(() -> writer.add(6, later))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("series 6 after series 7");
      writer.finish();
    }
    PartFile part = PartFile.open(disk, path);
    ChunkCursor cursor = part.cursor();
    assertThat(cursor.seek(7)).isTrue();
    assertThat(cursor.chunks()).isEqualTo(2);
    SampleColumns found = new SampleColumns();
    cursor.read(TimeRange.ALL, found);
    assertThat(found.count()).isEqualTo(2);
    part.release();
  }

  @Test
  void a_file_that_is_not_finished_is_removed() throws IOException {
    try (PartWriter writer = new PartWriter(disk, path, RandomSeries.SEALED)) {
      assertThatThrownBy(writer::finish)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("at least one sample");
    }
    assertThat(disk.exists(path)).isFalse();
  }

  @Test
  void ten_thousand_series_of_one_target_share_their_times() throws IOException {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      samples.add(new Sample(15_000L * i, 0, Double.doubleToRawLongBits(7), null));
    }
    try (PartWriter writer = new PartWriter(disk, path, RandomSeries.SEALED)) {
      SampleColumns columns = new SampleColumns();
      for (Sample sample : samples) {
        columns.add(sample.timeMs(), Double.longBitsToDouble(sample.valueBits()));
      }
      for (int ref = 0; ref < 10_000; ref++) {
        writer.add(ref, columns);
      }
      writer.finish();
    }
    PartFile part = PartFile.open(disk, path);
    long directory = part.file().section(0).length() + part.file().section(1).length();
    assertThat(directory).as("directory of 10,000 series").isLessThan(30_000);
    assertThat(part.file().section(2).length()).isEqualTo(TimeColumns.RECORD_BYTES);
    part.release();
  }
}
