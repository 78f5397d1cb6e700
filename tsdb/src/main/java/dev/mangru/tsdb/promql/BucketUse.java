package dev.mangru.tsdb.promql;

/// What a function of a range makes of buckets that the store has put samples together in.
enum BucketUse {
  /// Adds up how many samples there are.
  COUNT,
  /// Asks whether there are any.
  PRESENCE,
  /// The least.
  LEAST,
  /// The greatest.
  GREATEST,
  /// The sum.
  SUM,
  /// The sum over the count.
  AVERAGE,
  /// Needs samples; differences of a counter, whose resets are of no interest.
  COUNTER,
  /// Needs samples.
  SAMPLES
}
