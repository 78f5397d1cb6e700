package dev.mangru.tsdb.v1;

import dev.mangru.model.metric.SampleCursor;
import java.util.List;

/// Cursors one after the other; each begins after the one before has ended.
final class SequenceCursor implements SampleCursor {

  private final List<SampleCursor> parts;
  private int current;

  SequenceCursor(List<SampleCursor> parts) {
    this.parts = parts;
  }

  @Override
  public boolean next() {
    while (current < parts.size()) {
      if (parts.get(current).next()) {
        return true;
      }
      current++;
    }
    return false;
  }

  @Override
  public boolean seek(long timestampMs) {
    while (current < parts.size()) {
      if (parts.get(current).seek(timestampMs)) {
        return true;
      }
      current++;
    }
    return false;
  }

  @Override
  public long timestampMs() {
    return parts.get(current).timestampMs();
  }

  @Override
  public double value() {
    return parts.get(current).value();
  }
}
