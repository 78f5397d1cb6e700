package dev.mangru.model.disk;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.testkit.BytesDisk;
import dev.mangru.model.testkit.FuzzTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/// For a fuzzer: any bytes are segments of a log, torn at the end or not, or corrupt.
///
/// ```
/// input = mode u8 (bit 0: checksums are made right; bit 1: two segments), length of the first u8,
///         segments without their magic
/// ```
public final class RecordLogFuzz {

  private static final Path FOLDER = Path.of("/data/wal");
  private static final byte[] MAGIC = "MGRULOG1".getBytes(StandardCharsets.US_ASCII);

  private RecordLogFuzz() {}

  /// Logs of up to five records, in one segment and in two.
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int records = 0; records < 6; records++) {
      ByteBuffer out = ByteBuffer.allocate(400).order(ByteOrder.LITTLE_ENDIAN);
      out.put((byte) records).put((byte) (20 * (records / 2)));
      for (int i = 0; i < records; i++) {
        out.putInt(12).putInt(0).put(new byte[12]);
      }
      seeds.add(Arrays.copyOf(out.array(), out.position()));
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    if (input.length < 2) {
      return;
    }
    int cut = 2 + Math.min(input[1] & 0xff, input.length - 2);
    int firstEnd = (input[0] & 2) == 0 ? input.length : cut;
    boolean right = (input[0] & 1) != 0;
    BytesDisk disk = new BytesDisk();
    byte[] first = segment(input, 2, firstEnd, right);
    byte[] second = segment(input, firstEnd, input.length, right);
    disk.put(FOLDER.resolve("00000001.log"), first);
    if (firstEnd < input.length) {
      disk.put(FOLDER.resolve("00000002.log"), second);
    }
    long before = FuzzTarget.allocated();
    long[] last = {1, 0};
    try {
      RecordLog.read(
          disk,
          FOLDER,
          (position, payload) -> {
            byte[] file = position.segment() == 1 ? first : second;
            long end = position.offset() + RecordLog.RECORD_HEADER_BYTES + payload.remaining();
            boolean later =
                position.segment() > last[0]
                    || (position.segment() == last[0] && position.offset() >= last[1]);
            if (!later || payload.remaining() == 0 || end > file.length) {
              throw new AssertionError(position + " after segment " + last[0] + ", " + last[1]);
            }
            last[0] = position.segment();
            last[1] = end;
          });
    } catch (CorruptDataException refused) {
      // one of the two ways to end
    }
    FuzzTarget.bounded(before, input.length);
  }

  private static byte[] segment(byte[] input, int from, int to, boolean right) {
    byte[] file = Arrays.copyOf(MAGIC, MAGIC.length + to - from);
    System.arraycopy(input, from, file, MAGIC.length, to - from);
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = MAGIC.length; right && at + 8 <= file.length; ) {
      int size = bytes.getInt(at);
      if (size < 0 || size > file.length - at - 8) {
        break;
      }
      CRC32C crc = new CRC32C();
      crc.update(file, at, 4);
      crc.update(file, at + 8, size);
      bytes.putInt(at + 4, (int) crc.getValue());
      at += 8 + size;
    }
    return file;
  }
}
