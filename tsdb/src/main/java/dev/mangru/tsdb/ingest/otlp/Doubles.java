package dev.mangru.tsdb.ingest.otlp;

import java.util.Arrays;

/// Numbers, as many as were read. Confined to one thread; reusable.
final class Doubles {

  private double[] values = new double[16];
  private int size;

  void clear() {
    size = 0;
  }

  void add(double value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }

  int size() {
    return size;
  }

  double get(int i) {
    return values[i];
  }

  double[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
