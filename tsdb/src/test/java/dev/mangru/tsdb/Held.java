package dev.mangru.tsdb;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleCursor;
import org.jspecify.annotations.Nullable;

/// What a sample holds beside its time, in a shape that compares bit for bit.
///
/// @param bits of the value; of a histogram's sum
record Held(long startMs, long bits, @Nullable NativeHistogram histogram) {

  static Held of(long startMs, double value, @Nullable NativeHistogram histogram) {
    return new Held(startMs, Double.doubleToRawLongBits(value), histogram);
  }

  static Held of(SampleCursor cursor) {
    return of(cursor.startMs(), cursor.value(), cursor.histogram());
  }

  double value() {
    return Double.longBitsToDouble(bits);
  }
}
