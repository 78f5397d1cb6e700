package dev.mangru.tsdb;

import dev.mangru.model.disk.Durability;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.compact.Resolution;
import dev.mangru.tsdb.compact.Retention;
import dev.mangru.tsdb.compact.SummaryPlanner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;

/// How the store works. Every limit has a unit and a default; where a default comes from stands
/// beside it in [#defaults].
///
/// @param directory holds everything; made if it is not there
/// @param retention samples older than this are refused, and files dropped once all of their
///   samples are; of series that no rule selects
/// @param retentionRules how long the samples of selected series are kept instead, longer or
///   shorter; the first rule that selects a series decides. Samples past their rule are refused.
///   Those that are stored go whenever their file is merged, at the latest once all of the file is
///   past the rule and they are a fifth of it; until then queries may still show them
/// @param retentionBytes size of parts, blocks and summaries above which the oldest go; 0 for no
///   limit
/// @param downsampling which summaries are made of blocks, when, and for how long they are kept; at
///   most one rule for each resolution
/// @param blockRange span of the time windows that samples are sealed and merged by; at least a
///   second
/// @param sealInterval how often samples in memory are written to parts: what a start has to replay
/// @param outOfOrderWindow how much older than the newest sample of its series a sample may be
/// @param maxAhead how far ahead of the clock a sample may be
/// @param durability when a batch counts as written
/// @param maxSeries series that are kept in memory, because they have samples not yet in a block;
///   more are refused
/// @param maxSeriesBytes memory of those series, labels and index; more are refused
/// @param maxNewSeriesPerMinute series that may be new in one minute of the clock; more are refused
/// @param maxQuerySeries series that one selection may give
/// @param maxBatchSamples samples in one batch
/// @param maxLabels labels of one series, metric name included
/// @param maxLabelNameBytes UTF-8 bytes of a label name
/// @param maxLabelValueBytes UTF-8 bytes of a label value
/// @param walSegmentBytes size at which a segment of the write-ahead log is followed by a new one
/// @param maxWalBytes size of the write-ahead log that asks for sealing before its time
/// @param maxHeadBytes memory of the samples not yet sealed that asks for sealing; at twice this,
///   sealed ones that are still read included, writes are refused
/// @param maxSelectionBytes memory of selected series kept for later queries
/// @param minFreeBytes free disk space under which writes are refused, so that sealing and
///   retention still have room
public record TsdbOptions(
    Path directory,
    Duration retention,
    List<Retention.Rule> retentionRules,
    long retentionBytes,
    List<SummaryPlanner.Rule> downsampling,
    Duration blockRange,
    Duration sealInterval,
    Duration outOfOrderWindow,
    Duration maxAhead,
    Durability durability,
    long maxSeries,
    long maxSeriesBytes,
    long maxNewSeriesPerMinute,
    long maxQuerySeries,
    int maxBatchSamples,
    int maxLabels,
    int maxLabelNameBytes,
    int maxLabelValueBytes,
    long walSegmentBytes,
    long maxWalBytes,
    long maxHeadBytes,
    long maxSelectionBytes,
    long minFreeBytes) {

  public TsdbOptions {
    positive("retention", retention.toMillis(), retention);
    retentionRules = List.copyOf(retentionRules);
    downsampling = List.copyOf(downsampling);
    Set<Resolution> resolutions = EnumSet.noneOf(Resolution.class);
    for (SummaryPlanner.Rule rule : downsampling) {
      check(
          "downsampling",
          resolutions.add(rule.resolution()) ? 1 : 0,
          n -> n == 1,
          "one rule for each resolution",
          downsampling);
    }
    check("retention-size", retentionBytes, n -> n >= 0, "not negative", retentionBytes);
    positive("max-ahead", maxAhead.plusMillis(1).toMillis(), maxAhead);
    check("block-range", blockRange.toMillis(), n -> n >= 1_000, "at least PT1S", blockRange);
    check("seal-interval", sealInterval.toMillis(), n -> n >= 1_000, "at least PT1S", sealInterval);
    check(
        "out-of-order-window",
        outOfOrderWindow.toMillis(),
        n -> n >= 0,
        "not negative",
        outOfOrderWindow);
    positive("max-series", maxSeries, maxSeries);
    positive("max-series-bytes", maxSeriesBytes, maxSeriesBytes);
    positive("max-new-series-per-minute", maxNewSeriesPerMinute, maxNewSeriesPerMinute);
    positive("max-query-series", maxQuerySeries, maxQuerySeries);
    positive("max-batch-samples", maxBatchSamples, maxBatchSamples);
    positive("max-labels", maxLabels, maxLabels);
    positive("max-label-name-bytes", maxLabelNameBytes, maxLabelNameBytes);
    // 256 values are one page of a block's texts, which readers take up to 64 MiB of.
    check(
        "max-label-value-bytes",
        maxLabelValueBytes,
        n -> n > 0 && n <= 128 << 10,
        "1 to 131072",
        maxLabelValueBytes);
    positive("wal-segment-bytes", walSegmentBytes, walSegmentBytes);
    positive("max-wal-bytes", maxWalBytes, maxWalBytes);
    positive("max-head-bytes", maxHeadBytes, maxHeadBytes);
    positive("max-selection-bytes", maxSelectionBytes, maxSelectionBytes);
    check("min-free-bytes", minFreeBytes, n -> n >= 0, "not negative", minFreeBytes);
    // One series' definition must fit into a log record with room to spare.
    check(
        "max-labels x (max-label-name-bytes + max-label-value-bytes)",
        (long) maxLabels * ((long) maxLabelNameBytes + maxLabelValueBytes),
        n -> n <= 16 << 20,
        "at most 16 MiB",
        (long) maxLabels * ((long) maxLabelNameBytes + maxLabelValueBytes));
  }

  /// How long samples are kept: [#retention] and [#retentionRules].
  public Retention kept() {
    return new Retention(retention, retentionRules);
  }

  /// The oldest time at which samples of `labels` are taken, in milliseconds.
  long oldestTakenMs(Labels labels, long nowMs) {
    return nowMs - kept().keepMs(labels);
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
  ///   `retentionRules` none. `retentionBytes` no limit, as Prometheus.
  /// - `downsampling` none: while the samples themselves are kept, summaries only make long queries
  ///   cheaper, and those of 5 minutes may need as many bytes as the samples. Chosen.
  /// - `blockRange` 2 h, as Prometheus'. `sealInterval` 2 min: a start replays that much.
  /// - `outOfOrderWindow` zero, as Prometheus'.
  /// - `maxAhead` 10 min: forgives clocks, not time zones. Prometheus' scrape manager has the same.
  /// - `durability` synced: acknowledged is on stable storage.
  /// - `maxSeries`, `maxSeriesBytes`, `maxHeadBytes`, `maxSelectionBytes`, `maxQuerySeries`
  ///   (1,000,000 at most) and `maxBatchSamples` (1,000,000 at most: 500 times what Prometheus
  ///   sends in one body) by the memory there is, see [MemoryThereIs]. `maxNewSeriesPerMinute`
  ///   5,000,000. Chosen.
  /// - 64 labels, names of 256 B, values of 4 KiB: above what Kubernetes can make. Chosen.
  /// - `walSegmentBytes` 64 MiB, `maxWalBytes` 1 GiB, `minFreeBytes` 64 MiB. Chosen.
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
    private List<Retention.Rule> retentionRules = List.of();
    private long retentionBytes = 0;
    private List<SummaryPlanner.Rule> downsampling = List.of();
    private Duration blockRange = Duration.ofHours(2);
    private Duration sealInterval = Duration.ofMinutes(2);
    private Duration outOfOrderWindow = Duration.ZERO;
    private Duration maxAhead = Duration.ofMinutes(10);
    private Durability durability = Durability.SYNCED;
    private long maxSeries = MemoryThereIs.now().maxSeries();
    private long maxSeriesBytes = MemoryThereIs.now().seriesBytes();
    private long maxNewSeriesPerMinute = 5_000_000;
    private long maxQuerySeries = MemoryThereIs.now().querySeries();
    private int maxBatchSamples = MemoryThereIs.now().batchSamples();
    private int maxLabels = 64;
    private int maxLabelNameBytes = 256;
    private int maxLabelValueBytes = 4 << 10;
    private long walSegmentBytes = 64L << 20;
    private long maxWalBytes = 1L << 30;
    private long maxHeadBytes = MemoryThereIs.now().unsealedBytes();
    private long maxSelectionBytes = MemoryThereIs.now().selectionBytes();
    private long minFreeBytes = 64L << 20;

    private Builder(Path directory) {
      this.directory = directory;
    }

    /// See [TsdbOptions#retention].
    public Builder retention(Duration value) {
      retention = value;
      return this;
    }

    /// See [TsdbOptions#retentionRules].
    public Builder retentionRules(List<Retention.Rule> value) {
      retentionRules = value;
      return this;
    }

    /// See [TsdbOptions#downsampling].
    public Builder downsampling(List<SummaryPlanner.Rule> value) {
      downsampling = value;
      return this;
    }

    /// See [TsdbOptions#retentionBytes].
    public Builder retentionBytes(long value) {
      retentionBytes = value;
      return this;
    }

    /// See [TsdbOptions#blockRange].
    public Builder blockRange(Duration value) {
      blockRange = value;
      return this;
    }

    /// See [TsdbOptions#sealInterval].
    public Builder sealInterval(Duration value) {
      sealInterval = value;
      return this;
    }

    /// See [TsdbOptions#outOfOrderWindow].
    public Builder outOfOrderWindow(Duration value) {
      outOfOrderWindow = value;
      return this;
    }

    /// See [TsdbOptions#maxAhead].
    public Builder maxAhead(Duration value) {
      maxAhead = value;
      return this;
    }

    /// See [TsdbOptions#durability].
    public Builder durability(Durability value) {
      durability = value;
      return this;
    }

    /// See [TsdbOptions#maxSeries].
    public Builder maxSeries(long value) {
      maxSeries = value;
      return this;
    }

    /// See [TsdbOptions#maxSeriesBytes].
    public Builder maxSeriesBytes(long value) {
      maxSeriesBytes = value;
      return this;
    }

    /// See [TsdbOptions#maxNewSeriesPerMinute].
    public Builder maxNewSeriesPerMinute(long value) {
      maxNewSeriesPerMinute = value;
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

    /// See [TsdbOptions#maxSelectionBytes].
    public Builder maxSelectionBytes(long value) {
      maxSelectionBytes = value;
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
          retentionRules,
          retentionBytes,
          downsampling,
          blockRange,
          sealInterval,
          outOfOrderWindow,
          maxAhead,
          durability,
          maxSeries,
          maxSeriesBytes,
          maxNewSeriesPerMinute,
          maxQuerySeries,
          maxBatchSamples,
          maxLabels,
          maxLabelNameBytes,
          maxLabelValueBytes,
          walSegmentBytes,
          maxWalBytes,
          maxHeadBytes,
          maxSelectionBytes,
          minFreeBytes);
    }
  }
}
