package dev.mangru.collector.tail;

/// A line is a record.
///
/// A line without a timestamp directly after one with a timestamp (a stack trace, a wrapped
/// message) takes that time plus a nanosecond per line, so that it stays with its head; others take
/// the time of reading, likewise in order.
final class PlainDecoder implements LineDecoder {

  /// How long after its head a continuation line may be read. Chosen: a stack trace is written at
  /// once.
  private static final long CONTINUATION_NS = 1_000_000_000L;

  private long lastStampNs = Rfc3339.NONE;
  private long lastStampReadNs;
  private long lastNowNs;
  private long sequence;

  @Override
  public void line(byte[] buffer, int from, int to, long offset, long nowNs, RecordSink sink) {
    long stampNs = Rfc3339.parsePrefix(buffer, from, to);
    if (stampNs != Rfc3339.NONE) {
      lastStampNs = stampNs;
      lastStampReadNs = nowNs;
      sequence = 0;
    } else if (lastStampNs != Rfc3339.NONE && nowNs - lastStampReadNs < CONTINUATION_NS) {
      stampNs = lastStampNs + ++sequence;
    } else {
      lastStampNs = Rfc3339.NONE;
      if (nowNs != lastNowNs) {
        lastNowNs = nowNs;
        sequence = 0;
      }
      stampNs = nowNs + sequence++;
    }
    sink.record("", stampNs, buffer, from, to);
  }

  @Override
  public long pendingOffset() {
    return NOTHING_PENDING;
  }

  @Override
  public void flush(RecordSink sink) {
    // Every line was handed over when it came.
  }
}
