package dev.mangru.model.metric;

import dev.mangru.model.metric.NativeHistogram.ResetHint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// A native histogram as PromQL computes with it: counts are doubles, and a bucket is found by its
/// index. Immutable and thread-safe; nobody changes an array given in or out.
///
/// Source: Prometheus `model/histogram/float_histogram.go`; prometheus.io, “Native histograms”.
public final class FloatHistogram {

  private static final double[] NO_BOUNDS = {};

  private final int schema;
  private final ResetHint hint;
  private final double zeroThreshold;
  private final double zeroCount;
  private final double count;
  private final double sum;
  private final Side positive;
  private final Side negative;
  private final double[] customBounds;

  /// The buckets on one side of zero, ascending by index.
  ///
  /// @param indexes of each bucket, strictly ascending
  /// @param counts of each bucket; may be 0
  @SuppressWarnings("ArrayRecordComponent") // compared by equalTo only
  public record Side(int[] indexes, double[] counts) {

    /// No buckets.
    public static final Side NONE = new Side(new int[0], new double[0]);

    public Side {
      if (indexes.length != counts.length) {
        throw new IllegalArgumentException(
            indexes.length + " bucket indexes and " + counts.length + " counts");
      }
    }

    /// How many buckets there are.
    public int size() {
      return indexes.length;
    }

    boolean equalTo(Side other) {
      if (!Arrays.equals(indexes, other.indexes)) {
        return false;
      }
      for (int i = 0; i < counts.length; i++) {
        if (bits(counts[i]) != bits(other.counts[i])) {
          return false;
        }
      }
      return true;
    }

    Side scaled(double factor, boolean divide) {
      double[] scaled = counts.clone();
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] = divide ? scaled[i] / factor : scaled[i] * factor;
      }
      return new Side(indexes, scaled);
    }

    /// Without empty buckets.
    public Side compact() {
      int kept = 0;
      for (double one : counts) {
        kept += one == 0 ? 0 : 1;
      }
      if (kept == counts.length) {
        return this;
      }
      int[] keptIndexes = new int[kept];
      double[] keptCounts = new double[kept];
      kept = 0;
      for (int i = 0; i < counts.length; i++) {
        if (counts[i] != 0) {
          keptIndexes[kept] = indexes[i];
          keptCounts[kept++] = counts[i];
        }
      }
      return new Side(keptIndexes, keptCounts);
    }

    /// The same observations in buckets that are `2^levels` times as wide.
    public Side reduced(int levels) {
      if (levels == 0 || counts.length == 0) {
        return this;
      }
      int[] merged = new int[counts.length];
      double[] sums = new double[counts.length];
      int used = 0;
      for (int i = 0; i < counts.length; i++) {
        int index = reducedIndex(indexes[i], levels);
        if (used > 0 && merged[used - 1] == index) {
          sums[used - 1] += counts[i];
        } else {
          merged[used] = index;
          sums[used++] = counts[i];
        }
      }
      return new Side(Arrays.copyOf(merged, used), Arrays.copyOf(sums, used));
    }
  }

  /// Where bucket `index` lies in a schema that is `levels` lower.
  public static int reducedIndex(int index, int levels) {
    return levels >= 31 ? (index > 0 ? 1 : 0) : ((index - 1) >> levels) + 1;
  }

  /// One bucket.
  ///
  /// @param lowerInclusive whether observations equal to `lower` are in it
  /// @param upperInclusive whether observations equal to `upper` are in it
  public record Bucket(
      double lower, double upper, boolean lowerInclusive, boolean upperInclusive, double count) {}

  /// @param schema as [NativeHistogram#schema()], not above 8
  /// @param zeroThreshold half the width of the zero bucket
  /// @param positive buckets above zero, or all of them with custom bounds
  /// @param customBounds upper bounds with the schema of custom bounds, else empty
  public FloatHistogram(
      int schema,
      ResetHint hint,
      double zeroThreshold,
      double zeroCount,
      double count,
      double sum,
      Side positive,
      Side negative,
      double[] customBounds) {
    this.schema = schema;
    this.hint = hint;
    this.zeroThreshold = zeroThreshold;
    this.zeroCount = zeroCount;
    this.count = count;
    this.sum = sum;
    this.positive = positive;
    this.negative = negative;
    this.customBounds = customBounds;
  }

  /// A stored histogram. A schema above 8 is reduced to 8.
  public static FloatHistogram of(NativeHistogram stored) {
    boolean integer = stored.integer();
    Side positive = side(stored.positiveSpans(), stored.positiveCounts(), integer);
    Side negative = side(stored.negativeSpans(), stored.negativeCounts(), integer);
    int schema = stored.schema();
    int levels = Math.max(0, schema - ExponentialBounds.MAX_SCHEMA);
    return new FloatHistogram(
        schema - levels,
        stored.resetHint(),
        stored.zeroThreshold(),
        toDouble(stored.zeroCount(), integer),
        toDouble(stored.count(), integer),
        stored.sum(),
        positive.reduced(levels),
        negative.reduced(levels),
        schema == NativeHistogram.CUSTOM_BUCKETS_SCHEMA ? stored.customBounds() : NO_BOUNDS);
  }

  private static double toDouble(long stored, boolean integer) {
    return integer ? stored : Double.longBitsToDouble(stored);
  }

  private static Side side(int[] spans, long[] stored, boolean integer) {
    if (stored.length == 0) {
      return Side.NONE;
    }
    int[] indexes = new int[stored.length];
    double[] counts = new double[stored.length];
    int index = 0;
    int at = 0;
    for (int span = 0; span < spans.length; span += 2) {
      index += spans[span];
      for (int i = 0; i < spans[span + 1]; i++) {
        indexes[at] = index++;
        counts[at] = toDouble(stored[at], integer);
        at++;
      }
    }
    return new Side(indexes, counts);
  }

  /// The same as a float histogram that can be stored; empty buckets between others stay.
  public NativeHistogram toNative() {
    return NativeHistogram.builder(false)
        .resetHint(hint)
        .schema(schema)
        .zero(zeroThreshold, Double.doubleToRawLongBits(zeroCount))
        .total(Double.doubleToRawLongBits(count), sum)
        .positive(spans(positive), rawBits(positive))
        .negative(spans(negative), rawBits(negative))
        .customBounds(customBounds)
        .build();
  }

  private static long[] rawBits(Side side) {
    return Arrays.stream(side.counts).mapToLong(Double::doubleToRawLongBits).toArray();
  }

  private static int[] spans(Side side) {
    int[] spans = new int[2 * side.size()];
    int used = 0;
    int end = 0;
    for (int index : side.indexes) {
      if (used > 0 && index == end) {
        spans[used - 1]++;
      } else {
        spans[used] = index - end;
        spans[used + 1] = 1;
        used += 2;
      }
      end = index + 1;
    }
    return Arrays.copyOf(spans, used);
  }

  /// As [NativeHistogram#schema()].
  public int schema() {
    return schema;
  }

  /// Whether buckets have bounds of their own instead of exponential ones.
  public boolean custom() {
    return schema == NativeHistogram.CUSTOM_BUCKETS_SCHEMA;
  }

  /// What is known of a counter reset before this sample.
  public ResetHint hint() {
    return hint;
  }

  /// Half the width of the zero bucket.
  public double zeroThreshold() {
    return zeroThreshold;
  }

  /// Observations in the zero bucket.
  public double zeroCount() {
    return zeroCount;
  }

  /// All observations, those of NaN too.
  public double count() {
    return count;
  }

  /// Sum of all observations.
  public double sum() {
    return sum;
  }

  /// Buckets above zero; with custom bounds all buckets.
  public Side positive() {
    return positive;
  }

  /// Buckets below zero, by the index of their mirror image.
  public Side negative() {
    return negative;
  }

  /// Upper bounds of custom buckets without the infinite one; empty with exponential ones.
  public double[] customBounds() {
    return customBounds;
  }

  /// Bytes of memory, about.
  public int memoryBytes() {
    return 160 + 12 * (positive.size() + negative.size()) + 8 * customBounds.length;
  }

  /// The same with another hint.
  public FloatHistogram withHint(ResetHint other) {
    return other == hint
        ? this
        : new FloatHistogram(
            schema, other, zeroThreshold, zeroCount, count, sum, positive, negative, customBounds);
  }

  /// Without empty buckets.
  public FloatHistogram compact() {
    Side above = positive.compact();
    Side below = negative.compact();
    return above.size() == positive.size() && below.size() == negative.size()
        ? this
        : new FloatHistogram(
            schema, hint, zeroThreshold, zeroCount, count, sum, above, below, customBounds);
  }

  /// At a schema that is not higher; exponential histograms only.
  public FloatHistogram reducedTo(int target) {
    if (target == schema) {
      return this;
    }
    int levels = schema - target;
    return new FloatHistogram(
        target,
        hint,
        zeroThreshold,
        zeroCount,
        count,
        sum,
        positive.reduced(levels),
        negative.reduced(levels),
        customBounds);
  }

  /// Every count and the sum times `factor`; a negative one makes it a gauge.
  public FloatHistogram times(double factor) {
    return new FloatHistogram(
        schema,
        factor < 0 ? ResetHint.GAUGE : hint,
        zeroThreshold,
        zeroCount * factor,
        count * factor,
        sum * factor,
        positive.scaled(factor, false),
        negative.scaled(factor, false),
        customBounds);
  }

  /// Every count and the sum divided by `divisor`; a negative one makes it a gauge, and 0 leaves no
  /// buckets.
  public FloatHistogram dividedBy(double divisor) {
    return new FloatHistogram(
        schema,
        divisor < 0 ? ResetHint.GAUGE : hint,
        zeroThreshold,
        zeroCount / divisor,
        count / divisor,
        sum / divisor,
        divisor == 0 ? Side.NONE : positive.scaled(divisor, true),
        divisor == 0 ? Side.NONE : negative.scaled(divisor, true),
        customBounds);
  }

  /// The upper bound of a bucket above zero, or of a custom bucket.
  public double upperBound(int index) {
    if (!custom()) {
      return ExponentialBounds.upper(index, schema);
    }
    return index < customBounds.length
        ? index < 0 ? Double.NEGATIVE_INFINITY : customBounds[index]
        : Double.POSITIVE_INFINITY;
  }

  /// Its lower bound.
  public double lowerBound(int index) {
    return upperBound(index - 1);
  }

  /// All buckets from the lowest observations to the highest. The zero bucket is there if it has a
  /// positive count; the others may be empty. A bucket that the zero bucket overlaps begins where
  /// that ends.
  public List<Bucket> buckets() {
    List<Bucket> all = new ArrayList<>(positive.size() + negative.size() + 1);
    for (int i = negative.size() - 1; i >= 0; i--) {
      double near = -lowerBound(negative.indexes[i]);
      double far = -upperBound(negative.indexes[i]);
      if (near < 0 && near > -zeroThreshold) {
        near = -zeroThreshold;
      }
      all.add(new Bucket(far, near, true, false, negative.counts[i]));
    }
    if (zeroCount > 0) {
      all.add(new Bucket(-zeroThreshold, zeroThreshold, true, true, zeroCount));
    }
    for (int i = 0; i < positive.size(); i++) {
      double near = lowerBound(positive.indexes[i]);
      double far = upperBound(positive.indexes[i]);
      if (!custom() && near > 0 && near < zeroThreshold) {
        near = zeroThreshold;
      }
      boolean unbounded = custom() && near == Double.NEGATIVE_INFINITY;
      all.add(new Bucket(near, far, unbounded, true, positive.counts[i]));
    }
    return all;
  }

  /// Whether both have the same layout and, bit by bit, the same counts and sum; hints are not
  /// compared.
  public boolean equalTo(FloatHistogram other) {
    if (schema != other.schema
        || bits(count) != bits(other.count)
        || bits(sum) != bits(other.sum)
        || !positive.equalTo(other.positive)) {
      return false;
    }
    return custom()
        ? sameBounds(customBounds, other.customBounds)
        : bits(zeroThreshold) == bits(other.zeroThreshold)
            && bits(zeroCount) == bits(other.zeroCount)
            && negative.equalTo(other.negative);
  }

  private static boolean sameBounds(double[] left, double[] right) {
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
  public boolean equals(Object other) {
    return other instanceof FloatHistogram that && hint == that.hint && equalTo(that);
  }

  @Override
  public int hashCode() {
    return Objects.hash(schema, bits(count), bits(sum), Arrays.hashCode(positive.indexes));
  }

  @Override
  public String toString() {
    return "FloatHistogram[schema=%d, %s, count=%s, sum=%s, zero=%s/%s, %s, %s, bounds=%s]"
        .formatted(
            schema,
            hint,
            count,
            sum,
            zeroCount,
            zeroThreshold,
            describe(positive),
            describe(negative),
            Arrays.toString(customBounds));
  }

  private static String describe(Side side) {
    return Arrays.toString(side.indexes) + Arrays.toString(side.counts);
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }
}
