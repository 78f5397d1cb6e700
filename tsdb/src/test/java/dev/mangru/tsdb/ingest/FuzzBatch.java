package dev.mangru.tsdb.ingest;

import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import java.util.HashMap;
import java.util.Map;

/// Knows series by their bytes and only counts samples. Confined to one thread.
final class FuzzBatch implements SampleBatch {

  private record Key(long first, long second) {}

  private final Map<Key, Integer> known = new HashMap<>();
  private long samples;

  long samples() {
    return samples;
  }

  @Override
  public int seriesOf(long hash1, long hash2) {
    Integer ref = known.get(new Key(hash1, hash2));
    return ref == null ? -1 : ref;
  }

  @Override
  public int define(Labels labels, long hash1, long hash2) {
    if (!labels.has(Labels.METRIC_NAME)) {
      throw new AssertionError("a series without a name got through: " + labels);
    }
    return known.computeIfAbsent(new Key(hash1, hash2), _ -> known.size());
  }

  @Override
  public void add(int ref, long timestampMs, long startMs, long valueBits) {
    if (ref < 0 || ref >= known.size()) {
      throw new AssertionError("no such series: " + ref);
    }
    samples++;
  }

  @Override
  public void add(int ref, long timestampMs, long startMs, NativeHistogram histogram) {
    add(ref, timestampMs, startMs, histogram.count());
  }

  @Override
  public void append(Labels labels, long timestampMs, long startMs, double value) {
    throw new AssertionError("decoders add to series");
  }

  @Override
  public void append(Labels labels, long timestampMs, long startMs, NativeHistogram histogram) {
    throw new AssertionError("decoders add to series");
  }

  @Override
  public AppendSummary commit() {
    throw new AssertionError("decoding does not commit");
  }
}
