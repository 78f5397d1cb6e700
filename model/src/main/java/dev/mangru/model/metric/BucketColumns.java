package dev.mangru.model.metric;

/// Buckets of one series in time order, as columns: views of arrays that belong to the querier and
/// change with the next series. Confined to one thread.
public final class BucketColumns {

  private long[] endsMs = {};
  private double[] counts = {};
  private double[] values = {};
  private int count;

  /// How many buckets there are.
  public int count() {
    return count;
  }

  /// The ends of the buckets in milliseconds since the epoch, each inside its bucket; they do not
  /// descend, and of two buckets with one end each has a part of the samples. With
  /// [Buckets.Kind#EXACT] an end may be later, up to the next multiple of the wanted length.
  public long[] endsMs() {
    return endsMs;
  }

  /// Samples of each bucket; at least 1.
  public double[] counts() {
    return counts;
  }

  /// The least, the greatest or the sum of each bucket, as was wanted; means nothing if only counts
  /// were.
  public double[] values() {
    return values;
  }

  /// Replaces what is here.
  public void set(int newCount, long[] newEndsMs, double[] newCounts, double[] newValues) {
    count = newCount;
    endsMs = newEndsMs;
    counts = newCounts;
    values = newValues;
  }
}
