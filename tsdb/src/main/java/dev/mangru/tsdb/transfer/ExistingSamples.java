package dev.mangru.tsdb.transfer;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import java.util.List;

/// What a store holds in one window, asked for in label order. Confined to one thread.
final class ExistingSamples implements AutoCloseable {

  private final Querier querier;
  private final List<Querier.Series> series;
  private int at;

  ExistingSamples(Querier querier) {
    this.querier = querier;
    List<Querier.Series> selected = null;
    try {
      selected = querier.select(List.of());
    } finally {
      if (selected == null) {
        querier.close();
      }
    }
    this.series = selected;
  }

  /// Replaces what is in `columns` by the samples of a series that comes after all those asked for
  /// before; none if it is not there.
  void read(Labels labels, SampleColumns columns) {
    int order = 1;
    while (at < series.size() && (order = series.get(at).labels().compareTo(labels)) < 0) {
      at++;
    }
    if (at < series.size() && order == 0) {
      series.get(at).read(columns);
    } else {
      columns.clear();
    }
  }

  @Override
  public void close() {
    querier.close();
  }
}
