package dev.mangru.model.metric;

import java.util.List;

/// What became of a batch.
///
/// @param accepted samples stored, exact repeats included
/// @param rejected samples not stored
/// @param examples the first few rejections, at most [#MAX_EXAMPLES]; if any is
///   [AppendResult#retryable()], one of those is among them
/// @param acceptedHistograms how many of the accepted samples are native histograms
/// @param retryable how many of the rejected samples met a limit that time or an operator lifts
public record AppendSummary(
    long accepted,
    long rejected,
    List<Rejection> examples,
    long acceptedHistograms,
    long retryable) {

  /// How many rejections are told one by one.
  public static final int MAX_EXAMPLES = 10;

  public AppendSummary {
    examples = List.copyOf(examples);
  }

  /// A summary of floats whose rejections are all among the examples: what is retryable is counted
  /// from those.
  public AppendSummary(long accepted, long rejected, List<Rejection> examples) {
    this(
        accepted,
        rejected,
        examples,
        0,
        examples.stream().filter(example -> example.reason().retryable()).count());
  }

  /// One sample that was not stored, and why.
  public record Rejection(Labels labels, long timestampMs, AppendResult reason) {

    /// In words, for an error message.
    public String describe() {
      return reason.describe() + " (series " + labels + ", timestamp " + timestampMs + ")";
    }
  }
}
