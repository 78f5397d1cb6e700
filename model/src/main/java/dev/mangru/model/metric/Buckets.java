package dev.mangru.model.metric;

/// Which buckets `(end - length, end]` of samples a reader of series has use for, beside or instead
/// of the samples ([MetricStore#querier(dev.mangru.model.time.TimeRange, Buckets)]).
///
/// @param lengthMs with [Kind#EXACT] all windows of the reader, and the range of the querier but
///   for its first millisecond, begin and end at multiples of it, and lengths of buckets divide it;
///   else no bucket is longer
/// @param kind what buckets may stand for
/// @param use what is wanted of each bucket by [Querier.Series#readBuckets]
public record Buckets(long lengthMs, Kind kind, Use use) {

  /// What buckets may stand for.
  public enum Kind {
    /// Only where they say exactly what the samples say that are there.
    EXACT,
    /// Anything, also samples that are gone: a bucket is read as one sample at its end, the average
    /// of those in it.
    AVERAGES,
    /// As [#AVERAGES], but as the last value of a counter without its resets.
    COUNTERS
  }

  /// What is wanted of each bucket.
  public enum Use {
    /// How many samples.
    COUNT,
    /// The least float.
    LEAST,
    /// The greatest float.
    GREATEST,
    /// The sum of the floats, and how many there are.
    SUM,
    /// Nothing: only samples, or buckets read as such, have a use.
    NONE
  }

  public Buckets {
    if (lengthMs <= 0) {
      throw new IllegalArgumentException("the length of buckets must be positive: " + lengthMs);
    }
  }
}
