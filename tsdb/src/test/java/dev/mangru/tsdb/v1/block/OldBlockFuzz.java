package dev.mangru.tsdb.v1.block;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.testkit.BytesDisk;
import dev.mangru.model.testkit.FuzzTarget;
import dev.mangru.tsdb.codec.ByteWriter;
import dev.mangru.tsdb.transfer.HexFiles;
import dev.mangru.tsdb.v1.block.BlockIndex.ChunkTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// For a fuzzer: any bytes are a block of the first format, or its check tells what is wrong.
///
/// ```
/// input = mode u8, length of the chunks u16, totals (28 bytes: range, samples, series), bytes
/// ```
///
/// Footer and checksums are made from that; with mode 0 the rest is the file as it is.
public final class OldBlockFuzz {

  private static final Path FOLDER = Path.of("/data");
  private static final int FIXED = 31;

  private static final byte[] MANIFEST = manifest();

  private OldBlockFuzz() {}

  private static byte[] manifest() {
    String text = "mangru-tsdb 1\nwal-first-segment 7\nnext-block 12\nblock 9\n";
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return (text + "crc32c %08x\n".formatted(Checksums.crc32c(bytes, 0, bytes.length)))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /// The blocks of a store of the first format.
  public static List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    Path folder = Files.createTempDirectory("fuzz-seeds");
    HexFiles.unpack("store-1.hex", folder);
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted((a, b) -> b.compareTo(a)).toList();
    }
    for (Path path : all) {
      if (path.toString().endsWith(".blk")) {
        byte[] file = Files.readAllBytes(path);
        ByteBuffer footer =
            ByteBuffer.wrap(file, file.length - Footer.BYTES, Footer.BYTES)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN);
        int index = (int) footer.getLong(0);
        ByteWriter out = new ByteWriter(file.length).u8(1).u8(index - 8).u8((index - 8) >> 8);
        out.bytes(file, file.length - Footer.BYTES + 16, 28);
        out.bytes(file, 8, file.length - Footer.BYTES - 8);
        seeds.add(out.toByteArray());
        byte[] whole = new byte[file.length + 1];
        System.arraycopy(file, 0, whole, 1, file.length);
        seeds.add(whole);
      }
      Files.delete(path);
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    long before = FuzzTarget.allocated();
    List<String> problems = new ArrayList<>();
    BytesDisk disk = new BytesDisk().put(FOLDER.resolve(Manifest.NAME), MANIFEST);
    disk.put(BlockSet.path(FOLDER.resolve(BlockSet.FOLDER), 9), file(input));
    BlockCheck.check(disk, FOLDER, new ArrayList<>(), problems);
    FuzzTarget.bounded(before, 20 * input.length);
  }

  private static byte[] file(byte[] input) {
    if (input.length < FIXED || input[0] == 0) {
      return Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
    }
    int chunks = Math.min((input[1] & 0xff) | (input[2] & 0xff) << 8, input.length - FIXED);
    byte[] index = Arrays.copyOfRange(input, FIXED + chunks, input.length);
    ByteWriter out = new ByteWriter(input.length + 64);
    out.bytes(Footer.MAGIC, 0, 8).bytes(input, FIXED, chunks).bytes(index, 0, index.length);
    ByteWriter footer = new ByteWriter(64);
    footer.u64(8L + chunks).u32(index.length).u32(Checksums.crc32c(index, 0, index.length));
    footer.bytes(input, 3, 28);
    footer.u32(Checksums.crc32c(footer.toByteArray(), 0, footer.length()));
    byte[] file = out.append(footer.bytes(Footer.MAGIC, 0, 8)).toByteArray();
    sealChunks(file, index, 8 + chunks);
    return file;
  }

  private static void sealChunks(byte[] file, byte[] index, int end) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    try {
      BlockIndex parsed = BlockIndex.parse(index, FOLDER, end);
      for (int series = 0; series < parsed.seriesCount(); series++) {
        ChunkTable table = parsed.chunks(series);
        long at = table.offset();
        for (int length : table.lengths()) {
          if (at < 8 || at > end - length - 4) {
            break;
          }
          bytes.putInt((int) at + length, Checksums.crc32c(file, (int) at, length));
          at += length + 4L;
        }
      }
    } catch (CorruptDataException e) {
      // no chunks then
    }
  }
}
