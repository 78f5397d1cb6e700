package dev.mangru.tsdb.transfer;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Everything a source told, for comparing. The first sample of a series at a time stays.
public final class Collected implements ImportSink {

  /// One sample, comparable bit for bit.
  public record Sample(long startMs, long valueBits, @Nullable NativeHistogram histogram) {

    /// As a line of a test's expectation.
    public String text() {
      NativeHistogram h = histogram;
      if (h == null) {
        return Double.toString(Double.longBitsToDouble(valueBits));
      }
      return "{%s %s schema %d zero %s %s count %s sum %s +%s %s -%s %s bounds %s}"
          .formatted(
              h.integer() ? "int" : "float",
              h.resetHint(),
              h.schema(),
              h.zeroThreshold(),
              count(h, h.zeroCount()),
              count(h, h.count()),
              h.sum(),
              Arrays.toString(h.positiveSpans()),
              counts(h, h.positiveCounts()),
              Arrays.toString(h.negativeSpans()),
              counts(h, h.negativeCounts()),
              Arrays.toString(h.customBounds()));
    }

    private static String counts(NativeHistogram h, long[] counts) {
      return Arrays.stream(counts).mapToObj(one -> count(h, one)).collect(Collectors.joining(","));
    }

    private static String count(NativeHistogram h, long count) {
      return h.integer() ? Long.toString(count) : Double.toString(Double.longBitsToDouble(count));
    }
  }

  private final TreeMap<Labels, NavigableMap<Long, Sample>> series = new TreeMap<>();

  @Override
  public void add(Labels labels, SampleColumns samples) {
    for (int i = 0; i < samples.count(); i++) {
      put(
          labels,
          samples.timesMs()[i],
          new Sample(
              samples.startMs(i),
              Double.doubleToRawLongBits(samples.values()[i]),
              samples.histogram(i)));
    }
  }

  @Override
  public void add(Labels labels, long timestampMs, long startMs, double value) {
    put(labels, timestampMs, new Sample(startMs, Double.doubleToRawLongBits(value), null));
  }

  private void put(Labels labels, long timestampMs, Sample sample) {
    series.computeIfAbsent(labels, _ -> new TreeMap<>()).putIfAbsent(timestampMs, sample);
  }

  /// By series and time.
  public Map<Labels, NavigableMap<Long, Sample>> series() {
    return series;
  }

  /// How many samples there are.
  public long samples() {
    return series.values().stream().mapToLong(Map::size).sum();
  }
}
