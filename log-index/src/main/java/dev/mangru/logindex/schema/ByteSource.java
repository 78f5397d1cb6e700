package dev.mangru.logindex.schema;

import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// Reads what [ByteSink] wrote. Confined to one thread. Bytes that cannot be right are an
/// [IOException] that names the offset.
public final class ByteSource {

  private final byte[] buffer;
  private final int end;
  private int position;

  /// Reads `length` bytes from `offset`.
  public ByteSource(byte[] buffer, int offset, int length) {
    this.buffer = buffer;
    this.position = offset;
    this.end = offset + length;
  }

  /// Whether anything is left.
  public boolean hasMore() {
    return position < end;
  }

  /// One byte, 0 to 255.
  public int get() throws IOException {
    need(1);
    return buffer[position++] & 0xff;
  }

  /// Eight bytes, little-endian.
  public long getLong() throws IOException {
    need(8);
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value |= (buffer[position++] & 0xffL) << (8 * i);
    }
    return value;
  }

  /// A number that is not negative.
  public int getVarint() throws IOException {
    int value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int b = get();
      value |= (b & 0x7f) << shift;
      if (b < 0x80) {
        if (value < 0) {
          break;
        }
        return value;
      }
    }
    throw new IOException("a number out of range before byte " + position);
  }

  /// Text.
  public String getText() throws IOException {
    int length = getVarint();
    need(length);
    String text = new String(buffer, position, length, StandardCharsets.UTF_8);
    position += length;
    return text;
  }

  /// Passes over a text.
  public void skipText() throws IOException {
    int length = getVarint();
    need(length);
    position += length;
  }

  /// Labels.
  public Labels getLabels() throws IOException {
    int count = getVarint();
    need(2L * count);
    String[] pairs = new String[2 * count];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = getText();
    }
    return Labels.ofSortedPairs(pairs);
  }

  private void need(long bytes) throws IOException {
    if (bytes > end - position) {
      throw new IOException(
          bytes + " bytes expected at byte " + position + ", " + (end - position) + " are left");
    }
  }
}
