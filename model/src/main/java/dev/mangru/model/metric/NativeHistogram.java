package dev.mangru.model.metric;

import java.util.Arrays;
import java.util.Objects;

/// One sample of a native histogram, exactly as it was sent: nothing is normalised, so that it
/// comes back bit for bit. Immutable and thread-safe; nobody changes an array given in or out.
///
/// Bucket counts are absolute. In an integer histogram they are 64-bit integers, in a float
/// histogram the raw bits of doubles; the wire's deltas of integer buckets are summed with
/// wrap-around, so they can be had back. [#equals] compares bits.
///
/// Source: prometheus.io, “Native histograms” specification; Prometheus `model/histogram`.
public final class NativeHistogram {

  /// The schema of custom bucket bounds.
  public static final int CUSTOM_BUCKETS_SCHEMA = -53;

  private static final int[] NO_SPANS = {};
  private static final long[] NO_COUNTS = {};
  private static final double[] NO_BOUNDS = {};

  /// What is known of a counter reset between a sample and the one before it. The order is the
  /// wire's.
  public enum ResetHint {
    UNKNOWN,
    RESET,
    NO_RESET,
    GAUGE
  }

  private final boolean integer;
  private final ResetHint resetHint;
  private final int schema;
  private final double zeroThreshold;
  private final long zeroCount;
  private final long count;
  private final double sum;
  private final int[] positiveSpans;
  private final long[] positiveCounts;
  private final int[] negativeSpans;
  private final long[] negativeCounts;
  private final double[] customBounds;

  private NativeHistogram(Builder from) {
    integer = from.integer;
    resetHint = from.resetHint;
    schema = from.schema;
    zeroThreshold = from.zeroThreshold;
    zeroCount = from.zeroCount;
    count = from.count;
    sum = from.sum;
    positiveSpans = from.positiveSpans;
    positiveCounts = from.positiveCounts;
    negativeSpans = from.negativeSpans;
    negativeCounts = from.negativeCounts;
    customBounds = from.customBounds;
  }

  /// A builder.
  ///
  /// @param integer whether counts are integers; else they are raw bits of doubles
  public static Builder builder(boolean integer) {
    return new Builder(integer);
  }

  /// Whether counts are integers; else [#count], [#zeroCount] and bucket counts are raw bits of
  /// doubles.
  public boolean integer() {
    return integer;
  }

  /// What is known of a counter reset.
  public ResetHint resetHint() {
    return resetHint;
  }

  /// Resolution: buckets per power of two are `2^schema`; [#CUSTOM_BUCKETS_SCHEMA] for custom
  /// bounds.
  public int schema() {
    return schema;
  }

  /// Half the width of the zero bucket.
  public double zeroThreshold() {
    return zeroThreshold;
  }

  /// Observations in the zero bucket.
  public long zeroCount() {
    return zeroCount;
  }

  /// All observations.
  public long count() {
    return count;
  }

  /// Sum of all observations; the bits of [StaleMarker] say that the series has ended.
  public double sum() {
    return sum;
  }

  /// Offset, length, offset, length, … of runs of buckets. The first offset is absolute, the others
  /// are gaps.
  public int[] positiveSpans() {
    return positiveSpans;
  }

  /// One count for each bucket of [#positiveSpans].
  public long[] positiveCounts() {
    return positiveCounts;
  }

  /// As [#positiveSpans], for negative observations.
  public int[] negativeSpans() {
    return negativeSpans;
  }

  /// One count for each bucket of [#negativeSpans].
  public long[] negativeCounts() {
    return negativeCounts;
  }

  /// Upper bounds of custom buckets, without the infinite one.
  public double[] customBounds() {
    return customBounds;
  }

  /// Whether this sample says that its series has ended.
  public boolean stale() {
    return StaleMarker.is(sum);
  }

  /// Bytes of memory, about.
  public int memoryBytes() {
    return 120
        + 4 * (positiveSpans.length + negativeSpans.length)
        + 8 * (positiveCounts.length + negativeCounts.length + customBounds.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NativeHistogram that
        && integer == that.integer
        && resetHint == that.resetHint
        && schema == that.schema
        && bits(zeroThreshold) == bits(that.zeroThreshold)
        && zeroCount == that.zeroCount
        && count == that.count
        && bits(sum) == bits(that.sum)
        && Arrays.equals(positiveSpans, that.positiveSpans)
        && Arrays.equals(positiveCounts, that.positiveCounts)
        && Arrays.equals(negativeSpans, that.negativeSpans)
        && Arrays.equals(negativeCounts, that.negativeCounts)
        && equalBits(customBounds, that.customBounds);
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  private static boolean equalBits(double[] left, double[] right) {
    if (left.length != right.length) {
      return false;
    }
    for (int i = 0; i < left.length; i++) {
      if (bits(left[i]) != bits(right[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        integer,
        resetHint,
        schema,
        zeroCount,
        count,
        bits(sum),
        Arrays.hashCode(positiveCounts),
        Arrays.hashCode(negativeCounts));
  }

  @Override
  public String toString() {
    return "NativeHistogram[schema=%d, %s, count=%s, sum=%s]"
        .formatted(
            schema, resetHint, integer ? "" + count : "" + Double.longBitsToDouble(count), sum);
  }

  /// Gathers the parts of a histogram. Confined to one thread; used once.
  public static final class Builder {

    private final boolean integer;
    private ResetHint resetHint = ResetHint.UNKNOWN;
    private int schema;
    private double zeroThreshold;
    private long zeroCount;
    private long count;
    private double sum;
    private int[] positiveSpans = NO_SPANS;
    private long[] positiveCounts = NO_COUNTS;
    private int[] negativeSpans = NO_SPANS;
    private long[] negativeCounts = NO_COUNTS;
    private double[] customBounds = NO_BOUNDS;

    private Builder(boolean integer) {
      this.integer = integer;
    }

    /// See [NativeHistogram#resetHint()].
    public Builder resetHint(ResetHint value) {
      resetHint = value;
      return this;
    }

    /// See [NativeHistogram#schema()].
    public Builder schema(int value) {
      schema = value;
      return this;
    }

    /// The zero bucket: half its width and its count, in the histogram's kind.
    public Builder zero(double threshold, long observations) {
      zeroThreshold = threshold;
      zeroCount = observations;
      return this;
    }

    /// Count, in the histogram's kind, and sum of all observations.
    public Builder total(long observations, double sumOfAll) {
      count = observations;
      sum = sumOfAll;
      return this;
    }

    /// Spans and counts of positive buckets.
    ///
    /// @throws IllegalArgumentException if the spans name another number of buckets than there are
    ///   counts
    public Builder positive(int[] spans, long[] counts) {
      check("positive", spans, counts);
      positiveSpans = spans;
      positiveCounts = counts;
      return this;
    }

    /// Spans and counts of negative buckets.
    ///
    /// @throws IllegalArgumentException if the spans name another number of buckets than there are
    ///   counts
    public Builder negative(int[] spans, long[] counts) {
      check("negative", spans, counts);
      negativeSpans = spans;
      negativeCounts = counts;
      return this;
    }

    /// Upper bounds of custom buckets.
    public Builder customBounds(double[] bounds) {
      customBounds = bounds;
      return this;
    }

    /// The histogram.
    public NativeHistogram build() {
      return new NativeHistogram(this);
    }

    private static void check(String side, int[] spans, long[] counts) {
      long named = 0;
      for (int i = 1; i < spans.length; i += 2) {
        named += spans[i] & 0xffffffffL;
      }
      if (spans.length % 2 != 0 || named != counts.length) {
        throw new IllegalArgumentException(
            "the %s spans of a histogram name %d buckets, and there are %d counts"
                .formatted(side, named, counts.length));
      }
    }
  }
}
