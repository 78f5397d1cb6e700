package dev.mangru.dashboard.chart;

/// How a chart writes its values; the same words as in `units.js`.
public enum ChartUnit {
  /// A plain number: 1.2 k, 3.4 M.
  COUNT("count"),
  /// Bytes in powers of 1024: 1.2 KiB.
  BYTES("bytes"),
  /// Bytes per second in powers of 1024.
  BYTES_PER_SECOND("bytes/s"),
  /// Events per second.
  PER_SECOND("1/s"),
  /// Seconds: 12 ms, 3.4 s, 2.1 h.
  SECONDS("seconds"),
  /// A ratio from 0 to 1, written in percent.
  RATIO("ratio"),
  /// CPU cores: 250 m, 1.5.
  CORES("cores");

  private final String key;

  ChartUnit(String key) {
    this.key = key;
  }

  String key() {
    return key;
  }
}
