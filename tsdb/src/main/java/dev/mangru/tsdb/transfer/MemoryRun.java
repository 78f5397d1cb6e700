package dev.mangru.tsdb.transfer;

import dev.mangru.model.metric.Labels;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// A run over samples held in memory. Confined to one thread.
final class MemoryRun implements Run {

  private final long windowMs;
  private final List<Map.Entry<Labels, SampleBuffer>> series;
  private final long[] windows;
  private final int[] positions;

  private int window;
  private int at = -1;
  private int from;

  /// @param buffers sorted by this
  MemoryRun(Map<Labels, SampleBuffer> buffers, long windowMs) {
    this.windowMs = windowMs;
    series =
        buffers.entrySet().stream()
            .sorted(Comparator.comparing(Map.Entry<Labels, SampleBuffer>::getKey))
            .toList();
    positions = new int[series.size()];
    TreeSet<Long> found = new TreeSet<>();
    for (var one : series) {
      SampleBuffer buffer = one.getValue();
      buffer.sort();
      long last = Long.MIN_VALUE;
      for (int i = 0; i < buffer.count(); i++) {
        long number = Math.floorDiv(buffer.timeMs(i), windowMs);
        if (number != last) {
          found.add(number);
          last = number;
        }
      }
    }
    windows = found.stream().mapToLong(Long::longValue).toArray();
  }

  @Override
  public boolean next() {
    while (window < windows.length) {
      while (++at < series.size()) {
        SampleBuffer buffer = series.get(at).getValue();
        from = positions[at];
        int to = from;
        while (to < buffer.count()
            && Math.floorDiv(buffer.timeMs(to), windowMs) == windows[window]) {
          to++;
        }
        positions[at] = to;
        if (to > from) {
          return true;
        }
      }
      at = -1;
      window++;
    }
    return false;
  }

  @Override
  public long window() {
    return windows[window];
  }

  @Override
  public Labels labels() {
    return series.get(at).getKey();
  }

  @Override
  public void copyTo(SampleBuffer target) {
    target.addAll(series.get(at).getValue(), from, positions[at]);
  }

  /// How many windows there are.
  int windowCount() {
    return windows.length;
  }

  @Override
  public void close() {
    Arrays.fill(positions, 0);
  }
}
