package dev.mangru.model.metric;

import java.util.List;

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
  record Sample(Labels labels, long timestampMs, double value) {}

  /// One series of a matrix. The arrays have equal length and are not changed after construction;
  /// times ascend.
  @SuppressWarnings("ArrayRecordComponent") // a result of millions of points is not boxed
  record Points(Labels labels, long[] timestampsMs, double[] values) {

    public Points {
      if (timestampsMs.length != values.length) {
        throw new IllegalArgumentException(
            timestampsMs.length + " times and " + values.length + " values");
      }
    }

    /// How many points there are.
    public int count() {
      return values.length;
    }
  }
}
