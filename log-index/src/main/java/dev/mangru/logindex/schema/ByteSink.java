package dev.mangru.logindex.schema;

import dev.mangru.model.metric.Labels;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A growing array of bytes. Confined to one thread; reusable.
public final class ByteSink {

  private byte[] buffer = new byte[512];
  private int length;

  /// Forgets what was written; keeps the array.
  public ByteSink clear() {
    length = 0;
    return this;
  }

  /// Bytes written so far.
  public int length() {
    return length;
  }

  /// The array itself, valid up to [#length] and until the next write.
  public byte[] array() {
    return buffer;
  }

  /// What was written, without a copy.
  public ByteBuffer toByteBuffer() {
    return ByteBuffer.wrap(buffer, 0, length);
  }

  /// One byte.
  public ByteSink put(int value) {
    ensure(1);
    buffer[length++] = (byte) value;
    return this;
  }

  /// Eight bytes, little-endian.
  public ByteSink putLong(long value) {
    ensure(8);
    setLong(length, value);
    length += 8;
    return this;
  }

  /// Overwrites eight bytes at `position`.
  public void setLong(int position, long value) {
    for (int i = 0; i < 8; i++) {
      buffer[position + i] = (byte) (value >>> (8 * i));
    }
  }

  /// A number that is not negative, in 1 to 5 bytes of 7 bits, lowest first.
  public ByteSink putVarint(int value) {
    ensure(5);
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      buffer[length++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    buffer[length++] = (byte) rest;
    return this;
  }

  /// Text as its length in bytes and UTF-8.
  public ByteSink putText(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    putVarint(bytes.length);
    ensure(bytes.length);
    System.arraycopy(bytes, 0, buffer, length, bytes.length);
    length += bytes.length;
    return this;
  }

  /// Labels as their count, then name and value of each in order.
  public ByteSink putLabels(Labels labels) {
    putVarint(labels.count());
    for (int i = 0; i < labels.count(); i++) {
      putText(labels.name(i));
      putText(labels.value(i));
    }
    return this;
  }

  private void ensure(int more) {
    if (buffer.length - length < more) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
    }
  }
}
