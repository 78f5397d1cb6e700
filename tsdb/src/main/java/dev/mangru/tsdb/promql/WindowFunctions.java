package dev.mangru.tsdb.promql;

import java.util.Arrays;

/// Functions over the floats of a window that are too rare for a [WindowKernel] of their own.
///
/// Each returns [StepSeries#ABSENT] where there is no result. Windows are not empty.
final class WindowFunctions {

  private WindowFunctions() {}

  static double variance(Window window) {
    double count = 0;
    double mean = 0;
    double meanCompensation = 0;
    double aux = 0;
    double auxCompensation = 0;
    for (int i = window.from; i < window.to; i++) {
      double value = window.values[i];
      count++;
      double delta = value - (mean + meanCompensation);
      double step = delta / count;
      double newMean = mean + step;
      meanCompensation = NeumaierSum.compensate(mean, meanCompensation, step, newMean);
      mean = newMean;
      double square = delta * (value - (mean + meanCompensation));
      double newAux = aux + square;
      auxCompensation = NeumaierSum.compensate(aux, auxCompensation, square, newAux);
      aux = newAux;
    }
    return (aux + auxCompensation) / count;
  }

  static double quantile(double q, Window window) {
    return Quantiles.of(q, Arrays.copyOfRange(window.values, window.from, window.to));
  }

  /// The median distance from the median.
  static double medianAbsoluteDeviation(Window window) {
    double[] values = Arrays.copyOfRange(window.values, window.from, window.to);
    double median = Quantiles.of(0.5, values.clone());
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i] - median);
      if (Double.isNaN(values[i])) {
        return Double.NaN;
      }
    }
    return Quantiles.of(0.5, values);
  }

  /// Slope per second and intercept of the least-squares line; x is seconds after `interceptMs`.
  record Line(double slope, double intercept) {}

  static Line regression(Window window, long interceptMs) {
    double count = 0;
    NeumaierSum sumX = new NeumaierSum();
    NeumaierSum sumY = new NeumaierSum();
    NeumaierSum sumXy = new NeumaierSum();
    NeumaierSum sumX2 = new NeumaierSum();
    double firstY = window.first();
    boolean constant = true;
    for (int i = window.from; i < window.to; i++) {
      double y = window.values[i];
      if (constant && i > window.from && y != firstY) {
        constant = false;
      }
      count += 1;
      double x = (window.times[i] - interceptMs) / 1e3;
      sumX.add(x);
      sumY.add(y);
      sumXy.add(x * y);
      sumX2.add(x * x);
    }
    if (constant) {
      return Double.isInfinite(firstY) ? new Line(Double.NaN, Double.NaN) : new Line(0, firstY);
    }
    double x = sumX.result();
    double y = sumY.result();
    double covariance = sumXy.result() - x * y / count;
    double variance = sumX2.result() - x * x / count;
    double slope = covariance / variance;
    return new Line(slope, y / count - slope * x / count);
  }

  /// Holt's double exponential smoothing.
  static double smooth(Window window, double smoothing, double trend) {
    double s0 = 0;
    double s1 = window.first();
    double b = window.values[window.from + 1] - s1;
    for (int i = 1; i < window.size(); i++) {
      b = i == 1 ? b : trend * (s1 - s0) + (1 - trend) * b;
      double x = smoothing * window.values[window.from + i];
      double y = (1 - smoothing) * (s1 + b);
      s0 = s1;
      s1 = x + y;
    }
    return s1;
  }
}
