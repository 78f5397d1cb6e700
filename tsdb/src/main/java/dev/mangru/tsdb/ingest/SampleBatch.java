package dev.mangru.tsdb.ingest;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;

/// One batch of samples for decoders that know a series by the bytes its labels had on the wire:
/// such a series is found by their hash, and its labels are not parsed again. Confined to one
/// thread.
///
/// The hash has 128 bits and a secret key ([LabelHash]), so that two label sets meet by chance less
/// often than memory flips a bit, and by design not at all.
public interface SampleBatch extends Appender {

  /// The series remembered for this hash, or -1. Senders repeat their series in order, so the one
  /// that followed the last hit is looked at first.
  int seriesOf(long hash1, long hash2);

  /// Finds or makes the series with these labels, and remembers the hash for it.
  ///
  /// @return the series, or -1 if it is new and may not come in; then each sample added to -1
  ///   counts as rejected for that reason
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` for labels over a limit, naming the
  ///   label; the batch is then as before and may go on
  int define(Labels labels, long hash1, long hash2);

  /// Adds a float.
  ///
  /// @param series what [#seriesOf] or [#define] gave
  /// @param startMs as in [Appender#append(Labels, long, long, double)]
  /// @param valueBits raw bits of the value
  /// @throws dev.mangru.model.error.MangruException `BODY_TOO_LARGE` for more samples than a batch
  ///   may have
  void add(int series, long timestampMs, long startMs, long valueBits);

  /// Adds a native histogram; as the other one.
  void add(int series, long timestampMs, long startMs, NativeHistogram histogram);
}
