package dev.mangru.model.metric;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One of PromQL's four result types. Times are milliseconds since the epoch.
public sealed interface QueryValue {

  /// One number.
  record Scalar(long timestampMs, double value) implements QueryValue {}

  /// One string.
  record Text(long timestampMs, String value) implements QueryValue {}

  /// One sample per series, at one time.
  record Vector(List<Sample> samples) implements QueryValue {
    public Vector {
      samples = List.copyOf(samples);
    }
  }

  /// Many samples per series.
  record Matrix(List<Points> series) implements QueryValue {
    public Matrix {
      series = List.copyOf(series);
    }
  }

  /// One element of a vector.
  ///
  /// @param value NaN if the element is a histogram
  /// @param histogram null if the element is a float
  record Sample(Labels labels, long timestampMs, double value, @Nullable FloatHistogram histogram) {

    /// A float.
    public Sample(Labels labels, long timestampMs, double value) {
      this(labels, timestampMs, value, null);
    }
  }

  /// One series of a matrix. The arrays have equal length and are not changed after construction;
  /// times ascend.
  ///
  /// @param values NaN where the point is a histogram
  /// @param histograms null where the point is a float; empty if all are
  @SuppressWarnings("ArrayRecordComponent") // a result of millions of points is not boxed
  record Points(
      Labels labels, long[] timestampsMs, double[] values, @Nullable FloatHistogram[] histograms) {

    public Points {
      if (timestampsMs.length != values.length
          || (histograms.length != 0 && histograms.length != values.length)) {
        throw new IllegalArgumentException(
            timestampsMs.length + " times and " + values.length + " values");
      }
    }

    /// A series of floats.
    public Points(Labels labels, long[] timestampsMs, double[] values) {
      this(labels, timestampsMs, values, new FloatHistogram[0]);
    }

    /// How many points there are.
    public int count() {
      return values.length;
    }

    /// The histogram at `i`, or null if that point is a float.
    public @Nullable FloatHistogram histogram(int i) {
      return histograms.length == 0 ? null : histograms[i];
    }
  }
}
