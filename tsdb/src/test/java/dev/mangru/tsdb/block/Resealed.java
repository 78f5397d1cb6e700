package dev.mangru.tsdb.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Makes all checksums of a file right again, for bytes that are wrong and do not look it.
final class Resealed {

  private static final int PAGE_TABLE = 80;
  private static final int PAGE_TABLE_CRC = 92;
  private static final int FIRST_SECTION = 100;

  private Resealed() {}

  static byte[] of(byte[] file) {
    byte[] sealed = file.clone();
    ByteBuffer bytes = ByteBuffer.wrap(sealed).order(ByteOrder.LITTLE_ENDIAN);
    int tail = sealed.length - Footer.TAIL_BYTES;
    int footer = tail - bytes.getInt(tail);
    int pageTable = (int) bytes.getLong(footer + PAGE_TABLE);
    int index = (int) bytes.getLong(footer + FIRST_SECTION);
    int page = 0;
    for (int from = 0; from < pageTable; page++) {
      int end = Math.min(from + PageWriter.PAGE_BYTES, from < index ? index : pageTable);
      bytes.putInt(pageTable + 4 * page, Crc.of(sealed, from, end - from));
      from = end;
    }
    bytes.putInt(footer + PAGE_TABLE_CRC, Crc.of(sealed, pageTable, 4 * page));
    bytes.putInt(tail + 4, Crc.of(Arrays.copyOfRange(sealed, footer, tail + 4)));
    return sealed;
  }
}
