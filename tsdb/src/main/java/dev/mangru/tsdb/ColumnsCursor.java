package dev.mangru.tsdb;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Walks over samples in columns that nobody changes any more. Confined to one thread.
final class ColumnsCursor implements SampleCursor {

  private final SampleColumns columns;
  private int at = -1;

  ColumnsCursor(SampleColumns columns) {
    this.columns = columns;
  }

  @Override
  public boolean next() {
    if (at >= columns.count() - 1) {
      at = columns.count();
      return false;
    }
    at++;
    return true;
  }

  @Override
  public boolean seek(long timestampMs) {
    if (!next()) {
      return false;
    }
    int found = Arrays.binarySearch(columns.timesMs(), at, columns.count(), timestampMs);
    at = found >= 0 ? found : -found - 1;
    return at < columns.count();
  }

  @Override
  public long timestampMs() {
    return columns.timesMs()[at];
  }

  @Override
  public double value() {
    return columns.values()[at];
  }

  @Override
  public @Nullable NativeHistogram histogram() {
    return columns.histogram(at);
  }

  @Override
  public long startMs() {
    return columns.startMs(at);
  }
}
