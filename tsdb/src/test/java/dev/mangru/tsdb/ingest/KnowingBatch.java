package dev.mangru.tsdb.ingest;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A batch that knows series by their bytes, as the store's does, and writes down what it is given.
/// Refuses label values over 100 characters. Confined to one thread.
final class KnowingBatch implements SampleBatch {

  final List<String> samples = new ArrayList<>();
  final List<Labels> series = new ArrayList<>();
  final Map<Labels, Integer> refs = new HashMap<>();
  long defined;

  private final Map<List<Long>, Integer> byHash = new HashMap<>();

  @Override
  public int seriesOf(long hash1, long hash2) {
    return byHash.getOrDefault(List.of(hash1, hash2), -1);
  }

  @Override
  public int define(Labels labels, long hash1, long hash2) {
    for (int i = 0; i < labels.count(); i++) {
      if (labels.value(i).length() > 100) {
        throw MangruException.badData("the value of label " + labels.name(i) + " is too long");
      }
    }
    defined++;
    Integer ref = refs.get(labels);
    if (ref == null) {
      ref = series.size();
      series.add(labels);
      refs.put(labels, ref);
    }
    byHash.put(List.of(hash1, hash2), ref);
    return ref;
  }

  @Override
  public void add(int ref, long timestampMs, long startMs, long valueBits) {
    samples.add("%s %d %d %x".formatted(series.get(ref), timestampMs, startMs, valueBits));
  }

  @Override
  public void add(int ref, long timestampMs, long startMs, NativeHistogram histogram) {
    samples.add("%s %d %d %s".formatted(series.get(ref), timestampMs, startMs, histogram));
  }

  @Override
  public void append(Labels labels, long timestampMs, long startMs, double value) {
    add(define(labels, 0, defined), timestampMs, startMs, Double.doubleToRawLongBits(value));
  }

  @Override
  public void append(Labels labels, long timestampMs, long startMs, NativeHistogram histogram) {
    add(define(labels, 0, defined), timestampMs, startMs, histogram);
  }

  @Override
  public AppendSummary commit() {
    throw new IllegalStateException("decoding does not commit");
  }
}
