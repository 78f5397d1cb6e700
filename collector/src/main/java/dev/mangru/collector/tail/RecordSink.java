package dev.mangru.collector.tail;

/// Where decoders put what they found. Confined to the tailing thread.
interface RecordSink {

  /// One record.
  ///
  /// @param output `stdout`, `stderr`, or empty for files that do not tell
  /// @param timestampNs nanoseconds since the epoch
  void record(String output, long timestampNs, byte[] buffer, int from, int to);

  /// A line that is not in the format that its file should have; it is kept as it is.
  void malformed();

  /// Bytes that will never be sent.
  void lost(LossReason reason, long bytes);
}
