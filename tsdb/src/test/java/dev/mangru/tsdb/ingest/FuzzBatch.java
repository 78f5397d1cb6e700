package dev.mangru.tsdb.ingest;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import java.util.HashMap;
import java.util.Map;

/// Knows series by their bytes and only counts samples. Confined to one thread.
final class FuzzBatch implements SampleBatch {

  private record Key(long first, long second) {}

  /// A version of remote write.
  @FunctionalInterface
  interface Decoder {
    RemoteWriteSummary decode(byte[] body, int offset, int length, Appender batch, Extras extras);
  }

  /// Decodes any bytes into a batch that knows nothing, and again into one that knows every series:
  /// both ways alike.
  static void bothWays(byte[] input, Decoder decoder) {
    FuzzBatch batch = new FuzzBatch();
    long cold = decode(input, batch, decoder);
    long warm = decode(input, batch, decoder);
    if (cold != warm) {
      throw new AssertionError(
          cold + " samples with unknown series, and " + warm + " with known ones");
    }
  }

  /// Samples added, or -1 if the input was refused.
  private static long decode(byte[] input, FuzzBatch batch, Decoder decoder) {
    long before = batch.samples();
    try {
      RemoteWriteSummary summary =
          decoder.decode(input, 0, input.length, batch, new Extras(true, true));
      long added = batch.samples() - before;
      if (added != summary.samples() + summary.histograms()) {
        throw new AssertionError(added + " samples were added, and told is " + summary);
      }
      return added;
    } catch (MangruException refused) {
      return -1;
    }
  }

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
