package dev.mangru.tsdb;

import dev.mangru.model.disk.Durability;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the store tells about itself.
public final class TsdbMetrics implements MeterBinder {

  private final Tsdb tsdb;

  /// The metrics of one store.
  public TsdbMetrics(Tsdb tsdb) {
    this.tsdb = tsdb;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Stats stats = tsdb.stats();
    counter(
        registry,
        "mangru.tsdb.samples.appended",
        "Samples accepted, exact repeats included",
        stats,
        s -> s.appended.sum());
    for (Stats.Reason reason : Stats.Reason.values()) {
      FunctionCounter.builder("mangru.tsdb.samples.rejected", stats, s -> s.rejected(reason).sum())
          .tag("reason", reason.text())
          .description("Samples not stored")
          .register(registry);
    }
    counter(
        registry,
        "mangru.tsdb.batches.refused",
        "Batches refused because the store could not take writes",
        stats,
        s -> s.refusedBatches.sum());
    counter(
        registry,
        "mangru.tsdb.query.samples",
        "Samples that queries read",
        stats,
        s -> s.samplesRead.sum());
    counter(
        registry,
        "mangru.tsdb.query.series.limit.hits",
        "Selections of more series than a query may touch",
        stats,
        s -> s.querySeriesLimit.sum());
    counter(
        registry, "mangru.tsdb.seals", "Sealings of rows into parts", stats, s -> s.seals.sum());
    counter(
        registry,
        "mangru.tsdb.samples.sealed",
        "Samples sealed into parts",
        stats,
        s -> s.sealedSamples.sum());
    counter(
        registry,
        "mangru.tsdb.samples.late",
        "Samples accepted that were older than the newest one of their series",
        stats,
        s -> s.lateSamples.sum());
    counter(
        registry,
        "mangru.tsdb.series.new",
        "Series seen for the first time",
        stats,
        s -> s.newSeries.sum());
    counter(
        registry,
        "mangru.tsdb.files.quarantined",
        "Damaged files set aside at the start",
        stats,
        s -> s.quarantined.sum());
    seconds(
        registry,
        "mangru.tsdb.sealing",
        "Time spent sealing rows into parts",
        stats,
        s -> s.sealNanos.sum() / 1e9);
    counter(
        registry,
        "mangru.tsdb.maintenance.failures",
        "Rounds of sealing, merging or dropping that failed",
        stats,
        s -> s.maintenanceFailures.sum());
    counter(
        registry,
        "mangru.tsdb.files.dropped",
        "Parts and blocks dropped past the retention",
        stats,
        s -> s.filesDropped.sum());
    counter(
        registry,
        "mangru.tsdb.files.merged",
        "Parts and blocks merged into others",
        stats,
        s -> s.filesMerged.sum());
    seconds(
        registry,
        "mangru.tsdb.merging",
        "Time spent merging and dropping files",
        stats,
        s -> s.mergeNanos.sum() / 1e9);
    gauge(
        registry,
        "mangru.tsdb.series.active",
        null,
        "Series in memory: those with samples that are not in a block yet",
        t -> t.series().activeSeries());
    gauge(
        registry,
        "mangru.tsdb.series",
        "bytes",
        "Memory of the series and their index, about",
        t -> t.series().bytes());
    gauge(
        registry,
        "mangru.tsdb.selections",
        "bytes",
        "Memory of the series that earlier queries selected, in order, about",
        t -> t.selections().bytes());
    gauge(
        registry,
        "mangru.tsdb.head.samples",
        null,
        "Samples not yet sealed",
        t -> t.rows().nextRow() - t.rows().firstRow());
    gauge(
        registry,
        "mangru.tsdb.head",
        "bytes",
        "Memory of samples not yet sealed, and of sealed ones that queries read, idle pages included",
        t -> t.rows().bytes());
    gauge(
        registry,
        "mangru.tsdb.wal",
        "bytes",
        "Log records that no part holds yet",
        t -> t.writePath().logBytes());
    gauge(registry, "mangru.tsdb.parts", null, "Parts on disk", t -> files(t, false).count());
    gauge(registry, "mangru.tsdb.blocks", null, "Blocks on disk", t -> files(t, true).count());
    gauge(
        registry,
        "mangru.tsdb.parts.size",
        "bytes",
        "Size of the parts on disk",
        t -> files(t, false).mapToLong(file -> file.stored().bytes()).sum());
    gauge(
        registry,
        "mangru.tsdb.blocks.size",
        "bytes",
        "Size of the blocks on disk",
        t -> files(t, true).mapToLong(file -> file.stored().bytes()).sum());
    gauge(
        registry,
        "mangru.tsdb.summaries",
        null,
        "Files of summaries of old blocks on disk",
        t -> t.view().summaries().size());
    gauge(
        registry,
        "mangru.tsdb.summaries.size",
        "bytes",
        "Size of the files of summaries",
        t -> t.view().summaries().stream().mapToLong(SummaryFile::bytes).sum());
    counter(
        registry,
        "mangru.tsdb.summaries.steps",
        "Files of summaries made, cleaned of deleted samples, or forgotten",
        stats,
        s -> s.summarySteps.sum());
    seconds(
        registry,
        "mangru.tsdb.summarizing",
        "Time spent making and cleaning summaries",
        stats,
        s -> s.summaryNanos.sum() / 1e9);
    gauge(
        registry,
        "mangru.tsdb.tombstones",
        null,
        "Deletions whose samples are still in some file",
        t -> t.view().tombstones().all().size());
    gauge(
        registry,
        "mangru.tsdb.durability.synced",
        null,
        "1 if acknowledged samples are on stable storage, 0 if a power cut may take a second",
        t -> t.durability() == Durability.SYNCED ? 1 : 0);
    gauge(
        registry,
        "mangru.tsdb.replay.samples",
        null,
        "Samples that the last start replayed",
        t -> t.stats().replayedSamples);
    gauge(
        registry,
        "mangru.tsdb.replay",
        "seconds",
        "How long the last start took to read the data directory",
        t -> t.stats().replayNanos / 1e9);
    gauge(
        registry,
        "mangru.tsdb.log.broken",
        null,
        "1 after a failed sync: the store refuses writes until it is restarted",
        t -> t.writePath().brokenBy() == null ? 0 : 1);
  }

  private static Stream<StoreFile> files(Tsdb tsdb, boolean blocks) {
    return tsdb.view().files().stream().filter(file -> file.entry().block() == blocks);
  }

  private static void counter(
      MeterRegistry registry,
      String name,
      String description,
      Stats stats,
      ToDoubleFunction<Stats> value) {
    FunctionCounter.builder(name, stats, value).description(description).register(registry);
  }

  private static void seconds(
      MeterRegistry registry,
      String name,
      String description,
      Stats stats,
      ToDoubleFunction<Stats> value) {
    FunctionCounter.builder(name, stats, value)
        .baseUnit("seconds")
        .description(description)
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      @Nullable String unit,
      String description,
      ToDoubleFunction<Tsdb> value) {
    Gauge.builder(name, tsdb, value).baseUnit(unit).description(description).register(registry);
  }
}
