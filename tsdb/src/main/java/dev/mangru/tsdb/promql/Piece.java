package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The results of some neighbouring steps of an expression. Immutable, thread-safe.
final class Piece {

  private final Steps steps;
  private final List<StepSeries> rows;
  private final long bytes;

  private Piece(Steps steps, List<StepSeries> rows) {
    this.steps = steps;
    this.rows = List.copyOf(rows);
    long sum = 96;
    for (StepSeries row : rows) {
      sum += bytes(row);
    }
    this.bytes = sum;
  }

  /// What a row takes: its arrays, references to them, and its labels as if nobody else had them.
  private static long bytes(StepSeries row) {
    long sum = 80 + 8L * row.values().length;
    if (row.histograms() != null) {
      sum += 16 + 4L * row.values().length + 16 * StepSeries.weight(row.histograms());
    }
    Labels labels = row.labels();
    for (int i = 0; i < labels.count(); i++) {
      sum += 64 + labels.value(i).length();
    }
    return sum;
  }

  /// A copy of `count` steps of a result, from step `first` on.
  ///
  /// @param series labels differ
  static Piece of(List<StepSeries> series, Steps steps, int first, int count) {
    Steps own = new Steps(steps.time(first), steps.stepMs(), count);
    List<StepSeries> rows = new ArrayList<>();
    for (StepSeries one : series) {
      Rows.Row row = new Rows.Row(count);
      row.put(one.values(), one.histograms(), first, 0, count);
      if (row.any()) {
        rows.add(row.series(one.labels()));
      }
    }
    return new Piece(own, rows);
  }

  /// Both together; `next` begins where this ends.
  Piece with(Piece next) {
    Steps both = new Steps(steps.startMs(), steps.stepMs(), steps.count() + next.steps.count());
    Rows rows = new Rows(both);
    rows.add(this);
    rows.add(next);
    return new Piece(both, rows.series());
  }

  /// The steps from `first`, inclusive, to `end`, exclusive; there is one at least.
  Piece part(int first, int end) {
    Steps part = new Steps(steps.time(first), steps.stepMs(), end - first);
    Rows rows = new Rows(part);
    rows.add(this);
    return new Piece(part, rows.series());
  }

  Steps steps() {
    return steps;
  }

  long bytes() {
    return bytes;
  }

  int rows() {
    return rows.size();
  }

  /// Rows that are put together from pieces of their steps. Confined to one thread.
  static final class Rows {
    private final Steps steps;
    private final Map<Labels, Row> rows = new HashMap<>();

    Rows(Steps steps) {
      this.steps = steps;
    }

    private static final class Row {
      private final double[] values;
      private @Nullable FloatHistogram @Nullable [] histograms;

      Row(int steps) {
        values = StepSeries.absent(steps);
      }

      void put(
          double[] from,
          @Nullable FloatHistogram @Nullable [] fromHistograms,
          int first,
          int at,
          int count) {
        System.arraycopy(from, first, values, at, count);
        for (int i = 0; fromHistograms != null && i < count; i++) {
          FloatHistogram one = fromHistograms[first + i];
          if (one != null) {
            histograms = StepHistograms.with(histograms, values.length, at + i, one);
          }
        }
      }

      boolean any() {
        return histograms != null || SeriesStream.anyPresent(values);
      }

      StepSeries series(Labels labels) {
        return new StepSeries(labels, false, values, histograms);
      }
    }

    /// Adds what a piece has of these steps.
    void add(Piece piece) {
      add(piece.rows, piece.steps);
    }

    /// Adds what a result has of these steps.
    void add(List<StepSeries> series, Steps from) {
      for (StepSeries one : series) {
        add(one.labels(), one.values(), one.histograms(), from);
      }
    }

    private void add(
        Labels labels,
        double[] values,
        @Nullable FloatHistogram @Nullable [] histograms,
        Steps from) {
      long shift = (from.startMs() - steps.startMs()) / steps.stepMs();
      int at = (int) Math.max(0, shift);
      int first = (int) Math.max(0, -shift);
      int count = Math.min(steps.count() - at, from.count() - first);
      if (count > 0) {
        rows.computeIfAbsent(labels, _ -> new Row(steps.count()))
            .put(values, histograms, first, at, count);
      }
    }

    int count() {
      return rows.size();
    }

    /// Those that have a value at one step at least; in no order.
    List<StepSeries> series() {
      List<StepSeries> series = new ArrayList<>(rows.size());
      rows.forEach((labels, row) -> {
        if (row.any()) {
          series.add(row.series(labels));
        }
      });
      return series;
    }
  }
}
