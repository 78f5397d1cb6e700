package dev.mangru.model.metric;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a metric store tells about itself at one moment. The lists are largest first, equal ones by
/// name.
///
/// @param memory what is in memory
/// @param cardinality where the series in memory come from
/// @param limits what is used of what is allowed
/// @param disk what is on disk
/// @param durable whether what is acknowledged is on stable storage, rather than with the operating
///   system for up to a second
/// @param refusal why writes are refused at the moment, or null
public record MetricStoreStatus(
    Memory memory,
    Cardinality cardinality,
    Limits limits,
    OnDisk disk,
    boolean durable,
    @Nullable String refusal) {

  /// What is in memory.
  ///
  /// @param series series that have samples which are not in a block yet
  /// @param samples samples that are not in a part or block yet
  /// @param pages pages of memory that these samples take
  /// @param minTimeMs time of the oldest sample of all parts or, where there is none yet, the
  ///   oldest of the series' newest samples; [Long#MAX_VALUE] without samples
  /// @param maxTimeMs time of the newest sample of any series in memory; [Long#MIN_VALUE] without
  ///   samples
  /// @param bytes memory of series and samples, about
  public record Memory(
      long series, long samples, long pages, long minTimeMs, long maxTimeMs, long bytes) {}

  /// Where the series in memory come from.
  ///
  /// @param labelPairs distinct pairs of name and value
  /// @param seriesByMetricName series of each metric name
  /// @param valuesByLabelName distinct values of each label
  /// @param bytesByLabelName UTF-8 bytes of each label's values, once for each series that has it
  /// @param seriesByLabelPair series of each pair; the name is `label=value`
  public record Cardinality(
      long labelPairs,
      List<Count> seriesByMetricName,
      List<Count> valuesByLabelName,
      List<Count> bytesByLabelName,
      List<Count> seriesByLabelPair) {

    /// Copies the lists.
    public Cardinality {
      seriesByMetricName = List.copyOf(seriesByMetricName);
      valuesByLabelName = List.copyOf(valuesByLabelName);
      bytesByLabelName = List.copyOf(bytesByLabelName);
      seriesByLabelPair = List.copyOf(seriesByLabelPair);
    }
  }

  /// How often something occurs.
  public record Count(String name, long count) {}

  /// What is allowed.
  ///
  /// @param maxSeries series in memory
  /// @param newSeriesThisMinute series seen for the first time in this minute of the clock
  /// @param maxNewSeriesPerMinute of them
  public record Limits(long maxSeries, long newSeriesThisMinute, long maxNewSeriesPerMinute) {}

  /// What is on disk.
  ///
  /// @param parts files of the last hours
  /// @param partBytes their size
  /// @param blocks files of all that is older
  /// @param blockBytes their size
  /// @param summaries files of summaries
  /// @param summaryBytes their size
  /// @param logBytes the write-ahead log's records that no part holds yet
  /// @param deletions deletions whose samples are still in some file
  public record OnDisk(
      long parts,
      long partBytes,
      long blocks,
      long blockBytes,
      long summaries,
      long summaryBytes,
      long logBytes,
      long deletions) {}
}
