package dev.mangru.tsdb.transfer;

/// What an export writes.
public enum ExportFormat {
  /// OpenMetrics text with timestamps, as `promtool tsdb create-blocks-from-openmetrics` and
  /// `mangru import` read it. Series of one metric stand together. Counters whose samples have
  /// start timestamps are typed as such and tell them as `_created`; a type is told where the
  /// metadata knows it and it is gauge or counter; all else, the series of classic histograms and
  /// summaries among it, is of type unknown.
  OPENMETRICS,
  /// One JSON object a series, as VictoriaMetrics' `/api/v1/export` writes and `/api/v1/import`
  /// reads it; NaN, stale markers among them, is `null`, infinities are texts.
  JSONL
}
