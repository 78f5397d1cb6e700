package dev.mangru.bench.torture;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;

/// What the writers write: a function of writer, batch and series, so that every sample found later
/// can be checked without a record of it.
///
/// Batch `n` of a writer has one sample for each of its series at [#timeMs]. A fifth of the series
/// are replaced every [#LIFE] batches, as pods are.
final class Script {

  /// Writers at work side by side.
  static final int WRITERS = 4;

  /// Series of one writer.
  static final int SERIES = 60;

  /// Batches after which a short-lived series gives way to a new one.
  static final int LIFE = 50;

  /// Simulated time between batches: 15 s, so that 480 batches fill two hours.
  static final long STEP_MS = 15_000;

  /// Time of batch 0.
  static final long START_MS = 1_780_000_000_000L;

  private Script() {}

  static long timeMs(int writer, long batch) {
    return START_MS + batch * STEP_MS + writer * 7L;
  }

  static Labels labels(int writer, int series, long batch) {
    String generation = series % 5 == 0 ? "g" + batch / LIFE : "stays";
    return Labels.of(
        Labels.METRIC_NAME,
        "torture_" + series % 7,
        "writer",
        "w" + writer,
        "series",
        "s" + series,
        "generation",
        generation);
  }

  static double value(int writer, int series, long batch) {
    return switch (series % 6) {
      case 0 -> (double) batch;
      case 1 -> writer;
      case 2 -> Math.sin((double) batch + series);
      case 3 -> batch % 13 == 0 ? StaleMarker.VALUE : (double) batch / 10;
      case 4 -> batch * 1e9 + series;
      default -> (double) ((batch * 31 + series) % 97);
    };
  }
}
