package dev.mangru.tsdb.tenant;

import dev.mangru.model.testkit.BytesDisk;
import dev.mangru.model.testkit.FuzzTarget;
import dev.mangru.tsdb.codec.ByteWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// For a fuzzer: any bytes are the log of tenants' names, or its check tells what is wrong. The
/// first byte of an input says whether the rest is the file, or records of up to 255 bytes, each
/// behind its length, which are framed with the right checksums.
public final class TenantNamesFuzz {

  private static final Path FOLDER = Path.of("/tenants/names");

  private TenantNamesFuzz() {}

  /// Logs of up to three tenants.
  public static List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    ByteWriter records = new ByteWriter(64).u8(1);
    for (int number = 1; number < 4; number++) {
      ByteWriter record = new ByteWriter(16).u8(1).varint(number).text("team-" + number);
      seeds.add(records.u8(record.length()).append(record).toByteArray());
    }
    ByteWriter file = new ByteWriter(64).u8(0);
    byte[] framed = framed(seeds.getFirst());
    seeds.add(file.bytes(framed, 0, framed.length).toByteArray());
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    if (input.length == 0) {
      return;
    }
    byte[] file =
        input[0] == 0 ? java.util.Arrays.copyOfRange(input, 1, input.length) : framed(input);
    long before = FuzzTarget.allocated();
    BytesDisk disk = new BytesDisk().put(FOLDER.resolve("00000001.log"), file);
    if (TenantNames.check(disk, FOLDER) == null) {
      throw new AssertionError("no report");
    }
    FuzzTarget.bounded(before, input.length);
  }

  private static byte[] framed(byte[] input) {
    ByteWriter out = new ByteWriter(64).bytes(new byte[] {'M', 'G', 'R', 'U'}, 0, 4);
    out.bytes(new byte[] {'L', 'O', 'G', '1'}, 0, 4);
    for (int at = 1; at < input.length; ) {
      int length = Math.min(input[at] & 0xff, input.length - at - 1);
      CRC32C crc = new CRC32C();
      crc.update(length);
      crc.update(0);
      crc.update(0);
      crc.update(0);
      crc.update(input, at + 1, length);
      out.u32(length).u32((int) crc.getValue()).bytes(input, at + 1, length);
      at += 1 + length;
    }
    return out.toByteArray();
  }
}
