package dev.mangru.collector.tail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/// A CRC32C of a few bytes of a file: cheap proof that a file is the one we knew.
///
/// @param length bytes it covers, 0 to [#MAX_BYTES]
/// @param crc CRC32C (RFC 3720) of those bytes
record Fingerprint(int length, int crc) {

  /// Bytes that tell one log file from another. Long enough for a first line with a timestamp.
  static final int MAX_BYTES = 256;

  /// Of no bytes at all; every file matches it.
  static final Fingerprint EMPTY = of(new byte[0], 0, 0);

  /// Of `count` bytes in an array.
  static Fingerprint of(byte[] bytes, int from, int count) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, count);
    return new Fingerprint(count, (int) crc.getValue());
  }

  /// Of the first bytes of a file, at most [#MAX_BYTES] and not beyond `limit`.
  static Fingerprint head(FileChannel file, long limit) throws IOException {
    return at(file, 0, (int) Math.min(MAX_BYTES, limit));
  }

  /// Of the last bytes before `offset`, at most [#MAX_BYTES].
  static Fingerprint before(FileChannel file, long offset) throws IOException {
    int count = (int) Math.min(MAX_BYTES, offset);
    return at(file, offset - count, count);
  }

  /// Whether the same number of bytes from `offset` in `file` have the same CRC.
  boolean matches(FileChannel file, long offset) throws IOException {
    return at(file, offset, length).equals(this);
  }

  /// Of up to `count` bytes from `offset`; fewer where the file ends.
  private static Fingerprint at(FileChannel file, long offset, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, offset + bytes.position()) < 0) {
        break;
      }
    }
    return of(bytes.array(), 0, bytes.position());
  }
}
