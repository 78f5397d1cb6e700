package dev.mangru.tsdb;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.tsdb.head.RowReader;
import java.util.concurrent.locks.ReentrantLock;

/// The earliest time in the rows that are not in any file, so that who asks for older samples need
/// not look at the rows of each series. Each row is looked at once, by the first who asks after it
/// came. Thread-safe.
final class RowTimes {

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private long first = -1;

  @GuardedBy("lock")
  private long end;

  @GuardedBy("lock")
  private long oldestMs;

  /// A time that no row from `firstRow` on below `endRow` is before; [Long#MAX_VALUE] if there is
  /// no row. It may be earlier than all of them: rows that came since count too.
  ///
  /// @param reader of the rows from `firstRow` on
  long oldestMs(RowReader reader, long firstRow, long endRow) {
    if (firstRow >= endRow) {
      return Long.MAX_VALUE;
    }
    lock.lock();
    try {
      if (first != firstRow) {
        if (first > firstRow) {
          return Long.MIN_VALUE; // an old view: rare
        }
        first = firstRow;
        end = firstRow;
        oldestMs = Long.MAX_VALUE;
      }
      if (end < endRow) {
        oldestMs = Math.min(oldestMs, reader.oldestMs(end, endRow));
        end = endRow;
      }
      return oldestMs;
    } finally {
      lock.unlock();
    }
  }
}
