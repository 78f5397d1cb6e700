package dev.mangru.model.metric;

/// What answering a query took.
///
/// @param preparationNs reading the expression and finding the series, nanoseconds
/// @param evaluationNs reading samples and computing, nanoseconds
/// @param sortNs sorting the result, nanoseconds
/// @param peakSamples most samples held at one time; a native histogram counts as one per 16 bytes
/// @param queryableSamples samples that the steps of the query saw, each as often as a step saw it;
///   counted as Prometheus counts them, whatever was read for it; 0 if nobody asked
/// @param queryableSamplesPerStep the same for each step; empty if nobody asked
@SuppressWarnings("ArrayRecordComponent") // thousands of steps, never compared
public record QueryStats(
    long preparationNs,
    long evaluationNs,
    long sortNs,
    long peakSamples,
    long queryableSamples,
    long[] queryableSamplesPerStep) {

  /// Of a query that nothing is known of.
  public static final QueryStats NONE = new QueryStats(0, 0, 0, 0, 0, new long[0]);
}
