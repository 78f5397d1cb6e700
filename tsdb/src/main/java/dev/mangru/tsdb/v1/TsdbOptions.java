package dev.mangru.tsdb.v1;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongPredicate;

/// How the store works. Every limit has a unit and a default; where a default comes from stands
/// beside it in [#defaults].
///
/// @param directory holds everything; made if it is not there
/// @param retention samples older than this are refused, and blocks dropped once all of their
///   samples are
/// @param blockRange span of the time windows that samples are sealed by; at least a second
/// @param maxAhead how far ahead of the clock a sample may be
/// @param maxSeries series with samples since the last sealing; more are refused
/// @param maxQuerySeries series that one selection may give
/// @param maxBatchSamples samples in one batch
/// @param maxLabels labels of one series, metric name included
/// @param maxLabelNameBytes UTF-8 bytes of a label name
/// @param maxLabelValueBytes UTF-8 bytes of a label value
/// @param walSegmentBytes size at which a segment of the write-ahead log is followed by a new one
/// @param maxWalBytes size of the write-ahead log that asks for sealing before the window ends
/// @param maxHeadBytes memory of the samples not yet sealed that asks for sealing; at twice this,
///   writes are refused
/// @param minFreeBytes free disk space under which writes are refused, so that sealing and
///   retention still have room
public record TsdbOptions(
    Path directory,
    Duration retention,
    Duration blockRange,
    Duration maxAhead,
    long maxSeries,
    long maxQuerySeries,
    int maxBatchSamples,
    int maxLabels,
    int maxLabelNameBytes,
    int maxLabelValueBytes,
    long walSegmentBytes,
    long maxWalBytes,
    long maxHeadBytes,
    long minFreeBytes) {

  public TsdbOptions {
    positive("retention", retention.toMillis(), retention);
    positive("max-ahead", maxAhead.plusMillis(1).toMillis(), maxAhead);
    check("block-range", blockRange.toMillis(), n -> n >= 1_000, "at least PT1S", blockRange);
    positive("max-series", maxSeries, maxSeries);
    positive("max-query-series", maxQuerySeries, maxQuerySeries);
    positive("max-batch-samples", maxBatchSamples, maxBatchSamples);
    positive("max-labels", maxLabels, maxLabels);
    positive("max-label-name-bytes", maxLabelNameBytes, maxLabelNameBytes);
    positive("max-label-value-bytes", maxLabelValueBytes, maxLabelValueBytes);
    positive("wal-segment-bytes", walSegmentBytes, walSegmentBytes);
    positive("max-wal-bytes", maxWalBytes, maxWalBytes);
    positive("max-head-bytes", maxHeadBytes, maxHeadBytes);
    check("min-free-bytes", minFreeBytes, n -> n >= 0, "not negative", minFreeBytes);
    // One series' definition must fit into a log record with room to spare.
    check(
        "max-labels x (max-label-name-bytes + max-label-value-bytes)",
        (long) maxLabels * ((long) maxLabelNameBytes + maxLabelValueBytes),
        n -> n <= 16 << 20,
        "at most 16 MiB",
        (long) maxLabels * ((long) maxLabelNameBytes + maxLabelValueBytes));
  }

  private static void positive(String name, long number, Object value) {
    check(name, number, n -> n > 0, "positive", value);
  }

  private static void check(
      String name, long number, LongPredicate rule, String wanted, Object value) {
    if (!rule.test(number)) {
      throw new IllegalArgumentException(
          "tsdb option " + name + " must be " + wanted + ": " + value);
    }
  }

  /// The defaults.
  ///
  /// - `retention` 400 days: the objective's year and a month to look back on. Chosen.
  /// - `blockRange` 2 h, as Prometheus'.
  /// - `maxAhead` 10 min: forgives clocks, not time zones. Prometheus' scrape manager has the same.
  /// - `maxSeries` 1,000,000, `maxQuerySeries` as many. Chosen.
  /// - `maxBatchSamples` 1,000,000: 500 times what Prometheus sends in one body. Chosen.
  /// - 64 labels, names of 256 B, values of 4 KiB: above what Kubernetes can make. Chosen.
  /// - `walSegmentBytes` 64 MiB, `maxWalBytes` 1 GiB (about ten seconds of replay), `maxHeadBytes`
  ///   a quarter of the heap but at least 64 MiB, `minFreeBytes` 64 MiB. Chosen.
  public static TsdbOptions defaults(Path directory) {
    return builder(directory).build();
  }

  /// A builder with the defaults.
  public static Builder builder(Path directory) {
    return new Builder(directory);
  }

  /// Changes single options. Confined to one thread.
  public static final class Builder {

    private final Path directory;
    private Duration retention = Duration.ofDays(400);
    private Duration blockRange = Duration.ofHours(2);
    private Duration maxAhead = Duration.ofMinutes(10);
    private long maxSeries = 1_000_000;
    private long maxQuerySeries = 1_000_000;
    private int maxBatchSamples = 1_000_000;
    private int maxLabels = 64;
    private int maxLabelNameBytes = 256;
    private int maxLabelValueBytes = 4 << 10;
    private long walSegmentBytes = 64L << 20;
    private long maxWalBytes = 1L << 30;
    private long maxHeadBytes = Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 4);
    private long minFreeBytes = 64L << 20;

    private Builder(Path directory) {
      this.directory = directory;
    }

    /// See [TsdbOptions#retention].
    public Builder retention(Duration value) {
      retention = value;
      return this;
    }

    /// See [TsdbOptions#blockRange].
    public Builder blockRange(Duration value) {
      blockRange = value;
      return this;
    }

    /// See [TsdbOptions#maxAhead].
    public Builder maxAhead(Duration value) {
      maxAhead = value;
      return this;
    }

    /// See [TsdbOptions#maxSeries].
    public Builder maxSeries(long value) {
      maxSeries = value;
      return this;
    }

    /// See [TsdbOptions#maxQuerySeries].
    public Builder maxQuerySeries(long value) {
      maxQuerySeries = value;
      return this;
    }

    /// See [TsdbOptions#maxBatchSamples].
    public Builder maxBatchSamples(int value) {
      maxBatchSamples = value;
      return this;
    }

    /// See [TsdbOptions#maxLabels].
    public Builder maxLabels(int value) {
      maxLabels = value;
      return this;
    }

    /// See [TsdbOptions#maxLabelNameBytes].
    public Builder maxLabelNameBytes(int value) {
      maxLabelNameBytes = value;
      return this;
    }

    /// See [TsdbOptions#maxLabelValueBytes].
    public Builder maxLabelValueBytes(int value) {
      maxLabelValueBytes = value;
      return this;
    }

    /// See [TsdbOptions#walSegmentBytes].
    public Builder walSegmentBytes(long value) {
      walSegmentBytes = value;
      return this;
    }

    /// See [TsdbOptions#maxWalBytes].
    public Builder maxWalBytes(long value) {
      maxWalBytes = value;
      return this;
    }

    /// See [TsdbOptions#maxHeadBytes].
    public Builder maxHeadBytes(long value) {
      maxHeadBytes = value;
      return this;
    }

    /// See [TsdbOptions#minFreeBytes].
    public Builder minFreeBytes(long value) {
      minFreeBytes = value;
      return this;
    }

    /// The options.
    public TsdbOptions build() {
      return new TsdbOptions(
          directory,
          retention,
          blockRange,
          maxAhead,
          maxSeries,
          maxQuerySeries,
          maxBatchSamples,
          maxLabels,
          maxLabelNameBytes,
          maxLabelValueBytes,
          walSegmentBytes,
          maxWalBytes,
          maxHeadBytes,
          minFreeBytes);
    }
  }
}
