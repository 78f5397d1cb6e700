package dev.mangru.tsdb.ingest;

import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.wire.ProtobufReader;

/// Reads samples of any shape, one after the other. Confined to one thread.
///
/// ```
/// Sample  value = 1 (double), timestamp = 2 (milliseconds), start_timestamp = 3 (2.0 only)
/// ```
final class SampleMessage {

  private final boolean hasStart;
  private long valueBits;
  private long timestampMs;
  private long startMs;

  /// @param hasStart whether field 3 is a start timestamp; else it is passed over
  SampleMessage(boolean hasStart) {
    this.hasStart = hasStart;
  }

  void read(ProtobufReader in) {
    valueBits = 0;
    timestampMs = 0;
    startMs = SampleCursor.NO_START;
    while (in.nextField()) {
      int field = in.field();
      if (field == 1) {
        valueBits = in.readFixed64();
      } else if (field == 2) {
        timestampMs = in.readVarint();
      } else if (field == 3 && hasStart) {
        startMs = in.readVarint();
      } else {
        in.skip();
      }
    }
  }

  long valueBits() {
    return valueBits;
  }

  long timestampMs() {
    return timestampMs;
  }

  long startMs() {
    return startMs;
  }
}
