package dev.mangru.tsdb.v1;

import dev.mangru.tsdb.v1.block.Block;
import dev.mangru.tsdb.v1.head.Head;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;
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
        "Samples in the chunks that queries read",
        stats,
        s -> s.samplesRead.sum());
    counter(
        registry,
        "mangru.tsdb.query.series.limit.hits",
        "Selections of more series than a query may touch",
        stats,
        s -> s.querySeriesLimit.sum());
    counter(registry, "mangru.tsdb.seals", "Heads sealed into blocks", stats, s -> s.seals.sum());
    seconds(
        registry,
        "mangru.tsdb.sealing",
        "Time spent sealing heads into blocks",
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
        "mangru.tsdb.blocks.dropped",
        "Blocks dropped past the retention",
        stats,
        s -> s.blocksDropped.sum());
    counter(
        registry,
        "mangru.tsdb.blocks.merged",
        "Blocks merged into larger ones",
        stats,
        s -> s.blocksMerged.sum());
    gauge(
        registry,
        "mangru.tsdb.series.active",
        null,
        "Series with samples since the last sealing",
        t -> t.view().active().seriesCount());
    gauge(
        registry,
        "mangru.tsdb.head.samples",
        null,
        "Samples not yet sealed",
        t -> sum(t.view(), Head::samples));
    gauge(
        registry,
        "mangru.tsdb.head",
        "bytes",
        "Memory of the samples not yet sealed, about",
        t -> sum(t.view(), Head::bytes));
    gauge(
        registry,
        "mangru.tsdb.wal",
        "bytes",
        "Log records that no block holds yet",
        t -> t.writePath().logBytes());
    gauge(registry, "mangru.tsdb.blocks", null, "Blocks on disk", t -> t.view().blocks().size());
    gauge(
        registry,
        "mangru.tsdb.blocks.size",
        "bytes",
        "Size of the blocks on disk",
        t -> t.view().blocks().stream().mapToLong(Block::lengthBytes).sum());
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

  private static double sum(View view, ToDoubleFunction<Head> what) {
    Head frozen = view.frozen();
    return what.applyAsDouble(view.active()) + (frozen == null ? 0 : what.applyAsDouble(frozen));
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
