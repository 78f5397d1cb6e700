package dev.mangru.model.wire;

import dev.mangru.model.error.MangruException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Walks over one Protocol Buffers message in an array, without copying. Confined to one thread.
///
/// Usage: `while (reader.nextField()) switch (reader.field()) { case 1 -> …; default ->
/// reader.skip(); }`. Every length is checked against what is left before it is used, so a lying
/// length cannot make a reader allocate or run past its end. Nesting is the caller's: each message
/// type has a fixed depth.
///
/// Malformed input throws a [MangruException] `BAD_DATA` that names the offset.
///
/// Source: protobuf.dev, “Encoding”.
public final class ProtobufReader {

  /// Wire types.
  public static final int VARINT = 0;

  public static final int FIXED64 = 1;
  public static final int BYTES = 2;
  public static final int FIXED32 = 5;

  private final byte[] buffer;
  private final int end;
  private int position;
  private int field;
  private int wireType;

  /// Reads `length` bytes from `offset`.
  public ProtobufReader(byte[] buffer, int offset, int length) {
    if (offset < 0 || length < 0 || offset > buffer.length - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + " to " + (offset + length) + " of an array of " + buffer.length);
    }
    this.buffer = buffer;
    this.position = offset;
    this.end = offset + length;
  }

  /// Reads all of `buffer`.
  public ProtobufReader(byte[] buffer) {
    this(buffer, 0, buffer.length);
  }

  /// A second reader that stands where this one does, for messages whose fields must be seen in
  /// another order than they come in.
  public ProtobufReader fork() {
    return new ProtobufReader(buffer, position, end - position);
  }

  /// Moves to the next field; false at the end of the message.
  public boolean nextField() {
    if (position == end) {
      return false;
    }
    long tag = varint();
    field = (int) (tag >>> 3);
    wireType = (int) (tag & 7);
    if (tag >>> 32 != 0 || field == 0) {
      throw malformed("field number out of range");
    }
    return true;
  }

  /// Where in the array this reader stands.
  public int position() {
    return position;
  }

  /// Number of the current field.
  public int field() {
    return field;
  }

  /// Wire type of the current field.
  public int wireType() {
    return wireType;
  }

  /// The current field as a varint.
  public long readVarint() {
    expect(VARINT);
    return varint();
  }

  /// The current field as a zigzag varint (`sint64`).
  public long readZigZag() {
    long value = readVarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /// The current field as a double.
  public double readDouble() {
    return Double.longBitsToDouble(readFixed64());
  }

  /// The current field as 8 little-endian bytes.
  public long readFixed64() {
    expect(FIXED64);
    return fixed(8);
  }

  /// The current field as 4 little-endian bytes.
  public int readFixed32() {
    expect(FIXED32);
    return (int) fixed(4);
  }

  /// The current field as UTF-8 text.
  public String readString() {
    int length = readLength();
    if (isAscii(length)) {
      position += length;
      return new String(buffer, position - length, length, StandardCharsets.ISO_8859_1);
    }
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(buffer, position, length))
              .toString();
      position += length;
      return text;
    } catch (CharacterCodingException e) {
      throw malformed("text that is not UTF-8");
    }
  }

  private boolean isAscii(int length) {
    int bits = 0;
    for (int i = position; i < position + length; i++) {
      bits |= buffer[i];
    }
    return bits >= 0;
  }

  /// The current field as a copy of its bytes.
  public byte[] readBytes() {
    int length = readLength();
    byte[] bytes = new byte[length];
    System.arraycopy(buffer, position, bytes, 0, length);
    position += length;
    return bytes;
  }

  /// The current field as a message of its own, over the same array.
  public ProtobufReader readMessage() {
    int length = readLength();
    ProtobufReader message = new ProtobufReader(buffer, position, length);
    position += length;
    return message;
  }

  /// Whether anything is left; for packed fields: `while (packed.hasMore())
  /// packed.nextPackedVarint()`.
  public boolean hasMore() {
    return position < end;
  }

  /// The next element of a packed varint field, on the reader that [#readMessage] gave.
  public long nextPackedVarint() {
    return varint();
  }

  /// The next element of a packed fixed64 or double field, as bits.
  public long nextPackedFixed64() {
    return fixed(8);
  }

  /// Passes over the current field.
  public void skip() {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED64 -> fixed(8);
      case BYTES -> {
        int length = readLength(); // moves the position too
        position += length;
      }
      case FIXED32 -> fixed(4);
      default -> throw malformed("wire type " + wireType);
    }
  }

  private int readLength() {
    expect(BYTES);
    long length = varint();
    if (length < 0 || length > end - position) {
      throw malformed(
          "a length of "
              + Long.toUnsignedString(length)
              + " with "
              + (end - position)
              + " bytes left");
    }
    return (int) length;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (position == end) {
        throw malformed("the end in the middle of a number");
      }
      byte b = buffer[position++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw malformed("a number of more than 10 bytes");
  }

  private long fixed(int bytes) {
    if (end - position < bytes) {
      throw malformed("the end in the middle of a number");
    }
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (buffer[position++] & 0xffL) << (8 * i);
    }
    return value;
  }

  private void expect(int wanted) {
    if (wireType != wanted) {
      throw malformed("field " + field + " with wire type " + wireType + " instead of " + wanted);
    }
  }

  private MangruException malformed(String what) {
    return MangruException.badData("malformed protobuf at byte " + position + ": " + what);
  }
}
