package dev.mangru.tsdb.v1.block;

import java.util.zip.CRC32C;

/// CRC-32C (Castagnoli), which processors compute.
final class Checksums {

  private Checksums() {}

  static int crc32c(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
