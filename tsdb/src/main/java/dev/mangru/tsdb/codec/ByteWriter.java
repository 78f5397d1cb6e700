package dev.mangru.tsdb.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes numbers and text into a growing array. Confined to one thread.
public final class ByteWriter {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] buffer;
  private int length;

  /// A writer with room for `initialBytes` before it grows.
  public ByteWriter(int initialBytes) {
    buffer = new byte[Math.max(16, initialBytes)];
  }

  /// Bytes written so far.
  public int length() {
    return length;
  }

  /// The bytes written so far, without a copy; write nothing more while it is in use.
  public ByteBuffer toBuffer() {
    return ByteBuffer.wrap(buffer, 0, length).slice();
  }

  /// A copy of the bytes written so far.
  public byte[] toByteArray() {
    return Arrays.copyOf(buffer, length);
  }

  /// Forgets everything, keeps the array.
  public ByteWriter clear() {
    length = 0;
    return this;
  }

  /// Goes back to `newLength`, forgetting what was written since.
  ///
  /// @throws IllegalArgumentException if fewer bytes than that were written
  public ByteWriter truncate(int newLength) {
    if (newLength < 0 || newLength > length) {
      throw new IllegalArgumentException("cannot keep " + newLength + " of " + length + " bytes");
    }
    length = newLength;
    return this;
  }

  /// One byte.
  public ByteWriter u8(int value) {
    ensure(1);
    buffer[length++] = (byte) value;
    return this;
  }

  /// Four bytes, little-endian.
  public ByteWriter u32(int value) {
    ensure(4);
    INT.set(buffer, length, value);
    length += 4;
    return this;
  }

  /// Eight bytes, little-endian.
  public ByteWriter u64(long value) {
    ensure(8);
    LONG.set(buffer, length, value);
    length += 8;
    return this;
  }

  /// Seven bits a byte, low ones first, unsigned.
  public ByteWriter varint(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      buffer[length++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    buffer[length++] = (byte) rest;
    return this;
  }

  /// A signed varint: 0, -1, 1, -2 become 0, 1, 2, 3.
  public ByteWriter zigZag(long value) {
    return varint((value << 1) ^ (value >> 63));
  }

  /// A varint length and the UTF-8 bytes.
  public ByteWriter text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    varint(bytes.length);
    return bytes(bytes, 0, bytes.length);
  }

  /// Bytes as they are.
  public ByteWriter bytes(byte[] source, int offset, int count) {
    ensure(count);
    System.arraycopy(source, offset, buffer, length, count);
    length += count;
    return this;
  }

  /// Everything that `other` has.
  public ByteWriter append(ByteWriter other) {
    return bytes(other.buffer, 0, other.length);
  }

  private void ensure(int more) {
    if (buffer.length - length < more) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
    }
  }
}
