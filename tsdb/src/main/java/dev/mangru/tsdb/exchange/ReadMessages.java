package dev.mangru.tsdb.exchange;

import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.wire.ProtobufWriter;

/// Writes series as remote read and write 1.0 have them. Static.
///
/// ```
/// TimeSeries  labels = 1 (name = 1, value = 2), samples = 2 (value = 1, timestamp = 2),
///             histograms = 4
/// ```
public final class ReadMessages {

  private ReadMessages() {}

  /// The labels of a series with those of the server: the series' own win.
  public static Labels withExternal(Labels series, Labels external) {
    if (external.isEmpty()) {
      return series;
    }
    Labels.Builder builder = external.toBuilder();
    for (Label label : series) {
      builder.set(label.name(), label.value());
    }
    return builder.build();
  }

  /// Each label as field 1 of the message that `out` is in.
  public static void labels(Labels labels, ProtobufWriter out) {
    for (int i = 0; i < labels.count(); i++) {
      String name = labels.name(i);
      String value = labels.value(i);
      out.message(1, label -> label.string(1, name).string(2, value));
    }
  }

  /// A `TimeSeries` with all samples.
  public static void series(Labels labels, SampleColumns samples, ProtobufWriter out) {
    labels(labels, out);
    int count = samples.count();
    for (int i = 0; i < count; i++) {
      if (samples.histogram(i) == null) {
        double value = samples.values()[i];
        long timeMs = samples.timesMs()[i];
        out.message(2, sample -> sample.doubleField(1, value).varint(2, timeMs));
      }
    }
    if (!samples.anyHistogram()) {
      return;
    }
    for (int i = 0; i < count; i++) {
      NativeHistogram histogram = samples.histogram(i);
      if (histogram != null) {
        long timeMs = samples.timesMs()[i];
        out.message(4, message -> histogram(histogram, timeMs, message));
      }
    }
  }

  /// A `Histogram`: the fields that `HistogramReader` reads.
  private static void histogram(NativeHistogram histogram, long timeMs, ProtobufWriter out) {
    boolean integer = histogram.integer();
    if (integer) {
      out.varint(1, histogram.count());
    } else {
      out.fixed64(2, histogram.count());
    }
    out.doubleField(3, histogram.sum());
    out.zigZag(4, histogram.schema());
    out.doubleField(5, histogram.zeroThreshold());
    if (integer) {
      out.varint(6, histogram.zeroCount());
    } else {
      out.fixed64(7, histogram.zeroCount());
    }
    spans(8, histogram.negativeSpans(), out);
    counts(integer ? 9 : 10, histogram.negativeCounts(), integer, out);
    spans(11, histogram.positiveSpans(), out);
    counts(integer ? 12 : 13, histogram.positiveCounts(), integer, out);
    out.varint(14, number(histogram.resetHint()));
    out.varint(15, timeMs);
    for (double bound : histogram.customBounds()) {
      out.doubleField(16, bound);
    }
  }

  private static int number(ResetHint hint) {
    return switch (hint) {
      case UNKNOWN -> 0;
      case RESET -> 1;
      case NO_RESET -> 2;
      case GAUGE -> 3;
    };
  }

  private static void spans(int field, int[] spans, ProtobufWriter out) {
    for (int i = 0; i < spans.length; i += 2) {
      int offset = spans[i];
      long length = Integer.toUnsignedLong(spans[i + 1]);
      out.message(field, span -> span.zigZag(1, offset).varint(2, length));
    }
  }

  private static void counts(int field, long[] counts, boolean integer, ProtobufWriter out) {
    if (counts.length == 0) {
      return;
    }
    if (!integer) {
      for (long bits : counts) {
        out.fixed64(field, bits);
      }
      return;
    }
    out.message(
        field,
        packed -> {
          long before = 0;
          for (long count : counts) {
            long difference = count - before;
            before = count;
            packed.rawVarint((difference << 1) ^ (difference >> 63));
          }
        });
  }
}
