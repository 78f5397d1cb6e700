package dev.mangru.tsdb.compact;

import java.util.concurrent.atomic.LongAdder;

/// How far merges have come, in all. Thread-safe.
public final class Progress {

  private final LongAdder series = new LongAdder();
  private final LongAdder samples = new LongAdder();
  private final LongAdder copiedChunks = new LongAdder();
  private final LongAdder encodedSamples = new LongAdder();

  /// Series written.
  public long series() {
    return series.sum();
  }

  /// Samples written, copied ones included.
  public long samples() {
    return samples.sum();
  }

  /// Chunks copied byte for byte.
  public long copiedChunks() {
    return copiedChunks.sum();
  }

  /// Samples that were decoded and encoded again.
  public long encodedSamples() {
    return encodedSamples.sum();
  }

  void wroteSeries(long written, long copied, long encoded) {
    series.increment();
    samples.add(written);
    copiedChunks.add(copied);
    encodedSamples.add(encoded);
  }
}
