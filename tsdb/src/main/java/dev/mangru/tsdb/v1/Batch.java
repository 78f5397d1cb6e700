package dev.mangru.tsdb.v1;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import java.util.Arrays;

/// Gathers one batch in arrays. Confined to one thread.
final class Batch implements Appender {

  private final WritePath writePath;
  private final TsdbOptions options;
  private Labels[] labels = new Labels[64];
  private long[] times = new long[64];
  private long[] bits = new long[64];
  private int size;
  private boolean committed;

  Batch(WritePath writePath, TsdbOptions options) {
    this.writePath = writePath;
    this.options = options;
  }

  @Override
  public void append(Labels series, long timestampMs, long startMs, NativeHistogram histogram) {
    throw MangruException.badData("this store keeps no native histograms");
  }

  @Override
  public void append(Labels series, long timestampMs, long startMs, double value) {
    if (committed) {
      throw new IllegalStateException("this batch was committed; open another one");
    }
    if (size >= options.maxBatchSamples()) {
      throw new MangruException(
          ErrorCode.BODY_TOO_LARGE,
          "a batch has more than the limit of "
              + options.maxBatchSamples()
              + " samples: send several smaller ones");
    }
    LabelLimits.check(series, options);
    if (size == labels.length) {
      int capacity = size * 2;
      labels = Arrays.copyOf(labels, capacity);
      times = Arrays.copyOf(times, capacity);
      bits = Arrays.copyOf(bits, capacity);
    }
    labels[size] = series;
    times[size] = timestampMs;
    bits[size] = Double.doubleToRawLongBits(value);
    size++;
  }

  @Override
  public AppendSummary commit() {
    if (committed) {
      throw new IllegalStateException("this batch was committed before");
    }
    committed = true;
    return writePath.commit(this);
  }

  int size() {
    return size;
  }

  Labels labels(int i) {
    return labels[i];
  }

  long timestampMs(int i) {
    return times[i];
  }

  long valueBits(int i) {
    return bits[i];
  }
}
