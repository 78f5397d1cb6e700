package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.FloatHistogram.Bucket;
import dev.mangru.model.metric.FloatHistogram.Side;
import dev.mangru.model.metric.SampleText;

/// A native histogram as a text: `{count:5, sum:1.5, [-1,1]:2, (1,2]:3}`. Pure.
///
/// Source: Prometheus `FloatHistogram.String`.
final class HistogramText {

  private HistogramText() {}

  static String of(FloatHistogram histogram) {
    StringBuilder text = new StringBuilder("{count:");
    text.append(SampleText.general(histogram.count()))
        .append(", sum:")
        .append(SampleText.general(histogram.sum()));
    Side negative = histogram.negative();
    for (int i = negative.size() - 1; i >= 0; i--) {
      int index = negative.indexes()[i];
      double lower = -histogram.upperBound(index);
      double upper = -histogram.lowerBound(index);
      append(text, new Bucket(lower, upper, true, false, negative.counts()[i]));
    }
    double zero = histogram.zeroThreshold();
    append(text, new Bucket(-zero, zero, true, true, histogram.zeroCount()));
    Side positive = histogram.positive();
    for (int i = 0; i < positive.size(); i++) {
      int index = positive.indexes()[i];
      double lower = histogram.lowerBound(index);
      boolean unbounded = histogram.custom() && lower == Double.NEGATIVE_INFINITY;
      double upper = histogram.upperBound(index);
      append(text, new Bucket(lower, upper, unbounded, true, positive.counts()[i]));
    }
    return text.append('}').toString();
  }

  /// A bucket as it is, whether or not the zero bucket overlaps it.
  private static void append(StringBuilder text, Bucket bucket) {
    if (bucket.count() == 0) {
      return;
    }
    text.append(", ")
        .append(bucket.lowerInclusive() ? '[' : '(')
        .append(SampleText.general(bucket.lower()))
        .append(',')
        .append(SampleText.general(bucket.upper()))
        .append(bucket.upperInclusive() ? ']' : ')')
        .append(':')
        .append(SampleText.general(bucket.count()));
  }
}
