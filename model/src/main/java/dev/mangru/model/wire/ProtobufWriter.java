package dev.mangru.model.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/// Writes one Protocol Buffers message into a growing array. Confined to one thread; reusable.
///
/// Source: protobuf.dev, “Encoding”.
public final class ProtobufWriter {

  private byte[] buffer = new byte[1024];
  private int length;

  /// Forgets what was written; keeps the array.
  public ProtobufWriter clear() {
    length = 0;
    return this;
  }

  /// Bytes written so far.
  public int length() {
    return length;
  }

  /// A copy of what was written.
  public byte[] toByteArray() {
    return Arrays.copyOf(buffer, length);
  }

  /// A varint field (`int64`, `uint64`, `bool`, an enum).
  public ProtobufWriter varint(int field, long value) {
    tag(field, ProtobufReader.VARINT);
    rawVarint(value);
    return this;
  }

  /// A zigzag varint field (`sint64`).
  public ProtobufWriter zigZag(int field, long value) {
    return varint(field, (value << 1) ^ (value >> 63));
  }

  /// A double field; NaN payloads survive.
  public ProtobufWriter doubleField(int field, double value) {
    return fixed64(field, Double.doubleToRawLongBits(value));
  }

  /// A field of 8 little-endian bytes.
  public ProtobufWriter fixed64(int field, long value) {
    tag(field, ProtobufReader.FIXED64);
    rawFixed64(value);
    return this;
  }

  /// A text field.
  public ProtobufWriter string(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /// A bytes field.
  public ProtobufWriter bytes(int field, byte[] value) {
    return bytes(field, value, 0, value.length);
  }

  /// A bytes field from `count` bytes of `source` at `offset`.
  public ProtobufWriter bytes(int field, byte[] source, int offset, int count) {
    tag(field, ProtobufReader.BYTES);
    rawVarint(count);
    ensure(count);
    System.arraycopy(source, offset, buffer, length, count);
    length += count;
    return this;
  }

  /// A message field: `content` writes the inner fields into this same writer.
  public ProtobufWriter message(int field, Consumer<ProtobufWriter> content) {
    tag(field, ProtobufReader.BYTES);
    int start = length;
    content.accept(this);
    int size = length - start;
    int prefix = varintSize(size);
    ensure(prefix);
    System.arraycopy(buffer, start, buffer, start + prefix, size);
    length = start;
    rawVarint(size);
    length += size;
    return this;
  }

  /// A varint without a tag, for packed fields inside [#message].
  public ProtobufWriter rawVarint(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      buffer[length++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    buffer[length++] = (byte) rest;
    return this;
  }

  private void rawFixed64(long value) {
    ensure(8);
    for (int i = 0; i < 8; i++) {
      buffer[length++] = (byte) (value >>> (8 * i));
    }
  }

  private void tag(int field, int wireType) {
    rawVarint(((long) field << 3) | wireType);
  }

  private static int varintSize(long value) {
    return Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7);
  }

  private void ensure(int more) {
    if (buffer.length - length < more) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
    }
  }
}
