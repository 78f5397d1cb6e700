package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.FloatHistogram.Bucket;
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
    for (Bucket bucket : histogram.buckets()) {
      if (bucket.count() != 0) {
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
    return text.append('}').toString();
  }
}
