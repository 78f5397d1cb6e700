package dev.mangru.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.index.SeriesBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RegistryTest {

  private static Labels labels(int i) {
    return Labels.of(
        "__name__", "m" + i % 7, "pod", "pod-" + i / 7, "i", i % 3 == 0 ? "\ud800" : "é" + i);
  }

  private static byte[] bytes(Disk disk, Path file) throws IOException {
    try (Disk.ReadableFile in = disk.open(file)) {
      ByteBuffer all = ByteBuffer.allocate((int) in.length());
      in.readFully(0, all);
      return all.array();
    }
  }

  private static void write(Disk disk, Path file, byte[] bytes) throws IOException {
    disk.delete(file);
    try (Disk.WritableFile out = disk.create(file)) {
      out.write(ByteBuffer.wrap(bytes));
      out.sync();
    }
  }

  private static NavigableMap<Integer, Labels> contents(SeriesTable table) {
    TreeMap<Integer, Labels> all = new TreeMap<>();
    for (int ref : table.select(List.of(), table.endRef()).toArray()) {
      all.put(ref, table.labels(ref));
    }
    return all;
  }

  /// Appends, crashes, drops and rewrites; whatever was synced and noted comes back.
  @Seeds(300)
  void what_was_synced_comes_back_after_a_power_cut(long seed) throws IOException {
    Random random = new Random(seed);
    CrashDisk disk = new CrashDisk(seed);
    Path file = disk.root().resolve("1.reg");
    Registry.create(disk, file).close();
    long durable = bytes(disk, file).length;
    NavigableMap<Integer, Labels> expected = new TreeMap<>();
    int expectedEnd = 0;
    int file0 = 1;
    int nextLabels = 0;
    for (int cycle = 0; cycle < 4; cycle++) {
      SeriesTable table = new SeriesTable();
      Registry registry = Registry.open(disk, file, durable, table);
      assertThat(contents(table)).isEqualTo(expected);
      assertThat(table.endRef()).isEqualTo(expectedEnd);
      assertThat(registry.length()).isEqualTo(durable);
      assertThat(Registry.check(disk, file, durable).series()).isEqualTo(expected.size());
      disk.powerOffAt(1 + random.nextInt(12));
      try {
        for (int i = 0; i < 6; i++) {
          int from = table.endRef();
          for (int n = random.nextInt(30); n > 0; n--) {
            table.findOrAdd(labels(nextLabels++));
          }
          registry.append(table, from, table.endRef());
          if (random.nextInt(3) > 0) {
            registry.sync();
            durable = registry.length();
            expected = contents(table);
            expectedEnd = table.endRef();
          }
          if (random.nextInt(5) == 0) {
            table.retainOnly(_ -> random.nextInt(4) > 0);
            Path rewritten = disk.root().resolve(++file0 + ".reg");
            Registry fresh = Registry.create(disk, rewritten);
            fresh.append(table, 0, table.endRef());
            fresh.sync();
            registry.close();
            registry = fresh;
            file = rewritten;
            durable = registry.length();
            expected = contents(table);
            expectedEnd = table.endRef();
          }
        }
        registry.close();
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("power");
      }
      disk = disk.reboot();
    }
  }

  /// A file with three batches of ten series, and where each of them starts.
  private static long[] threeBatches(Disk disk, Path file, SeriesTable table) throws IOException {
    long[] starts = new long[4];
    try (Registry registry = Registry.create(disk, file)) {
      for (int b = 0; b < 3; b++) {
        starts[b] = registry.length();
        for (int i = 0; i < 10; i++) {
          table.findOrAdd(labels(10 * b + i));
        }
        registry.append(table, 10 * b, 10 * b + 10);
      }
      registry.sync();
      starts[3] = registry.length();
    }
    return starts;
  }

  @Seeds(200)
  void any_damage_is_found_named_and_costs_one_batch(long seed) throws IOException {
    Random random = new Random(seed);
    CrashDisk disk = new CrashDisk(seed);
    Path file = disk.root().resolve("1.reg");
    SeriesTable table = new SeriesTable();
    long[] starts = threeBatches(disk, file, table);
    byte[] whole = bytes(disk, file);
    byte[] damaged = whole.clone();
    int at = random.nextInt(damaged.length);
    damaged[at] ^= (byte) (1 << random.nextInt(8));
    write(disk, file, damaged);

    assertThatThrownBy(() -> Registry.open(disk, file, starts[3], new SeriesTable()).close())
        .isInstanceOf(CorruptDataException.class)
        .hasMessageStartingWith(file + " at offset ");
    assertThatThrownBy(() -> Registry.check(disk, file, starts[3]))
        .isInstanceOf(CorruptDataException.class);

    SeriesTable salvaged = new SeriesTable();
    Registry.Contents contents = Registry.salvage(disk, file, salvaged);
    assertThat(contents.damage()).isNotEmpty();
    NavigableMap<Integer, Labels> expected = contents(table);
    for (int b = 0; b < 3; b++) {
      if (at >= starts[b] && at < starts[b + 1]) {
        expected.subMap(10 * b, 10 * b + 10).clear();
      }
    }
    assertThat(contents(salvaged)).isEqualTo(expected);
    assertThat(contents.series()).isEqualTo(expected.size());
  }

  @Test
  void a_file_shorter_than_what_counts_is_damaged() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    Path file = disk.root().resolve("1.reg");
    long[] starts = threeBatches(disk, file, new SeriesTable());
    assertThatThrownBy(() -> Registry.open(disk, file, starts[3] + 1, new SeriesTable()).close())
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("expected a file of at least " + (starts[3] + 1) + " bytes");
    // A length inside a batch is damage as well; one that ends a batch cuts what follows.
    assertThatThrownBy(() -> Registry.open(disk, file, starts[1] + 30, new SeriesTable()).close())
        .isInstanceOf(CorruptDataException.class);
    SeriesTable table = new SeriesTable();
    Registry.open(disk, file, starts[2], table).close();
    assertThat(table.endRef()).isEqualTo(20);
    assertThat(bytes(disk, file)).hasSize((int) starts[2]);
  }

  @Seeds(300)
  void batches_of_any_bytes_are_read_or_refused(long seed) throws IOException {
    // The checksum is right, what it covers is not: nothing but a refusal may come of it.
    Random random = new Random(seed);
    ByteWriter raw = new ByteWriter(16);
    SeriesTable table = new SeriesTable();
    for (int i = 0; i < 5; i++) {
      table.findOrAdd(labels(i));
    }
    new SeriesBatch().write(table.view(), 0, 5, raw);
    byte[] bytes = raw.toByteArray();
    for (int i = random.nextInt(4); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    int length = random.nextBoolean() ? bytes.length : random.nextInt(bytes.length);
    Path file = Path.of("x.reg");
    SeriesBatch.@Nullable Read read = null;
    try {
      read = new SeriesBatch.Read(bytes, length, file, 0);
    } catch (CorruptDataException e) {
      assertThat(e).hasMessageStartingWith("x.reg at offset ");
    }
    if (read != null && read.endNumber() < 1_000_000) {
      SeriesTable loaded = new SeriesTable();
      loaded.load(read, read.endNumber());
      assertThat(contents(loaded)).hasSize(read.seriesCount());
    }
  }

  @Test
  void the_worked_example_of_the_format_is_what_is_written() throws IOException {
    CrashDisk disk = new CrashDisk(1);
    Path file = disk.root().resolve("1.reg");
    SeriesTable table = new SeriesTable();
    table.findOrAdd(Labels.of("__name__", "up", "job", "a"));
    table.findOrAdd(Labels.of("__name__", "up", "job", "b"));
    try (Registry registry = Registry.create(disk, file)) {
      registry.append(table, 0, 2);
      registry.sync();
    }
    assertThat(HexFormat.of().formatHex(bytes(disk, file)))
        .isEqualTo(
            "4d47525245470d0a010000001c72ce86"
                + "425443482500000025000000"
                + "0200000002000000bdf56d59"
                + "05085f5f6e616d655f5f027570036a6f6201610162"
                + "03000102030204"
                + "020002000100020002");
  }
}
