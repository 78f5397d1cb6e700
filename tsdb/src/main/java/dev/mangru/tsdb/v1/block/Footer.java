package dev.mangru.tsdb.v1.block;

import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.tsdb.codec.ByteReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/// The last bytes of a block: where its index is and what it holds in all.
record Footer(
    long indexOffset,
    int indexLength,
    int indexCrc,
    long minMs,
    long maxMs,
    long samples,
    int series) {

  static final byte[] MAGIC = "MGRUBLK1".getBytes(StandardCharsets.US_ASCII);

  /// Bytes of the footer, its checksum and the magic at the end included.
  static final int BYTES = 8 + 4 + 4 + 8 + 8 + 8 + 4 + 4 + 8;

  static Footer read(Path path, ReadableFile file) throws IOException {
    long length = file.length();
    if (length < MAGIC.length + BYTES) {
      throw new CorruptDataException(
          path, 0, "at least " + (MAGIC.length + BYTES) + " bytes", length + " bytes");
    }
    byte[] head = new byte[MAGIC.length];
    file.readFully(0, ByteBuffer.wrap(head));
    expectMagic(path, 0, head);
    long start = length - BYTES;
    byte[] bytes = new byte[BYTES];
    file.readFully(start, ByteBuffer.wrap(bytes));
    byte[] tail = new byte[MAGIC.length];
    System.arraycopy(bytes, BYTES - MAGIC.length, tail, 0, tail.length);
    expectMagic(path, length - MAGIC.length, tail);
    ByteReader reader = new ByteReader(bytes, path, start);
    Footer footer =
        new Footer(
            reader.u64(),
            reader.u32(),
            reader.u32(),
            reader.u64(),
            reader.u64(),
            reader.u64(),
            reader.u32());
    int wanted = reader.u32();
    int found = Checksums.crc32c(bytes, 0, BYTES - 4 - MAGIC.length);
    if (wanted != found) {
      throw new CorruptDataException(
          path, start, "checksum 0x%08x".formatted(wanted), "0x%08x".formatted(found));
    }
    if (footer.indexOffset < MAGIC.length
        || footer.indexLength < 0
        || footer.indexOffset + footer.indexLength != start
        || footer.maxMs < footer.minMs) {
      throw new CorruptDataException(
          path, start, "an index that ends at " + start, footer.toString());
    }
    return footer;
  }

  private static void expectMagic(Path path, long offset, byte[] found) throws IOException {
    if (!Arrays.equals(MAGIC, found)) {
      throw new CorruptDataException(
          path, offset, "\"MGRUBLK1\"", '"' + new String(found, StandardCharsets.ISO_8859_1) + '"');
    }
  }
}
