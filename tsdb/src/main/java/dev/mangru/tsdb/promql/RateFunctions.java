package dev.mangru.tsdb.promql;

/// `rate`, `increase`, `delta`, `irate`, `idelta` over the floats of a window.
///
/// Source: Prometheus `extrapolatedRate`; the order of operations is kept, so results are equal bit
/// for bit.
final class RateFunctions {

  private RateFunctions() {}

  /// Last minus first, counter resets added back, stretched to the ends of the window.
  static double extrapolated(Window window, boolean counter, boolean perSecond) {
    int samples = window.size();
    if (samples < 2) {
      return StepSeries.ABSENT;
    }
    double first = window.first();
    double result = window.last() - first;
    if (counter) {
      result = addResets(window, result);
    }
    long firstMs = window.times[window.from];
    long lastMs = window.times[window.to - 1];
    double toStart = (firstMs - window.startMs) / 1000.0;
    double toEnd = (window.endMs - lastMs) / 1000.0;
    double sampled = (lastMs - firstMs) / 1000.0;
    double average = sampled / (samples - 1);
    double threshold = average * 1.1;
    if (toStart >= threshold) {
      toStart = average / 2;
    }
    if (counter && result > 0 && first >= 0) {
      double toZero = sampled * (first / result);
      if (toZero < toStart) {
        toStart = toZero;
      }
    }
    if (toEnd >= threshold) {
      toEnd = average / 2;
    }
    double factor = sampled == 0 ? 1 : (sampled + toStart + toEnd) / sampled;
    if (perSecond) {
      factor /= (window.endMs - window.startMs) / 1000.0;
    }
    return result * factor;
  }

  private static double addResets(Window window, double difference) {
    double result = difference;
    int drop = window.dropAtOrAfter(window.from + 1);
    while (drop < window.to) {
      result += window.values[drop - 1];
      drop = window.dropAtOrAfter(drop + 1);
    }
    return result;
  }

  /// The last two samples.
  static double instant(Window window, boolean rate) {
    if (window.size() < 2) {
      return StepSeries.ABSENT;
    }
    int last = window.to - 1;
    long betweenMs = window.times[last] - window.times[last - 1];
    if (betweenMs == 0) {
      return StepSeries.ABSENT;
    }
    double current = window.values[last];
    double previous = window.values[last - 1];
    double result = rate && current < previous ? current : current - previous;
    return rate ? result / (betweenMs / 1000.0) : result;
  }
}
