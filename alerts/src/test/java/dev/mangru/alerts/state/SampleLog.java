package dev.mangru.alerts.state;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.time.TimeRange;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Remembers what was written. Thread-safe.
final class SampleLog implements MetricStore {

  private final TreeMap<Labels, TreeMap<Long, Double>> series = new TreeMap<>();
  private int commits;
  private boolean full;

  synchronized void full(boolean now) {
    full = now;
  }

  synchronized int commits() {
    return commits;
  }

  /// A series as text: `10s:1 20s:stale`.
  synchronized String text(Labels labels) {
    StringBuilder text = new StringBuilder();
    series
        .getOrDefault(labels, new TreeMap<>())
        .forEach((time, value) ->
            text.append(text.isEmpty() ? "" : " ")
                .append(time / 1000)
                .append("s:")
                .append(StaleMarker.is(value) ? "stale" : value.toString()));
    return text.toString();
  }

  @Override
  public Appender appender() {
    List<Runnable> batch = new ArrayList<>();
    return new Appender() {
      @Override
      public void append(Labels labels, long timestampMs, long startMs, NativeHistogram histogram) {
        throw MangruException.badData("this store keeps no native histograms");
      }

      @Override
      public void append(Labels labels, long timestampMs, long startMs, double value) {
        batch.add(
            () -> series.computeIfAbsent(labels, _ -> new TreeMap<>()).put(timestampMs, value));
      }

      @Override
      public AppendSummary commit() {
        synchronized (SampleLog.this) {
          if (full) {
            throw new MangruException(ErrorCode.UNAVAILABLE, "the disk is full");
          }
          batch.forEach(Runnable::run);
          commits++;
          return new AppendSummary(batch.size(), 0, List.of());
        }
      }
    };
  }

  @Override
  public Querier querier(TimeRange range) {
    throw new UnsupportedOperationException("rules read through queries");
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
