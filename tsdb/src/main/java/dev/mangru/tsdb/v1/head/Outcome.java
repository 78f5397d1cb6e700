package dev.mangru.tsdb.v1.head;

/// What applying one sample to its series came to. Depends on the log's order alone, so that replay
/// comes to the same.
public enum Outcome {
  /// Stored as the newest sample.
  STORED,
  /// Equal to the newest sample, bit for bit.
  REPEATED,
  /// At the newest sample's time, with another value.
  CONFLICT,
  /// Before the newest sample.
  OUT_OF_ORDER;

  /// Whether the sender may count the sample as stored.
  public boolean accepted() {
    return this == STORED || this == REPEATED;
  }
}
