package dev.mangru.tsdb;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.time.TimeRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What a store answers, in a shape that compares bit for bit.
final class Dump {

  private Dump() {}

  static Map<Labels, NavigableMap<Long, Held>> of(MetricStore store) {
    return of(store, TimeRange.ALL);
  }

  static Map<Labels, NavigableMap<Long, Held>> of(MetricStore store, TimeRange range) {
    Map<Labels, NavigableMap<Long, Held>> all = new TreeMap<>();
    try (Querier querier = store.querier(range)) {
      for (Querier.Series series : querier.select(List.of())) {
        NavigableMap<Long, Held> samples = new TreeMap<>();
        SampleCursor cursor = series.samples();
        while (cursor.next()) {
          if (samples.put(cursor.timestampMs(), Held.of(cursor)) != null) {
            throw new AssertionError(series.labels() + " twice at " + cursor.timestampMs());
          }
        }
        if (all.put(series.labels(), samples) != null) {
          throw new AssertionError(series.labels() + " twice");
        }
      }
    }
    return all;
  }

  /// Everything that a querier can be asked for, by every way of asking.
  static List<Object> query(MetricStore store, TimeRange range, List<LabelMatcher> matchers) {
    List<Object> lines = new ArrayList<>();
    SampleColumns columns = new SampleColumns();
    try (Querier querier = store.querier(range)) {
      for (Querier.Series series : querier.select(matchers)) {
        lines.add(series.labels());
        SampleCursor cursor = series.samples();
        long middle = 0;
        int count = 0;
        while (cursor.next()) {
          lines.add(cursor.timestampMs());
          lines.add(Held.of(cursor));
          if (++count % 2 == 0) {
            middle = (middle + cursor.timestampMs()) / 2 + 1;
          }
        }
        cursor = series.samples();
        lines.add(cursor.seek(middle) ? Held.of(cursor) : "nothing from " + middle);
        lines.add(cursor.next() ? Held.of(cursor) : "no more");
        series.read(columns);
        add(lines, "columns", columns);
        series.readNewest(columns);
        add(lines, "newest", columns);
      }
      lines.add("names " + querier.labelNames(matchers));
      lines.add("values " + querier.labelValues("b", matchers));
      lines.add("all names " + querier.labelNames(List.of()));
      lines.add("all values " + querier.labelValues("a", List.of()));
      lines.add("pods " + querier.labelValues("pod", List.of()));
    }
    return lines;
  }

  private static void add(List<Object> lines, String name, SampleColumns columns) {
    lines.add(name);
    for (int i = 0; i < columns.count(); i++) {
      lines.add(columns.timesMs()[i]);
      lines.add(Held.of(columns.startMs(i), columns.values()[i], columns.histogram(i)));
    }
  }
}
