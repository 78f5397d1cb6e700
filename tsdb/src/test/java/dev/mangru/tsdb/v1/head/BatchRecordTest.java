package dev.mangru.tsdb.v1.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.tsdb.v1.chunk.Newest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchRecordTest {

  private static final Path FILE = Path.of("wal", "00000001.log");

  private static List<String> read(ByteBuffer payload) throws IOException {
    List<String> parts = new ArrayList<>();
    BatchRecord.read(
        payload,
        FILE,
        8,
        new BatchRecord.Visitor() {
          @Override
          public void define(long ref, Labels labels, @Nullable Newest newest) {
            parts.add(ref + " is " + labels + " after " + newest);
          }

          @Override
          public void sample(long ref, long timestampMs, long valueBits) {
            parts.add(ref + " at " + timestampMs + " " + Long.toHexString(valueBits));
          }
        });
    return parts;
  }

  private static BatchRecord example() {
    BatchRecord record = new BatchRecord(1);
    record.define(1, Labels.of("__name__", "up"), null);
    record.sample(1, 1_000, Double.doubleToRawLongBits(1));
    return record;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  @Test
  void the_worked_example_of_the_format_holds() {
    assertThat(HexFormat.ofDelimiter(" ").formatHex(bytes(example().toBuffer())))
        .isEqualTo(
            "01 01 01 01 08 5f 5f 6e 61 6d 65 5f 5f 02 75 70 00 01 02 d0 0f 00 00 00 00 00 00 f0 3f");
  }

  @Test
  void what_is_written_is_read_back() throws IOException {
    BatchRecord record = new BatchRecord(3);
    record.define(7, Labels.of("__name__", "m", "지역", "서울"), new Newest(-5, -1));
    record.sample(7, Long.MIN_VALUE, 3);
    record.sample(2, Long.MAX_VALUE, 0x7ff0000000000002L);
    record.sample(Long.MAX_VALUE, 0, 0);
    assertThat(read(record.toBuffer()))
        .containsExactly(
            "7 is m{지역=\"서울\"} after Newest[timestampMs=-5, valueBits=-1]",
            "7 at -9223372036854775808 3",
            "2 at 9223372036854775807 7ff0000000000002",
            "9223372036854775807 at 0 0");
  }

  @Test
  void an_unknown_kind_is_named_with_file_and_offset() {
    assertThatThrownBy(() -> read(ByteBuffer.wrap(new byte[] {9})))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(
            "00000001.log at offset 9: expected a record of kind 1, found kind 9");
  }

  @Seeds(2_000)
  void hostile_bytes_are_corrupt_data_and_nothing_else(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = bytes(example().toBuffer());
    for (int i = 0; i <= random.nextInt(3); i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    try {
      assertThat(read(ByteBuffer.wrap(bytes))).hasSizeLessThan(bytes.length);
    } catch (CorruptDataException e) {
      assertThat(e).hasMessageContaining("00000001.log at offset");
    }
  }
}
