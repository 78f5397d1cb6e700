package dev.mangru.collector.agent;

import dev.mangru.collector.pipeline.Gatherer;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.collector.send.EncodedSamples;
import dev.mangru.collector.send.RemoteWriteV2Encoder;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks every source for its samples, again and again at a fixed rate, and queues them at once.
/// Confined to its thread.
final class GatherLoop implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(GatherLoop.class);
  private static final int MAX_TOLD = 100;

  private final List<Gatherer> gatherers;
  private final Duration firstWait;
  private final Duration interval;
  private final MetricsQueue queue;
  private final AgentTelemetry telemetry;
  private final InstantSource clock;
  private final Ticker ticker;
  private final Stopper stopper;
  private final RemoteWriteV2Encoder encoder = new RemoteWriteV2Encoder();
  private final SampleBatch batch = new SampleBatch();
  private final Set<String> told = new HashSet<>();

  /// @param firstWait before the first pass
  GatherLoop(
      List<Gatherer> gatherers,
      Duration firstWait,
      Duration interval,
      MetricsQueue queue,
      AgentTelemetry telemetry,
      InstantSource clock,
      Ticker ticker,
      Stopper stopper) {
    this.gatherers = List.copyOf(gatherers);
    this.firstWait = firstWait;
    this.interval = interval;
    this.queue = queue;
    this.telemetry = telemetry;
    this.clock = clock;
    this.ticker = ticker;
    this.stopper = stopper;
  }

  @Override
  public void run() {
    try {
      if (stopper.awaitStop(firstWait)) {
        return;
      }
      long due = ticker.read();
      do {
        long start = ticker.read();
        pass(clock.instant());
        long end = ticker.read();
        telemetry.passed((end - start) / 1e9, Math.max(0, start - due) / 1e9);
        due += interval.toNanos();
        if (due - end < 0) {
          // Passes that were missed are not made up for.
          due = end;
        }
      } while (!stopper.awaitStop(Duration.ofNanos(due - ticker.read())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pass(Instant now) {
    batch.clear();
    for (Gatherer gatherer : gatherers) {
      gather(gatherer, now);
    }
    try {
      EncodedSamples.of(batch, encoder).forEach(queue::add);
    } catch (RuntimeException e) {
      telemetry.gatherFailed("encode");
      if (told.size() < MAX_TOLD && told.add("encode" + e)) {
        LOG.atError().setCause(e).log("samples that cannot be encoded are dropped");
      }
    }
  }

  /// A source that fails must not take the others with it, whatever it throws.
  private void gather(Gatherer gatherer, Instant now) {
    int before = batch.size();
    try {
      gatherer.gather(now, batch);
    } catch (IOException | RuntimeException e) {
      batch.truncate(before);
      telemetry.gatherFailed(gatherer.name());
      if (told.size() < MAX_TOLD && told.add(gatherer.name() + e)) {
        LOG.atWarn().addKeyValue("source", gatherer.name()).setCause(e).log("cannot gather");
      }
    }
  }
}
