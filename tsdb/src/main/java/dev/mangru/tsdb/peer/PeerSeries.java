package dev.mangru.tsdb.peer;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleCursor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One series that both engines are given. Immutable.
///
/// @param samples in the order of their times
public record PeerSeries(Labels labels, List<Sample> samples) {

  public PeerSeries {
    samples = List.copyOf(samples);
  }

  /// One sample.
  ///
  /// @param histogram null for a float
  public record Sample(long timestampMs, double value, @Nullable NativeHistogram histogram) {

    /// A float.
    public static Sample of(long timestampMs, double value) {
      return new Sample(timestampMs, value, null);
    }

    /// A native histogram.
    public static Sample of(long timestampMs, NativeHistogram histogram) {
      return new Sample(timestampMs, histogram.sum(), histogram);
    }
  }

  /// Appends all samples of all series to a store, in one batch.
  public static void append(MetricStore store, List<PeerSeries> all) {
    Appender appender = store.appender();
    for (PeerSeries one : all) {
      for (Sample sample : one.samples()) {
        NativeHistogram histogram = sample.histogram();
        if (histogram == null) {
          appender.append(
              one.labels(), sample.timestampMs(), SampleCursor.NO_START, sample.value());
        } else {
          appender.append(one.labels(), sample.timestampMs(), SampleCursor.NO_START, histogram);
        }
      }
    }
    appender.commit();
  }
}
