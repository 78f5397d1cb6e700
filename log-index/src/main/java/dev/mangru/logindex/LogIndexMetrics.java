package dev.mangru.logindex;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;

/// Every metric of a log index, on one page.
public final class LogIndexMetrics implements MeterBinder {

  private final LogIndex index;

  /// The metrics of `index`.
  public LogIndexMetrics(LogIndex index) {
    this.index = index;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    FunctionCounter.builder("mangru.logs.records", index, i -> i.stats().accepted())
        .description("Log records stored")
        .register(registry);
    for (String reason :
        List.of(
            RecordIntake.TOO_OLD,
            RecordIntake.TOO_FAR_AHEAD,
            RecordIntake.TOO_MANY_LABELS,
            RecordIntake.LABELS_TOO_LARGE)) {
      FunctionCounter.builder("mangru.logs.rejected", index, i -> i.stats().rejected(reason))
          .description("Log records refused")
          .tag("reason", reason)
          .register(registry);
    }
    FunctionCounter.builder("mangru.logs.truncated", index, i -> i.stats().cut())
        .description("Log records whose line was cut at the limit")
        .register(registry);
    FunctionCounter.builder(
            "mangru.logs.unindexable", index, i -> i.engine().shardsAsTheyAre().unindexable())
        .description("Log records that Lucene refused; should stay 0")
        .register(registry);
    FunctionCounter.builder("mangru.logs.searches", index, i -> i.stats().searches())
        .description("Searches, histograms, facets and label queries")
        .register(registry);
    FunctionCounter.builder("mangru.logs.search.lines", index, i -> i.stats().linesRead())
        .description("Stored lines read to check their text")
        .register(registry);
    FunctionCounter.builder("mangru.logs.heals", index, i -> i.stats().heals())
        .description("Times the index was opened again because indexing had failed")
        .register(registry);
    Gauge.builder("mangru.logs.queue", index, i -> i.engine().queuedBytes())
        .description("Acknowledged records that are not indexed yet")
        .baseUnit("bytes")
        .register(registry);
    Gauge.builder("mangru.logs.uncommitted", index, i -> i.engine().uncommittedBytes())
        .description("Records that a restart would replay from the write-ahead log")
        .baseUnit("bytes")
        .register(registry);
    Gauge.builder("mangru.logs.writer.memory", index, i -> i.engine().writerBytes())
        .description("Memory of Lucene's writers")
        .baseUnit("bytes")
        .register(registry);
    Gauge.builder("mangru.logs.documents", index, i -> i.engine().documents())
        .description("Log records in the index")
        .register(registry);
    Gauge.builder("mangru.logs.shards", index, i -> i.engine().shardsAsTheyAre().all().size())
        .description("Shards of the index")
        .register(registry);
    Gauge.builder("mangru.logs.shards.damaged", index, i -> i.engine().shardsAsTheyAre().setAside())
        .description("Shards set aside because they were damaged; their records are missing")
        .register(registry);
    Gauge.builder("mangru.logs.healthy", index, i -> i.engine().healthy() ? 1 : 0)
        .description("1 while records are taken and indexed")
        .register(registry);
    Gauge.builder("mangru.logs.tails", index, LogIndex::openTails)
        .description("Live subscriptions")
        .register(registry);
  }
}
