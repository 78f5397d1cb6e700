package dev.mangru.collector.tail;

import java.time.ZoneId;

/// A line is a record.
///
/// Its time is what it begins with; see [LineTime]. A line without a time directly after one with a
/// time (a stack trace, a wrapped message) takes that time plus a nanosecond per line, so that it
/// stays with its head; so does the next head of the same moment, because many logs tell only
/// seconds. Others take the time of reading, likewise in order, and so do lines whose time is
/// nonsense: more than a day ahead, or before 2000.
final class PlainDecoder implements LineDecoder {

  /// How long after its head a continuation line may be read. Chosen: a stack trace is written at
  /// once.
  private static final long CONTINUATION_NS = 1_000_000_000L;

  private final LineTime lineTime;

  private long headNs = LineTime.NONE;
  private long headReadNs;
  private long sinceHead;
  private long lastNowNs;
  private long sinceNow;

  /// @param zone of times that do not say theirs
  PlainDecoder(ZoneId zone) {
    lineTime = new LineTime(zone);
  }

  @Override
  public void line(byte[] buffer, int from, int to, long offset, long nowNs, RecordSink sink) {
    sink.record("", stamp(lineTime.parse(buffer, from, to, nowNs), nowNs), buffer, from, to);
  }

  private long stamp(long writtenNs, long nowNs) {
    if (writtenNs == LineTime.NONSENSE) {
      headNs = LineTime.NONE;
    } else if (writtenNs != LineTime.NONE) {
      headReadNs = nowNs;
      if (writtenNs == headNs && sinceHead > 0) {
        return headNs + ++sinceHead;
      }
      headNs = writtenNs;
      sinceHead = 0;
      return writtenNs;
    } else if (headNs != LineTime.NONE && nowNs - headReadNs < CONTINUATION_NS) {
      return headNs + ++sinceHead;
    }
    headNs = LineTime.NONE;
    if (nowNs != lastNowNs) {
      lastNowNs = nowNs;
      sinceNow = 0;
    }
    return nowNs + sinceNow++;
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
