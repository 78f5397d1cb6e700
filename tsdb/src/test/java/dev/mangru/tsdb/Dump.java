package dev.mangru.tsdb;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.Querier;
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

  static Map<Labels, NavigableMap<Long, Long>> of(MetricStore store) {
    Map<Labels, NavigableMap<Long, Long>> all = new TreeMap<>();
    try (Querier querier = store.querier(TimeRange.ALL)) {
      for (Querier.Series series : querier.select(List.of())) {
        NavigableMap<Long, Long> samples = new TreeMap<>();
        SampleCursor cursor = series.samples();
        while (cursor.next()) {
          if (samples.put(cursor.timestampMs(), Double.doubleToRawLongBits(cursor.value()))
              != null) {
            throw new AssertionError(series.labels() + " twice at " + cursor.timestampMs());
          }
        }
        all.put(series.labels(), samples);
      }
    }
    return all;
  }

  static List<String> query(MetricStore store, TimeRange range, List<LabelMatcher> matchers) {
    List<String> lines = new ArrayList<>();
    try (Querier querier = store.querier(range)) {
      for (Querier.Series series : querier.select(matchers)) {
        lines.add(series.labels().toMap().toString());
        SampleCursor cursor = series.samples();
        while (cursor.next()) {
          lines.add(cursor.timestampMs() + " " + Double.doubleToRawLongBits(cursor.value()));
        }
      }
      lines.add("names " + querier.labelNames(matchers));
      lines.add("values " + querier.labelValues("b", matchers));
      lines.add("all names " + querier.labelNames(List.of()));
      lines.add("all values " + querier.labelValues("a", List.of()));
    }
    return lines;
  }
}
