package dev.mangru.tsdb.block;

import java.util.zip.CRC32C;

/// CRC32C (Castagnoli), which x86 and ARM compute in hardware.
final class Crc {

  private Crc() {}

  static int of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  static int of(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
