package dev.mangru.model.time;

/// A span of time in milliseconds since the epoch, UTC. Both ends are inside.
///
/// @param startMs the first millisecond inside
/// @param endMs the last millisecond inside; not before `startMs`
public record TimeRange(long startMs, long endMs) {

  /// Everything from the first to the last representable millisecond.
  public static final TimeRange ALL = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

  public TimeRange {
    if (endMs < startMs) {
      throw new IllegalArgumentException(
          "a time range must not end before it starts: " + startMs + " to " + endMs);
    }
  }

  /// Whether `timestampMs` is inside; both ends are.
  public boolean contains(long timestampMs) {
    return startMs <= timestampMs && timestampMs <= endMs;
  }

  /// Whether at least one millisecond is inside both.
  public boolean overlaps(TimeRange other) {
    return startMs <= other.endMs && other.startMs <= endMs;
  }
}
