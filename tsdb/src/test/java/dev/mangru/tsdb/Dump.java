package dev.mangru.tsdb;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.metric.StaleMarker;
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
        boolean counts = !samples.isEmpty() || range.equals(TimeRange.ALL); // others may be near it
        if (counts && all.put(series.labels(), samples) != null) {
          throw new AssertionError(series.labels() + " twice");
        }
      }
    }
    return all;
  }

  /// Everything that a querier can be asked for, by every way of asking, but names and values. Of
  /// series without a sample in the range nothing is told.
  static List<Object> query(MetricStore store, TimeRange range, List<LabelMatcher> matchers) {
    List<Object> lines = new ArrayList<>();
    SampleColumns columns = new SampleColumns();
    try (Querier querier = store.querier(range)) {
      for (Querier.Series series : querier.select(matchers)) {
        int before = lines.size();
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
        if (count == 0) {
          if (columns.count() > 0) {
            throw new AssertionError(series.labels() + " has a newest sample and no other");
          }
          lines.subList(before, lines.size()).clear();
        }
      }
      lines.add("newest by newest");
      for (Querier.Series series : querier.selectNewest(matchers)) {
        series.readNewest(columns);
        if (columns.count() > 0) {
          add(lines, series.labels().toString(), columns);
        }
      }
    }
    return lines;
  }

  /// How many series have a newest sample that is no stale marker, by two labels: counted by the
  /// store, or from what it gives to read.
  static Map<Labels, Long> counts(
      MetricStore store, TimeRange range, List<LabelMatcher> matchers, List<String> names) {
    Map<Labels, Long> counts = new TreeMap<>();
    SampleColumns columns = new SampleColumns();
    try (Querier querier = store.querier(range)) {
      Map<Labels, Long> told = querier.countNewest(matchers, names);
      if (told != null) {
        return new TreeMap<>(told);
      }
      for (Querier.Series series : querier.selectNewest(matchers)) {
        series.readNewest(columns);
        if (columns.count() > 0 && !StaleMarker.is(columns.values()[0])) {
          Labels.Builder group = Labels.builder();
          for (String name : names) {
            group.set(name, series.labels().get(name));
          }
          counts.merge(group.build(), 1L, Long::sum);
        }
      }
    }
    return counts;
  }

  /// Label names and values, by every way of asking for them.
  static List<List<String>> texts(MetricStore store, TimeRange range, List<LabelMatcher> matchers) {
    try (Querier querier = store.querier(range)) {
      return List.of(
          querier.labelNames(matchers),
          querier.labelValues("b", matchers),
          querier.labelNames(List.of()),
          querier.labelValues("a", List.of()),
          querier.labelValues("pod", List.of()));
    }
  }

  private static void add(List<Object> lines, String name, SampleColumns columns) {
    lines.add(name);
    for (int i = 0; i < columns.count(); i++) {
      lines.add(columns.timesMs()[i]);
      lines.add(Held.of(columns.startMs(i), columns.values()[i], columns.histogram(i)));
    }
  }
}
