package dev.mangru.tsdb.ingest;

import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import java.util.ArrayList;
import java.util.List;

/// A batch of a store that knows series by their labels only: no bytes are ever known. Confined to
/// one thread.
final class AppenderBatch implements SampleBatch {

  private final Appender appender;
  private final List<Labels> series = new ArrayList<>();

  private AppenderBatch(Appender appender) {
    this.appender = appender;
  }

  /// The appender itself where it can tell series by their bytes, else a wrapper.
  static SampleBatch of(Appender appender) {
    return appender instanceof SampleBatch batch ? batch : new AppenderBatch(appender);
  }

  @Override
  public int seriesOf(long hash1, long hash2) {
    return -1;
  }

  @Override
  public int define(Labels labels, long hash1, long hash2) {
    series.add(labels);
    return series.size() - 1;
  }

  @Override
  public void add(int ref, long timestampMs, long startMs, long valueBits) {
    appender.append(series.get(ref), timestampMs, startMs, Double.longBitsToDouble(valueBits));
  }

  @Override
  public void add(int ref, long timestampMs, long startMs, NativeHistogram histogram) {
    appender.append(series.get(ref), timestampMs, startMs, histogram);
  }

  @Override
  public void append(Labels labels, long timestampMs, long startMs, double value) {
    appender.append(labels, timestampMs, startMs, value);
  }

  @Override
  public void append(Labels labels, long timestampMs, long startMs, NativeHistogram histogram) {
    appender.append(labels, timestampMs, startMs, histogram);
  }

  @Override
  public AppendSummary commit() {
    return appender.commit();
  }
}
