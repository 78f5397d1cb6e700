package dev.mangru.server.testkit;

import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// A remote-write 1.0 body of any samples, native histograms and exemplars, to feed a peer and this
/// server the same.
public final class WriteRequest {

  private final ByteArrayOutputStream request = new ByteArrayOutputStream();
  private ByteArrayOutputStream series = new ByteArrayOutputStream();

  /// Begins the next series.
  public WriteRequest series(Labels labels) {
    flush();
    for (Label label : labels) {
      message(series, 1, label(label));
    }
    return this;
  }

  /// A float.
  public WriteRequest sample(long timeMs, double value) {
    ByteArrayOutputStream sample = new ByteArrayOutputStream();
    number(sample, 1, value);
    varint(sample, 2, timeMs);
    message(series, 2, sample.toByteArray());
    return this;
  }

  /// An exemplar.
  public WriteRequest exemplar(Labels labels, long timeMs, double value) {
    ByteArrayOutputStream exemplar = new ByteArrayOutputStream();
    for (Label label : labels) {
      message(exemplar, 1, label(label));
    }
    number(exemplar, 2, value);
    varint(exemplar, 3, timeMs);
    message(series, 3, exemplar.toByteArray());
    return this;
  }

  /// A native histogram of schema 0 whose positive buckets from index 1 on hold `counts`.
  public WriteRequest histogram(long timeMs, long... counts) {
    ByteArrayOutputStream histogram = new ByteArrayOutputStream();
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    varint(histogram, 1, total);
    number(histogram, 3, total * 1.5);
    ByteArrayOutputStream span = new ByteArrayOutputStream();
    varint(span, 1, 2); // zigzag of 1
    varint(span, 2, counts.length);
    message(histogram, 11, span.toByteArray());
    ByteArrayOutputStream deltas = new ByteArrayOutputStream();
    long before = 0;
    for (long count : counts) {
      long delta = count - before;
      raw(deltas, (delta << 1) ^ (delta >> 63));
      before = count;
    }
    message(histogram, 12, deltas.toByteArray());
    varint(histogram, 15, timeMs);
    message(series, 4, histogram.toByteArray());
    return this;
  }

  /// The body, compressed.
  public byte[] body() {
    flush();
    return Wire.snappy(request.toByteArray());
  }

  private void flush() {
    if (series.size() > 0) {
      message(request, 1, series.toByteArray());
      series = new ByteArrayOutputStream();
    }
  }

  private static byte[] label(Label label) {
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    message(to, 1, label.name().getBytes(StandardCharsets.UTF_8));
    message(to, 2, label.value().getBytes(StandardCharsets.UTF_8));
    return to.toByteArray();
  }

  private static void message(ByteArrayOutputStream to, int field, byte[] content) {
    raw(to, (field << 3) | 2);
    raw(to, content.length);
    to.writeBytes(content);
  }

  private static void varint(ByteArrayOutputStream to, int field, long value) {
    raw(to, field << 3);
    raw(to, value);
  }

  private static void number(ByteArrayOutputStream to, int field, double value) {
    raw(to, (field << 3) | 1);
    to.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array());
  }

  private static void raw(ByteArrayOutputStream to, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      to.write((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    to.write((int) rest);
  }
}
