package dev.mangru.tsdb.v1;

import dev.mangru.model.metric.SampleCursor;
import java.util.ArrayList;
import java.util.List;

/// Cursors that overlap in time, merged; of samples at one time the first cursor's counts.
final class MergeCursor implements SampleCursor {

  private final List<SampleCursor> parts = new ArrayList<>();
  private boolean begun;
  private long timestampMs;
  private double value;

  MergeCursor(List<SampleCursor> all) {
    parts.addAll(all);
  }

  @Override
  public boolean next() {
    if (!begun) {
      begun = true;
      parts.removeIf(part -> !part.next());
    } else {
      long done = timestampMs;
      parts.removeIf(part -> part.timestampMs() <= done && !part.next());
    }
    if (parts.isEmpty()) {
      return false;
    }
    SampleCursor first = parts.getFirst();
    for (SampleCursor part : parts) {
      if (part.timestampMs() < first.timestampMs()) {
        first = part;
      }
    }
    timestampMs = first.timestampMs();
    value = first.value();
    return true;
  }

  @Override
  public long timestampMs() {
    return timestampMs;
  }

  @Override
  public double value() {
    return value;
  }
}
