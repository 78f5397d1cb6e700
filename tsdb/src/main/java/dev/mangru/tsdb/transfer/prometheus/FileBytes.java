package dev.mangru.tsdb.transfer.prometheus;

import dev.mangru.model.error.CorruptDataException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Bytes from somewhere in a file, read from the front; every length is checked, and errors name
/// file and offset. Numbers are big-endian. Confined to one thread.
final class FileBytes {

  private final Path path;
  private final long fileOffset;
  private final byte[] bytes;
  private int end;
  private int position;

  FileBytes(Path path, long fileOffset, byte[] bytes) {
    this.path = path;
    this.fileOffset = fileOffset;
    this.bytes = bytes;
    this.end = bytes.length;
  }

  /// Verifies the CRC-32C that stands behind `count` bytes, and takes it off the end.
  void verify(int from, int count) throws CorruptDataException {
    int at = from + count;
    int wanted = ByteBuffer.wrap(bytes).getInt(at);
    int found = SourceFile.crc(bytes, from, count);
    if (wanted != found) {
      throw new CorruptDataException(
          path, fileOffset + at, "checksum %08x".formatted(found), "%08x".formatted(wanted));
    }
    end = at;
  }

  byte[] array() {
    return bytes;
  }

  int position() {
    return position;
  }

  void position(int to) throws CorruptDataException {
    if (to < 0 || to > end) {
      throw corrupt("a position up to " + end, String.valueOf(to));
    }
    position = to;
  }

  int remaining() {
    return end - position;
  }

  int u8() throws CorruptDataException {
    need(1);
    return bytes[position++] & 0xff;
  }

  int u16() throws CorruptDataException {
    return u8() << 8 | u8();
  }

  int u32() throws CorruptDataException {
    need(4);
    int value = ByteBuffer.wrap(bytes).getInt(position);
    position += 4;
    return value;
  }

  long u64() throws CorruptDataException {
    need(8);
    long value = ByteBuffer.wrap(bytes).getLong(position);
    position += 8;
    return value;
  }

  long uvarint() throws CorruptDataException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int b = u8();
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw corrupt("a number of at most 10 bytes", "more");
  }

  long varint() throws CorruptDataException {
    long value = uvarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /// A number that counts things of at least one byte each that follow.
  int count() throws CorruptDataException {
    long value = uvarint();
    if (value < 0 || value > remaining()) {
      throw corrupt("a count that fits into " + remaining() + " bytes", String.valueOf(value));
    }
    return (int) value;
  }

  /// A length and UTF-8 text.
  String text() throws CorruptDataException {
    int length = count();
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, position, length))
              .toString();
      position += length;
      return text;
    } catch (CharacterCodingException _) {
      throw corrupt("UTF-8 text", "other bytes");
    }
  }

  void skip(int count) throws CorruptDataException {
    need(count);
    position += count;
  }

  CorruptDataException corrupt(String expected, String found) {
    return new CorruptDataException(path, fileOffset + position, expected, found);
  }

  private void need(int count) throws CorruptDataException {
    if (end - position < count) {
      throw corrupt(count + " more bytes", (end - position) + " bytes");
    }
  }
}
