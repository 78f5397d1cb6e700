package dev.mangru.tsdb.conformance;

import dev.mangru.model.metric.FloatHistogram;
import org.jspecify.annotations.Nullable;

/// A value of a script: a float, or a native histogram.
///
/// @param number the float; 0 if it is a histogram
/// @param hinted whether the histogram says something of counter resets
public record ScriptValue(double number, @Nullable FloatHistogram histogram, boolean hinted) {

  static ScriptValue of(double number) {
    return new ScriptValue(number, null, false);
  }

  @Override
  public String toString() {
    return histogram == null ? String.valueOf(number) : histogram.toString();
  }
}
