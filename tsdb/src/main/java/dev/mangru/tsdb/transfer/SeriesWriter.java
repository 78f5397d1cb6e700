package dev.mangru.tsdb.transfer;

import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import java.io.IOException;
import java.util.List;

/// Writes series in one format, metric by metric. Confined to one thread.
interface SeriesWriter {

  /// One series; those of one metric name come one after the other, in label order.
  ///
  /// @param samples in time order; may hold what the format cannot say
  /// @param exemplars of the series in time order
  void series(Labels labels, SampleColumns samples, List<Exemplar> exemplars) throws IOException;

  /// The end of the text.
  void end() throws IOException;

  /// What was written and left out so far.
  ExportReport report();
}
