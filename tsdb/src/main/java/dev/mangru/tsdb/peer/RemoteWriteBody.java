package dev.mangru.tsdb.peer;

import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.NativeHistogram;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Writes the body of a remote write request, version 1: a protobuf `prometheus.WriteRequest` in a
/// snappy block of literals. Plain rather than small or quick. Confined to one thread.
///
/// Source: Prometheus `prompb/types.proto`, snappy `format_description.txt`.
final class RemoteWriteBody {

  /// Longest literal that two bytes of length can say.
  private static final int LITERAL = 1 << 16;

  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private RemoteWriteBody() {}

  /// The bytes of a request with these series.
  static byte[] of(List<PeerSeries> all) {
    RemoteWriteBody request = new RemoteWriteBody();
    for (PeerSeries one : all) {
      request.message(1, series(one));
    }
    return snappy(request.out.toByteArray());
  }

  private static RemoteWriteBody series(PeerSeries one) {
    RemoteWriteBody series = new RemoteWriteBody();
    for (Label label : one.labels()) {
      RemoteWriteBody pair = new RemoteWriteBody();
      pair.text(1, label.name());
      pair.text(2, label.value());
      series.message(1, pair);
    }
    for (PeerSeries.Sample sample : one.samples()) {
      NativeHistogram histogram = sample.histogram();
      if (histogram == null) {
        RemoteWriteBody point = new RemoteWriteBody();
        point.number(1, sample.value());
        point.varint(2, sample.timestampMs());
        series.message(2, point);
      } else {
        series.message(4, histogram(histogram, sample.timestampMs()));
      }
    }
    return series;
  }

  private static RemoteWriteBody histogram(NativeHistogram from, long timestampMs) {
    RemoteWriteBody to = new RemoteWriteBody();
    boolean integer = from.integer();
    to.count(1, 2, integer, from.count());
    to.number(3, from.sum());
    to.varint(4, zigzag(from.schema()));
    to.number(5, from.zeroThreshold());
    to.count(6, 7, integer, from.zeroCount());
    to.spans(8, from.negativeSpans());
    to.counts(9, 10, integer, from.negativeCounts());
    to.spans(11, from.positiveSpans());
    to.counts(12, 13, integer, from.positiveCounts());
    to.varint(
        14,
        switch (from.resetHint()) {
          case UNKNOWN -> 0;
          case RESET -> 1;
          case NO_RESET -> 2;
          case GAUGE -> 3;
        });
    to.varint(15, timestampMs);
    for (double bound : from.customBounds()) {
      to.number(16, bound);
    }
    return to;
  }

  private void count(int ofIntegers, int ofFloats, boolean integer, long count) {
    if (integer) {
      varint(ofIntegers, count);
    } else {
      fixed(ofFloats, count);
    }
  }

  private void spans(int field, int[] spans) {
    for (int i = 0; i < spans.length; i += 2) {
      RemoteWriteBody span = new RemoteWriteBody();
      span.varint(1, zigzag(spans[i]));
      span.varint(2, spans[i + 1]);
      message(field, span);
    }
  }

  private void counts(int deltas, int absolute, boolean integer, long[] counts) {
    long before = 0;
    for (long count : counts) {
      if (integer) {
        varint(deltas, zigzag(count - before));
        before = count;
      } else {
        fixed(absolute, count);
      }
    }
  }

  private static long zigzag(long value) {
    return (value << 1) ^ (value >> 63);
  }

  private void text(int field, String text) {
    bytes(field, text.getBytes(StandardCharsets.UTF_8));
  }

  private void message(int field, RemoteWriteBody message) {
    bytes(field, message.out.toByteArray());
  }

  private void bytes(int field, byte[] bytes) {
    raw(((long) field << 3) | BYTES);
    raw(bytes.length);
    out.writeBytes(bytes);
  }

  private void number(int field, double value) {
    fixed(field, Double.doubleToRawLongBits(value));
  }

  private void fixed(int field, long bits) {
    raw(((long) field << 3) | FIXED64);
    for (int shift = 0; shift < 64; shift += 8) {
      out.write((int) (bits >>> shift));
    }
  }

  private void varint(int field, long value) {
    raw(((long) field << 3) | VARINT);
    raw(value);
  }

  private void raw(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static byte[] snappy(byte[] plain) {
    RemoteWriteBody block = new RemoteWriteBody();
    block.raw(plain.length);
    for (int from = 0; from < plain.length; from += LITERAL) {
      int length = Math.min(LITERAL, plain.length - from);
      block.out.write(61 << 2); // a literal whose length less one follows in two bytes
      block.out.write(length - 1);
      block.out.write((length - 1) >> 8);
      block.out.write(plain, from, length);
    }
    return block.out.toByteArray();
  }
}
