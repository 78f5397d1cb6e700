package dev.mangru.tsdb;

import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.head.SeriesTable;
import java.util.concurrent.atomic.AtomicLong;

/// About how much memory a store's series take: measured now and then, and estimated from above in
/// between, because to measure costs some microseconds. Thread-safe.
final class SeriesMemory {

  /// Estimated growth after which is measured again. Chosen.
  private static final long MEASURE_AFTER = 1L << 20;

  /// Of a series without the texts of its labels; measured: 110 to 200.
  private static final long BESIDE_TEXTS = 200;

  private final SeriesTable table;
  private final AtomicLong grown = new AtomicLong();
  private volatile long measured;

  SeriesMemory(SeriesTable table) {
    this.table = table;
    this.measured = table.bytes();
  }

  /// Bytes, about.
  long bytes() {
    return measured + grown.get();
  }

  /// Counts a series that has come.
  void grew(Labels labels) {
    long bytes = BESIDE_TEXTS;
    for (int i = 0; i < labels.count(); i++) {
      bytes += labels.name(i).length() + labels.value(i).length();
    }
    if (grown.addAndGet(bytes) > MEASURE_AFTER) {
      measure();
    }
  }

  /// Measures anew: series may have gone.
  void measure() {
    grown.set(0);
    measured = table.bytes();
  }
}
