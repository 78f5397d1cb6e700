package dev.mangru.model.metric;

/// One batch of samples. Confined to one thread; used once.
public interface Appender {

  /// Adds one sample to the batch.
  ///
  /// @param labels the series, metric name included
  /// @param timestampMs milliseconds since the epoch
  /// @param value any double; NaN payloads survive bit for bit
  default void append(Labels labels, long timestampMs, double value) {
    append(labels, timestampMs, SampleCursor.NO_START, value);
  }

  /// Adds one sample that says when its counter began.
  ///
  /// @param startMs milliseconds since the epoch, or [SampleCursor#NO_START]
  void append(Labels labels, long timestampMs, long startMs, double value);

  /// Adds one native histogram.
  ///
  /// @param startMs milliseconds since the epoch, or [SampleCursor#NO_START]
  void append(Labels labels, long timestampMs, long startMs, NativeHistogram histogram);

  /// Adds what a query found, float or histogram, as a sample of `labels`; the labels and the time
  /// of `found` mean nothing.
  default void append(Labels labels, long timestampMs, QueryValue.Sample found) {
    FloatHistogram histogram = found.histogram();
    if (histogram == null) {
      append(labels, timestampMs, found.value());
    } else {
      append(labels, timestampMs, SampleCursor.NO_START, histogram.toNative());
    }
  }

  /// Writes the batch. When this returns, everything in the summary's `accepted` is on stable
  /// storage and can be read.
  ///
  /// @throws dev.mangru.model.error.MangruException `UNAVAILABLE` if the store cannot take writes
  ///   (disk full, closed, broken); then nothing of the batch counts as acknowledged
  AppendSummary commit();
}
