package dev.mangru.tsdb.transfer;

import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Writes what a store holds as text. Held in memory are the metric names, the labels of one
/// metric's series, and one series' samples. The same content gives the same text. Thread-safe.
public final class Exporter {

  private Exporter() {}

  /// Writes the samples in `range` of all series that at least one of `selectors` selects; all
  /// series if there is none.
  ///
  /// @param metadata what is known of a metric, or null
  /// @param exemplars those of a series in time order
  /// @param out flushed, not closed
  public static ExportReport export(
      MetricStore store,
      TimeRange range,
      List<List<LabelMatcher>> selectors,
      ExportFormat format,
      Function<String, @Nullable MetricMetadata> metadata,
      Function<Labels, List<Exemplar>> exemplars,
      Writer out)
      throws IOException {
    List<List<LabelMatcher>> wanted = selectors.isEmpty() ? List.of(List.of()) : selectors;
    SampleColumns samples = new SampleColumns();
    try (Querier querier = store.querier(range)) {
      TreeSet<String> names = new TreeSet<>(Labels::compareUtf8);
      names.add(""); // Series may have no name.
      for (List<LabelMatcher> selector : wanted) {
        names.addAll(querier.labelValues(Labels.METRIC_NAME, selector));
      }
      SeriesWriter writer =
          switch (format) {
            case OPENMETRICS -> new OpenMetricsWriter(out, names, metadata);
            case JSONL -> new JsonLinesWriter(out);
          };
      for (String name : names) {
        for (Querier.Series series : select(querier, wanted, name)) {
          series.read(samples);
          writer.series(series.labels(), samples, exemplars.apply(series.labels()));
        }
      }
      writer.end();
      return writer.report();
    }
  }

  private static List<Querier.Series> select(
      Querier querier, List<List<LabelMatcher>> selectors, String name) {
    TreeMap<Labels, Querier.Series> found = new TreeMap<>(Comparator.naturalOrder());
    for (List<LabelMatcher> selector : selectors) {
      List<LabelMatcher> matchers = new ArrayList<>(selector);
      matchers.add(LabelMatcher.equal(Labels.METRIC_NAME, name));
      for (Querier.Series series : querier.select(matchers)) {
        found.putIfAbsent(series.labels(), series);
      }
    }
    return new ArrayList<>(found.values());
  }
}
