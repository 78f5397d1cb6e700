package dev.mangru.model.metric;

import java.util.List;

/// What became of a batch.
///
/// @param accepted samples stored, exact repeats included
/// @param rejected samples not stored
/// @param examples the first few rejections, at most [#MAX_EXAMPLES]
public record AppendSummary(long accepted, long rejected, List<Rejection> examples) {

  /// How many rejections are told one by one.
  public static final int MAX_EXAMPLES = 10;

  public AppendSummary {
    examples = List.copyOf(examples);
  }

  /// One sample that was not stored, and why.
  public record Rejection(Labels labels, long timestampMs, AppendResult reason) {

    /// In words, for an error message.
    public String describe() {
      return reason.describe() + " (series " + labels + ", timestamp " + timestampMs + ")";
    }
  }
}
