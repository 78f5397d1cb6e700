package dev.mangru.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.RandomSeries.Sample;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Mappings: who holds them, and that they end.
final class SealedFileTest {

  @TempDir private Path directory;

  private final CrashDisk disk = new CrashDisk(0);
  private final Path path = disk.root().resolve("000001.part");

  private BlockFile realBlock() throws IOException {
    Path real = directory.resolve("000002.blk");
    NavigableMap<Labels, List<Sample>> series = new RandomSeries(3).byLabels(300);
    try (BlockWriter writer = new BlockWriter(Disk.REAL, real, RandomSeries.SEALED)) {
      for (Map.Entry<Labels, List<Sample>> entry : series.entrySet()) {
        writer.add(entry.getKey(), RandomSeries.columns(entry.getValue()));
      }
      writer.finish();
    }
    return BlockFile.open(Disk.REAL, real);
  }

  private static long readAll(BlockFile block) throws IOException {
    ChunkCursor cursor = block.cursor();
    SampleColumns columns = new SampleColumns();
    long count = 0;
    while (cursor.next()) {
      columns.clear();
      cursor.read(TimeRange.ALL, columns);
      count += columns.count();
      assertThat(block.find(block.labels(cursor.ref()))).isEqualTo(cursor.ref());
    }
    return count;
  }

  @Test
  void a_mapping_ends_when_the_last_holder_lets_go() throws IOException {
    PartFileTest.write(disk, path, new RandomSeries(1).byRef(5));
    PartFile part = PartFile.open(disk, path);
    assertThat(part.tryRetain()).isTrue();
    part.release();
    assertThat(part.file().segment().scope().isAlive()).isTrue();
    assertThat(part.cursor().next()).isTrue();
    part.release();
    assertThat(part.file().segment().scope().isAlive()).isFalse();
    assertThat(part.tryRetain()).isFalse();
    assertThatThrownBy(part::release)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("released more often than retained");
  }

  @Test
  void a_file_that_cannot_be_opened_leaves_no_mapping() throws IOException {
    PartFileTest.write(disk, path, new RandomSeries(1).byRef(5));
    int length = BrokenFileTest.bytes(disk, "000001.part").length;
    for (int offset = 0; offset < length; offset++) {
      disk.flipBit(path, offset, 3);
      MappingDisk counted = new MappingDisk(disk);
      try {
        PartFile.open(counted, path).release();
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("000001.part");
      }
      assertThat(BlockCheck.part(counted, path).sound()).isFalse();
      assertThat(counted.mapped()).isGreaterThanOrEqualTo(2);
      assertThat(counted.alive()).as("mappings left with byte %d wrong", offset).isZero();
      disk.flipBit(path, offset, 3);
    }
  }

  @Test
  void a_deleted_file_is_read_on_and_a_block_knows_what_it_takes() throws IOException {
    BlockFile block = realBlock();
    Files.delete(block.path());
    long before = block.bytes();
    assertThat(readAll(block)).isEqualTo(block.samples());
    assertThat(block.bytes()).isGreaterThan(before).isLessThan(200_000);
    assertThat(block.indexBytes()).isPositive().isLessThan(block.lengthBytes());
    block.release();
    assertThat(block.file().segment().scope().isAlive()).isFalse();
  }

  @Seeds(6)
  void a_file_that_is_cut_while_mapped_is_an_error_of_that_file(long seed) throws IOException {
    BlockFile block = realBlock();
    if (seed % 2 == 1) {
      assertThat(block.labels(0).count()).isPositive();
    }
    try (FileChannel channel = FileChannel.open(block.path(), StandardOpenOption.WRITE)) {
      channel.truncate(0);
    }
    assertThatThrownBy(() -> readAll(block))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("000002.blk");
    block.release();
  }

  @Seeds(10)
  void readers_and_an_owner_that_lets_go_meet_without_harm(long seed) throws Exception {
    BlockFile block = realBlock();
    List<Callable<Integer>> readers = new ArrayList<>();
    for (int reader = 0; reader < 4; reader++) {
      Random random = new Random(seed * 10 + reader);
      readers.add(() -> {
        int reads = 0;
        while (reads < 3 + random.nextInt(3) && block.tryRetain()) {
          try {
            assertThat(readAll(block)).isEqualTo(block.samples());
            reads++;
          } finally {
            block.release();
          }
        }
        return reads;
      });
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> running = readers.stream().map(pool::submit).toList();
      block.release();
      for (Future<Integer> reader : running) {
        assertThat(result(reader)).isBetween(0, 5);
      }
    }
    assertThat(block.file().segment().scope().isAlive()).isFalse();
  }

  private static int result(Future<Integer> reader) throws InterruptedException {
    try {
      return reader.get();
    } catch (ExecutionException e) {
      throw new AssertionError("a reader failed", e);
    }
  }
}
