package dev.mangru.server.cli;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.tsdb.transfer.ImportSink;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a source told: by series and time, start timestamp and value in words.
final class ToldSamples implements ImportSink {

  private final SortedMap<Labels, SortedMap<Long, String>> series = new TreeMap<>();

  @Override
  public void add(Labels labels, SampleColumns samples) {
    for (int i = 0; i < samples.count(); i++) {
      add(labels, samples.timesMs()[i], samples.startMs(i), samples.values()[i]);
    }
  }

  @Override
  public void add(Labels labels, long timestampMs, long startMs, double value) {
    String bits = Double.isNaN(value) ? Long.toHexString(Double.doubleToRawLongBits(value)) : "";
    series
        .computeIfAbsent(labels, _ -> new TreeMap<>())
        .putIfAbsent(timestampMs, startMs + " " + value + bits);
  }

  SortedMap<Labels, SortedMap<Long, String>> series() {
    return series;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    series.forEach((labels, samples) ->
        samples.forEach((time, sample) ->
            text.append(labels).append(' ').append(time).append(' ').append(sample).append('\n')));
    return text.toString();
  }
}
