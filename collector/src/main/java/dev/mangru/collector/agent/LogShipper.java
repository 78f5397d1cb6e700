package dev.mangru.collector.agent;

import dev.mangru.collector.send.Backoff;
import dev.mangru.collector.send.OtlpLogSender;
import dev.mangru.collector.send.SendResult;
import dev.mangru.collector.tail.LogBatch;
import dev.mangru.collector.tail.LogBatchSink;
import dev.mangru.collector.tail.LossReason;
import dev.mangru.collector.tail.Tailer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends batches of lines in order, each until the server took or refused it, and then makes their
/// positions safe. [#offer] may be called from another thread; the rest is confined to its own.
final class LogShipper implements Runnable, LogBatchSink {

  private static final Logger LOG = LoggerFactory.getLogger(LogShipper.class);

  /// Batches read ahead while one is being sent. Chosen: a few MB hide the round trip.
  private static final int READ_AHEAD = 3;

  private static final long IDLE_MS = 200;

  /// Chosen: rotations are still noticed several times a second while the server is slow.
  private static final long ROOM_MS = 100;

  private static final int MAX_TOLD = 100;

  private final BlockingQueue<LogBatch> queue = new ArrayBlockingQueue<>(READ_AHEAD);
  private final OtlpLogSender sender;
  private final Tailer tailer;
  private final AgentTelemetry telemetry;
  private final InstantSource clock;
  private final Stopper stopper;
  private final Backoff backoff;
  private final Set<String> told = new HashSet<>();

  LogShipper(
      AgentOptions options,
      HttpClient client,
      Tailer tailer,
      AgentTelemetry telemetry,
      InstantSource clock,
      Stopper stopper,
      RandomGenerator random) {
    this.tailer = tailer;
    this.telemetry = telemetry;
    this.clock = clock;
    this.stopper = stopper;
    sender =
        new OtlpLogSender(
            client,
            Urls.below(options.server(), "/v1/logs"),
            options.timeout(),
            options.headers(),
            clock);
    backoff = new Backoff(MetricsShipper.FIRST_BACKOFF, MetricsShipper.LONGEST_BACKOFF, random);
  }

  /// Waits a moment for room, so that a backlog flows at the server's pace and not at the poll's.
  @Override
  public boolean offer(LogBatch batch) {
    try {
      return queue.offer(batch, ROOM_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void run() {
    try {
      while (!stopper.isAbandoned()) {
        boolean stopping = stopper.isStopping();
        LogBatch batch = queue.poll(IDLE_MS, TimeUnit.MILLISECONDS);
        if (batch != null) {
          deliverOrDrop(batch);
        } else if (stopping) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Our own mistake must not end sending for good.
  private void deliverOrDrop(LogBatch batch) throws InterruptedException {
    try {
      deliver(batch);
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("log lines that cannot be sent are dropped");
      telemetry.sendFailed(AgentTelemetry.Signal.LOGS, "internal");
      refused(batch, batch.records(), e.toString());
      acknowledge(batch);
    }
  }

  private void deliver(LogBatch batch) throws InterruptedException {
    while (true) {
      switch (sender.send(batch)) {
        case SendResult.Accepted(long rejected, String message) -> {
          backoff.succeeded();
          telemetry.acknowledged(AgentTelemetry.Signal.LOGS, clock.millis());
          if (rejected > 0) {
            refused(batch, rejected, message);
          }
          acknowledge(batch);
          return;
        }
        case SendResult.Refused(String code, String message) -> {
          backoff.succeeded();
          telemetry.sendFailed(AgentTelemetry.Signal.LOGS, code);
          refused(batch, batch.records(), code + " " + message);
          acknowledge(batch);
          return;
        }
        case SendResult.TryLater(String code, @Nullable Duration retryAfter, String message) -> {
          telemetry.sendFailed(AgentTelemetry.Signal.LOGS, code);
          tell("the server cannot take log lines now", code + " " + message);
          if (stopper.awaitNextAttempt(backoff.failed(retryAfter))) {
            return;
          }
        }
      }
    }
  }

  /// The server counts records; their bytes are the batch's share.
  private void refused(LogBatch batch, long records, String why) {
    telemetry.rejected(AgentTelemetry.Signal.LOGS, records);
    tailer.stats().lost(LossReason.REFUSED, batch.bytes() * records / Math.max(1, batch.records()));
    tell("the server refused log lines", why);
  }

  /// Positions that could not be saved are saved with the next batch.
  private void acknowledge(LogBatch batch) {
    try {
      tailer.acknowledge(batch);
    } catch (IOException e) {
      tell("cannot save log positions", e.toString());
    }
  }

  private void tell(String what, String why) {
    if (told.size() < MAX_TOLD && told.add(what + why)) {
      LOG.atWarn().addKeyValue("reason", why).log(what);
    }
  }
}
