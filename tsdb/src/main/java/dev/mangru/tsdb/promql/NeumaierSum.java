package dev.mangru.tsdb.promql;

/// A compensated sum, exact where plain addition loses the small ones: `1e100 + 1 - 1e100` is 1.
///
/// Source: Neumaier 1974, as Prometheus applies it. Confined to one thread.
final class NeumaierSum {

  private double sum;
  private double compensation;

  void reset() {
    sum = 0;
    compensation = 0;
  }

  void set(NeumaierSum from) {
    sum = from.sum;
    compensation = from.compensation;
  }

  /// Multiplies the sum with `factor`, or divides it.
  void scale(double factor, boolean divide) {
    sum = divide ? sum / factor : sum * factor;
    compensation = divide ? compensation / factor : compensation * factor;
  }

  void add(double value) {
    double total = sum + value;
    compensation = compensate(sum, compensation, value, total);
    sum = total;
  }

  double result() {
    return sum + compensation;
  }

  double sum() {
    return sum;
  }

  double compensation() {
    return compensation;
  }

  /// The new compensation after `sum + value = total`.
  static double compensate(double sum, double compensation, double value, double total) {
    if (Double.isInfinite(total)) {
      return 0;
    }
    return Math.abs(sum) >= Math.abs(value)
        ? compensation + ((sum - total) + value)
        : compensation + ((value - total) + sum);
  }
}
