package dev.mangru.tsdb.codec;

import dev.mangru.model.error.CorruptDataException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Reads what [ByteWriter] wrote, checking every length before it is used. Confined to one thread.
public final class ByteReader {

  private final byte[] buffer;
  private final Path file;
  private final long fileOffset;
  private final int end;
  private int position;

  /// Reads `buffer` from `start` to `end`.
  ///
  /// @param file named in errors
  /// @param fileOffset where in `file` the first byte of `buffer` stands
  public ByteReader(byte[] buffer, int start, int end, Path file, long fileOffset) {
    this.buffer = buffer;
    this.position = start;
    this.end = end;
    this.file = file;
    this.fileOffset = fileOffset;
  }

  /// Reads all of `buffer`.
  public ByteReader(byte[] buffer, Path file, long fileOffset) {
    this(buffer, 0, buffer.length, file, fileOffset);
  }

  /// Bytes not yet read.
  public int remaining() {
    return end - position;
  }

  /// Index of the next byte in the array.
  public int position() {
    return position;
  }

  /// Goes on `bytes` further.
  public void skip(int bytes) throws CorruptDataException {
    need(bytes);
    position += bytes;
  }

  /// One byte, 0 to 255.
  public int u8() throws CorruptDataException {
    need(1);
    return buffer[position++] & 0xff;
  }

  /// Four bytes, little-endian.
  public int u32() throws CorruptDataException {
    need(4);
    int value = 0;
    for (int i = 0; i < 4; i++) {
      value |= (buffer[position++] & 0xff) << (8 * i);
    }
    return value;
  }

  /// Eight bytes, little-endian.
  public long u64() throws CorruptDataException {
    need(8);
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value |= (buffer[position++] & 0xffL) << (8 * i);
    }
    return value;
  }

  /// An unsigned varint.
  public long varint() throws CorruptDataException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      need(1);
      byte b = buffer[position++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw corrupt("a number of at most 10 bytes", "more");
  }

  /// A varint that counts things of at least `bytesEach` bytes, so it cannot exceed what is left.
  public int count(int bytesEach) throws CorruptDataException {
    long value = varint();
    if (value < 0 || value > remaining() / bytesEach) {
      throw corrupt("a count that fits into " + remaining() + " bytes", String.valueOf(value));
    }
    return (int) value;
  }

  /// A signed varint.
  public long zigZag() throws CorruptDataException {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }

  /// A varint length and UTF-8 text.
  public String text() throws CorruptDataException {
    int length = count(1);
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(buffer, position, length))
              .toString();
      position += length;
      return text;
    } catch (CharacterCodingException e) {
      throw corrupt("UTF-8 text", "other bytes");
    }
  }

  /// The exception for what was found here.
  public CorruptDataException corrupt(String expected, String found) {
    return new CorruptDataException(file, fileOffset + position, expected, found);
  }

  private void need(int bytes) throws CorruptDataException {
    if (end - position < bytes) {
      throw corrupt(bytes + " more bytes", (end - position) + " bytes");
    }
  }
}
