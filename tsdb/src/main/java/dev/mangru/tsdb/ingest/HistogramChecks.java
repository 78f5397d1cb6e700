package dev.mangru.tsdb.ingest;

import dev.mangru.model.metric.NativeHistogram;

/// Whether a native histogram agrees with itself: the checks that Prometheus makes of one it is
/// sent. Each tells in words what is wrong, or gives the empty string.
///
/// Source: Prometheus `model/histogram`, `Histogram.Validate` and `FloatHistogram.Validate`.
public final class HistogramChecks {

  private static final int MIN_SCHEMA = -4;
  private static final int MAX_SCHEMA = 8;

  /// Most buckets of one side. Prometheus' own limits of scraped histograms are in the hundreds;
  /// this is 32 buckets for each of the 2,048 powers of two.
  static final int MAX_BUCKETS = 65_536;

  private HistogramChecks() {}

  /// Whether spans (offset, length, …) name as many buckets as there are.
  static String sizes(int[] spans, int buckets, String side) {
    if (buckets > MAX_BUCKETS) {
      return buckets + " " + side + " buckets; the limit is " + MAX_BUCKETS;
    }
    long named = 0;
    for (int i = 0; i < spans.length; i += 2) {
      named += Integer.toUnsignedLong(spans[i + 1]);
    }
    return named == buckets
        ? ""
        : "the " + side + " spans name " + named + " buckets, and there are " + buckets;
  }

  /// What is wrong with the histogram; empty if nothing is.
  public static String check(NativeHistogram histogram) {
    String wrong;
    if (histogram.schema() == NativeHistogram.CUSTOM_BUCKETS_SCHEMA) {
      wrong = custom(histogram);
    } else {
      wrong = exponential(histogram);
    }
    if (wrong.isEmpty()) {
      wrong = histogram.integer() ? integerCounts(histogram) : floatCounts(histogram);
    }
    return wrong;
  }

  private static String exponential(NativeHistogram histogram) {
    if (histogram.schema() < MIN_SCHEMA || histogram.schema() > MAX_SCHEMA) {
      return "schema "
          + histogram.schema()
          + " is not supported; supported are "
          + MIN_SCHEMA
          + " to "
          + MAX_SCHEMA
          + " and "
          + NativeHistogram.CUSTOM_BUCKETS_SCHEMA
          + " (custom buckets)";
    }
    if (histogram.customBounds().length > 0) {
      return "custom bounds with schema " + histogram.schema() + ", which has none";
    }
    String wrong = gaps(histogram.positiveSpans(), 2, "positive");
    return wrong.isEmpty() ? gaps(histogram.negativeSpans(), 2, "negative") : wrong;
  }

  /// Only a first span may begin below zero.
  private static String gaps(int[] spans, int from, String side) {
    for (int i = from; i < spans.length; i += 2) {
      if (spans[i] < 0) {
        return "a " + side + " span has the negative offset " + spans[i];
      }
    }
    return "";
  }

  private static String custom(NativeHistogram histogram) {
    double previous = Double.NEGATIVE_INFINITY;
    double[] bounds = histogram.customBounds();
    for (double bound : bounds) {
      if (!(bound > previous)) {
        return "custom bounds must ascend: " + bound + " comes after " + previous;
      }
      previous = bound;
    }
    if (previous == Double.POSITIVE_INFINITY) {
      return "custom bounds must be finite; the last bucket reaches to infinity by itself";
    }
    String wrong = gaps(histogram.positiveSpans(), 0, "custom");
    if (!wrong.isEmpty()) {
      return wrong;
    }
    long reach = 0;
    for (int i = 0; i < histogram.positiveSpans().length; i += 2) {
      reach += histogram.positiveSpans()[i];
      reach += Integer.toUnsignedLong(histogram.positiveSpans()[i + 1]);
    }
    if (reach > bounds.length + 1L) {
      return "the spans reach " + reach + " custom buckets, and there are " + (bounds.length + 1);
    }
    boolean zero =
        histogram.integer()
            ? histogram.zeroCount() == 0
            : Double.longBitsToDouble(histogram.zeroCount()) == 0;
    if (!zero || histogram.zeroThreshold() != 0) {
      return "custom buckets have no zero bucket, and one is given";
    }
    if (histogram.negativeSpans().length > 0 || histogram.negativeCounts().length > 0) {
      return "custom buckets have no negative side, and one is given";
    }
    return "";
  }

  private static String integerCounts(NativeHistogram histogram) {
    long inBuckets = histogram.zeroCount();
    for (long count : histogram.negativeCounts()) {
      if (count < 0) {
        return negative(String.valueOf(count));
      }
      inBuckets += count;
    }
    for (long count : histogram.positiveCounts()) {
      if (count < 0) {
        return negative(String.valueOf(count));
      }
      inBuckets += count;
    }
    int order = Long.compareUnsigned(inBuckets, histogram.count());
    boolean observedNan = Double.isNaN(histogram.sum()); // such observations are in no bucket
    if (observedNan ? order > 0 : order != 0) {
      return Long.toUnsignedString(inBuckets)
          + " observations are in buckets, and the count is "
          + Long.toUnsignedString(histogram.count());
    }
    return "";
  }

  /// Float counts are not summed up: rounding makes them differ.
  private static String floatCounts(NativeHistogram histogram) {
    if (Double.longBitsToDouble(histogram.count()) < 0) {
      return negative(String.valueOf(Double.longBitsToDouble(histogram.count())));
    }
    if (Double.longBitsToDouble(histogram.zeroCount()) < 0) {
      return negative(String.valueOf(Double.longBitsToDouble(histogram.zeroCount())));
    }
    for (long bits : histogram.negativeCounts()) {
      if (Double.longBitsToDouble(bits) < 0) {
        return negative(String.valueOf(Double.longBitsToDouble(bits)));
      }
    }
    for (long bits : histogram.positiveCounts()) {
      if (Double.longBitsToDouble(bits) < 0) {
        return negative(String.valueOf(Double.longBitsToDouble(bits)));
      }
    }
    return "";
  }

  private static String negative(String count) {
    return "a count of observations is negative: " + count;
  }
}
