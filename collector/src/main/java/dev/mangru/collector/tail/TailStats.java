package dev.mangru.collector.tail;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// Counts of one tailer since its start. Thread-safe.
public final class TailStats {

  final LongAdder lines = new LongAdder();
  final LongAdder bytes = new LongAdder();
  final LongAdder malformed = new LongAdder();
  final LongAdder invalidUtf8 = new LongAdder();
  final LongAdder rotations = new LongAdder();
  final LongAdder truncations = new LongAdder();
  final LongAdder errors = new LongAdder();
  final AtomicLong files = new AtomicLong();
  final AtomicLong openFiles = new AtomicLong();
  final AtomicLong lagBytes = new AtomicLong();
  private final Map<LossReason, LongAdder> lost;

  TailStats() {
    Map<LossReason, LongAdder> byReason = new EnumMap<>(LossReason.class);
    for (LossReason reason : LossReason.values()) {
      byReason.put(reason, new LongAdder());
    }
    lost = Collections.unmodifiableMap(byReason);
  }

  /// Records read, repeated ones included.
  public long lines() {
    return lines.sum();
  }

  /// Bytes of files read, repeated ones included.
  public long bytes() {
    return bytes.sum();
  }

  /// Lines that were not in their file's format.
  public long malformed() {
    return malformed.sum();
  }

  /// Lines in which bytes that are not UTF-8 were replaced.
  public long invalidUtf8() {
    return invalidUtf8.sum();
  }

  /// Files that were renamed or deleted while they were followed.
  public long rotations() {
    return rotations.sum();
  }

  /// Files that were cut while they were followed.
  public long truncations() {
    return truncations.sum();
  }

  /// Files and folders that could not be read, each time.
  public long errors() {
    return errors.sum();
  }

  /// Files known now.
  public long files() {
    return files.get();
  }

  /// Files open now.
  public long openFiles() {
    return openFiles.get();
  }

  /// Bytes of known files that no server holds yet.
  public long lagBytes() {
    return lagBytes.get();
  }

  /// Bytes that will never be sent.
  public long lostBytes(LossReason reason) {
    return adder(reason).sum();
  }

  /// Counts bytes that will never be sent.
  public void lost(LossReason reason, long count) {
    adder(reason).add(count);
  }

  private LongAdder adder(LossReason reason) {
    return Objects.requireNonNull(lost.get(reason));
  }
}
