package dev.mangru.tsdb.transfer.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.tsdb.transfer.Collected;
import dev.mangru.tsdb.transfer.HexFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reads a block that Prometheus 3.5 wrote: 22 series of floats, integer and float histograms,
/// exponential and custom buckets, gauges, stale markers, and one tombstone. What is expected was
/// compared with the answers of that Prometheus when the block was made.
final class PrometheusBlocksTest {

  @TempDir Path folder;
  private Path block = Path.of("");

  @BeforeEach
  void unpack() throws IOException {
    block = folder.resolve("01M7ZSJ52HFFM2KFPX3JYVFBJW");
    HexFiles.unpack("prometheus-block.hex", block);
  }

  private static Collected read(Path directory) throws IOException {
    Collected collected = new Collected();
    PrometheusBlocks.open(Disk.REAL, directory).read(collected);
    return collected;
  }

  private static String last(Collected collected, String... labels) {
    return collected
        .series()
        .getOrDefault(Labels.of(labels), new TreeMap<>())
        .lastEntry()
        .getValue()
        .text();
  }

  @Test
  void floats_of_a_real_block_are_read_and_deleted_ones_are_not() throws IOException {
    Collected collected = read(folder);
    assertThat(collected.series()).hasSize(22);
    assertThat(collected.samples()).isEqualTo(787);
    Map<Long, Collected.Sample> goroutines =
        collected
            .series()
            .get(
                Labels.of(
                    "__name__", "go_goroutines", "instance", "127.0.0.1:19777", "job", "self"));
    assertThat(goroutines).hasSize(28).containsKeys(1795289541719L, 1795289546719L);
    assertThat(goroutines).doesNotContainKeys(1795289543719L, 1795289544719L, 1795289545719L);
    assertThat(
            last(collected, "__name__", "test:ratio", "instance", "127.0.0.1:19777", "job", "self"))
        .isEqualTo("5.428571428571429");
  }

  @Test
  void native_histograms_of_every_kind_are_read() throws IOException {
    Collected collected = read(block);
    String[] labels = {
      "__name__",
      "prometheus_http_request_duration_seconds",
      "handler",
      "/metrics",
      "instance",
      "127.0.0.1:19777",
      "job",
      "self"
    };
    assertThat(last(collected, labels))
        .isEqualTo(
            "{int NO_RESET schema 3 zero 2.938735877055719E-39 0 count 60 sum 0.17447753300000002"
                + " +[-72, 5, 1, 1, 2, 2, 6, 2, 1, 1] 2,7,25,14,2,2,1,3,1,1,2 -[]  bounds []}");
    labels[7] = "nhcb";
    assertThat(last(collected, labels))
        .isEqualTo(
            "{int NO_RESET schema -53 zero 0.0 0 count 73 sum 0.20840346299999998 +[0, 1] 73 -[] "
                + " bounds [0.1, 0.2, 0.4, 1.0, 3.0, 8.0, 20.0, 60.0, 120.0]}");
    labels[1] = "test:float_histogram";
    assertThat(last(collected, labels))
        .isEqualTo(
            "{float GAUGE schema -53 zero 0.0 0.0 count 1.0 sum 0.0025857124999999967 +[0, 1] 1.0"
                + " -[]  bounds [0.1, 0.2, 0.4, 1.0, 3.0, 8.0, 20.0, 60.0, 120.0]}");
    labels[7] = "self";
    Map<Long, Collected.Sample> ended = collected.series().get(Labels.of(labels));
    assertThat(ended.values().stream().filter(PrometheusBlocksTest::stale)).hasSize(1);
    assertThat(
            collected.series().values().stream()
                .flatMap(one -> one.values().stream())
                .flatMap(one -> java.util.Optional.ofNullable(one.histogram()).stream())
                .map(one -> one.resetHint()))
        .contains(ResetHint.UNKNOWN, ResetHint.NO_RESET, ResetHint.GAUGE);
  }

  private static boolean stale(Collected.Sample sample) {
    return sample.histogram() != null && sample.histogram().stale();
  }

  /// Whatever byte is wrong, the answer is an error that names the file, or the same samples.
  @Test
  void no_flipped_bit_goes_unnoticed() throws IOException {
    Collected whole = read(block);
    int unnoticed = 0;
    int noticed = 0;
    for (String name : new String[] {"index", "chunks/000001", "tombstones"}) {
      Path file = block.resolve(name);
      byte[] bytes = Files.readAllBytes(file);
      for (int at = 0; at < bytes.length; at += 7) {
        bytes[at] ^= (byte) (1 << at % 8);
        Files.write(file, bytes);
        bytes[at] ^= (byte) (1 << at % 8);
        try {
          assertThat(read(block).series()).as(name + " at " + at).isEqualTo(whole.series());
          unnoticed++;
        } catch (CorruptDataException e) {
          assertThat(e).hasMessageContaining(block.toString()).hasMessageContaining("at offset ");
          noticed++;
        }
      }
      Files.write(file, bytes);
    }
    assertThat(noticed).isGreaterThan(800);
    assertThat(unnoticed).as("padding and parts of the index that are not needed").isLessThan(200);
  }

  @Test
  void a_file_cut_anywhere_is_an_error_with_its_name() throws IOException {
    for (String name : new String[] {"index", "chunks/000001", "tombstones"}) {
      Path file = block.resolve(name);
      byte[] bytes = Files.readAllBytes(file);
      for (int length = 0; length < bytes.length; length += 7) {
        Files.write(file, java.util.Arrays.copyOf(bytes, length));
        assertThatThrownBy(() -> read(block))
            .as(name + " cut to " + length)
            .isInstanceOf(CorruptDataException.class)
            .hasMessageContaining(file.toString());
      }
      Files.write(file, bytes);
    }
  }

  @Test
  void a_block_of_a_later_version_is_refused_by_name() throws IOException {
    Path meta = block.resolve("meta.json");
    Files.writeString(
        meta, Files.readString(meta).replaceFirst("\"version\": *1", "\"version\":2"));
    assertThatThrownBy(() -> read(folder))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(meta.toString())
        .hasMessageContaining("expected version 1, found 2");
  }

  @Test
  void an_unknown_chunk_encoding_is_refused_by_name() throws IOException {
    Path file = block.resolve("chunks/000001");
    byte[] bytes = Files.readAllBytes(file);
    int length = (bytes[8] & 0x7f) | (bytes[9] & 0x7f) << 7;
    int start = 9;
    if (bytes[8] < 0) {
      start = 10;
    } else {
      length = bytes[8];
    }
    bytes[start] = 9;
    CRC32C crc = new CRC32C();
    crc.update(bytes, start, length + 1);
    java.nio.ByteBuffer.wrap(bytes).putInt(start + length + 1, (int) crc.getValue());
    Files.write(file, bytes);
    assertThatThrownBy(() -> read(block))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("a chunk encoding of 1 (floats), 2 (histograms)")
        .hasMessageContaining("found 9");
  }

  @Test
  void a_folder_without_a_block_says_what_to_name_instead() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> read(empty))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining("holds no Prometheus block");
  }

  @Test
  void what_a_prometheus_has_only_in_its_log_is_said() throws IOException {
    Files.createDirectory(folder.resolve("wal"));
    Files.createDirectory(folder.resolve("01M7ZSJ52HFFM2KFPX3JYVFBJX.tmp-for-creation"));
    Files.write(
        folder.resolve("01M7ZSJ52HFFM2KFPX3JYVFBJX.tmp-for-creation/meta.json"),
        "{}".getBytes(StandardCharsets.UTF_8));
    PrometheusBlocks blocks = PrometheusBlocks.open(Disk.REAL, folder);
    assertThat(blocks.blocks()).containsExactly(block);
    assertThat(blocks.notes()).hasSize(2).anyMatch(note -> note.contains("write-ahead log"));
  }
}
