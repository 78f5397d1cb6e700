package dev.mangru.tsdb.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.tsdb.codec.ByteReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetadataTest {

  private final CrashDisk disk = new CrashDisk(1);

  private static Metadata open(CrashDisk disk) throws IOException {
    return Metadata.open(
        disk, disk.root().resolve("metadata"), new Metadata.Limits(100, 1 << 20, 50));
  }

  private static MetricMetadata gauge(String help) {
    return new MetricMetadata(MetricMetadata.Type.GAUGE, help, "");
  }

  @Test
  void what_is_known_is_told_by_name_and_survives_a_start() throws IOException {
    try (Metadata store = open(disk)) {
      store.put(
          Map.of(
              "up",
              gauge("is it"),
              "cpu",
              new MetricMetadata(MetricMetadata.Type.COUNTER, "", "seconds")));
    }
    try (Metadata store = open(disk)) {
      assertThat(store.all(0).keySet()).containsExactly("cpu", "up");
      assertThat(store.all(1).keySet()).containsExactly("cpu");
      assertThat(store.find("up")).containsExactly(gauge("is it"));
      assertThat(store.find("down")).isEmpty();
    }
  }

  @Test
  void every_type_survives_a_start() throws IOException {
    try (Metadata store = open(disk)) {
      for (MetricMetadata.Type type : MetricMetadata.Type.values()) {
        store.put(Map.of(type.text(), new MetricMetadata(type, "", "")));
      }
    }
    try (Metadata store = open(disk)) {
      for (MetricMetadata.Type type : MetricMetadata.Type.values()) {
        assertThat(store.find(type.text())).containsExactly(new MetricMetadata(type, "", ""));
      }
    }
  }

  @Test
  void contradicting_entries_are_kept_the_newest_first_and_at_most_four() throws IOException {
    try (Metadata store = open(disk)) {
      for (int i = 1; i <= 6; i++) {
        store.put(Map.of("up", gauge("help " + i)));
      }
      assertThat(store.find("up"))
          .extracting(MetricMetadata::help)
          .containsExactly("help 6", "help 5", "help 4", "help 3");
      store.put(Map.of("up", gauge("help 4")));
      assertThat(store.find("up"))
          .extracting(MetricMetadata::help)
          .containsExactly("help 4", "help 6", "help 5", "help 3");
    }
  }

  @Test
  void repeating_what_is_known_writes_nothing() throws IOException {
    try (Metadata store = open(disk)) {
      store.put(Map.of("up", gauge("a")));
      store.put(Map.of("up", gauge("b")));
      long operations = disk.operations();
      for (int i = 0; i < 10; i++) {
        store.put(Map.of("up", gauge("a")));
        store.put(Map.of("up", gauge("b")));
      }
      assertThat(disk.operations()).isEqualTo(operations);
    }
  }

  @Test
  void what_exceeds_a_limit_is_left_out_and_counted() throws IOException {
    try (Metadata store = open(disk)) {
      store.put(Map.of("up", gauge("x".repeat(51))));
      assertThat(store.find("up")).isEmpty();
      for (int i = 0; i < 101; i++) {
        store.put(Map.of("m" + i, gauge("")));
      }
      assertThat(store.metrics()).isEqualTo(100);
      assertThat(store.leftOut()).isEqualTo(2);
    }
  }

  @Test
  void a_closed_store_takes_nothing_new() throws IOException {
    Metadata store = open(disk);
    store.put(Map.of("up", gauge("")));
    store.close();
    store.put(Map.of("up", gauge("")));
    assertThatThrownBy(() -> store.put(Map.of("down", gauge(""))))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining("closed");
  }

  @Seeds(200)
  void what_was_put_survives_power_cuts(long seed) throws IOException {
    Random random = new Random(seed);
    CrashDisk crashing = new CrashDisk(seed);
    Map<String, MetricMetadata> acknowledged = new TreeMap<>();
    for (int life = 0; life < 4; life++) {
      Map<String, MetricMetadata> doubtful = Map.of();
      crashing.powerOffAt(5 + random.nextInt(40));
      try (Metadata store = open(crashing)) {
        for (int i = 0; i < 20; i++) {
          doubtful = Map.of("m" + random.nextInt(5), gauge("h" + life + "." + i));
          store.put(doubtful);
          acknowledged.putAll(doubtful);
        }
      } catch (IOException | MangruException e) {
        assertThat(crashing.off()).as("only the power cut fails: " + e).isTrue();
      }
      crashing.powerOff();
      crashing = crashing.reboot();
      try (Metadata store = open(crashing)) {
        for (Map.Entry<String, MetricMetadata> each : acknowledged.entrySet()) {
          MetricMetadata maybe = doubtful.get(each.getKey());
          assertThat(store.find(each.getKey()).getFirst())
              .isIn(each.getValue(), maybe == null ? each.getValue() : maybe);
        }
        acknowledged.clear();
        store.all(0).forEach((metric, entries) -> acknowledged.put(metric, entries.getFirst()));
      }
    }
  }

  @Test
  void the_worked_example_of_the_format_is_what_is_written() throws CorruptDataException {
    List<Map.Entry<String, MetricMetadata>> entries = List.of(Map.entry("up", gauge("x")));
    byte[] bytes = MetadataRecord.write(entries).toByteArray();
    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("010102757002017800");
    assertThat(MetadataRecord.read(new ByteReader(bytes, Path.of("x"), 0))).isEqualTo(entries);
  }

  @Seeds(200)
  void bytes_that_are_wrong_are_an_error_or_metadata(long seed) {
    Random random = new Random(seed);
    byte[] bytes =
        MetadataRecord.write(List.of(Map.entry("up", gauge("x")), Map.entry("down", gauge("y"))))
            .toByteArray();
    for (int i = 0; i < 2; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    try {
      assertThat(MetadataRecord.read(new ByteReader(bytes, Path.of("x"), 0)).size())
          .isLessThanOrEqualTo(bytes.length);
    } catch (CorruptDataException e) {
      assertThat(e).hasMessageContaining("expected");
    }
  }

  @Test
  void more_than_a_record_holds_is_kept(@TempDir Path real) throws IOException {
    Metadata.Limits limits = new Metadata.Limits(50_000, 1L << 30, 4_096);
    Map<String, MetricMetadata> many = new TreeMap<>();
    for (int i = 0; i < 6_000; i++) {
      many.put("m" + i, gauge("\ub9dd".repeat(4_096)));
    }
    try (Metadata store = Metadata.open(Disk.REAL, real, limits)) {
      store.put(many);
      assertThat(store.metrics()).isEqualTo(6_000);
    }
    try (Metadata store = Metadata.open(Disk.REAL, real, limits)) {
      assertThat(store.metrics()).isEqualTo(6_000);
    }
  }
}
