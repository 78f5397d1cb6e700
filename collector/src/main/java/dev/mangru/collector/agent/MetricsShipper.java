package dev.mangru.collector.agent;

import dev.mangru.collector.send.Backoff;
import dev.mangru.collector.send.EncodedSamples;
import dev.mangru.collector.send.RemoteWriteSender;
import dev.mangru.collector.send.SendResult;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends queued samples in order, each until the server took or refused it. Confined to its thread.
final class MetricsShipper implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(MetricsShipper.class);
  private static final Duration IDLE = Duration.ofMillis(200);
  static final Duration FIRST_BACKOFF = Duration.ofMillis(250);
  static final Duration LONGEST_BACKOFF = Duration.ofSeconds(15);
  private static final int MAX_TOLD = 100;

  private final MetricsQueue queue;
  private final RemoteWriteSender sender;
  private final AgentTelemetry telemetry;
  private final InstantSource clock;
  private final Stopper stopper;
  private final Backoff backoff;
  private final Set<String> told = new HashSet<>();

  MetricsShipper(
      AgentOptions options,
      HttpClient client,
      MetricsQueue queue,
      AgentTelemetry telemetry,
      InstantSource clock,
      Stopper stopper,
      RandomGenerator random) {
    this.queue = queue;
    this.telemetry = telemetry;
    this.clock = clock;
    this.stopper = stopper;
    sender =
        new RemoteWriteSender(
            client,
            Urls.below(options.server(), "/api/v1/write"),
            options.timeout(),
            options.headers(),
            clock);
    backoff = new Backoff(FIRST_BACKOFF, LONGEST_BACKOFF, random);
  }

  @Override
  public void run() {
    try {
      while (!stopper.isAbandoned()) {
        EncodedSamples samples = queue.poll(IDLE);
        if (samples != null) {
          deliverOrDrop(samples);
        } else if (stopper.isStopping()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Our own mistake must not end sending for good.
  private void deliverOrDrop(EncodedSamples samples) throws InterruptedException {
    try {
      deliver(samples);
    } catch (RuntimeException e) {
      telemetry.sendFailed(AgentTelemetry.Signal.METRICS, "internal");
      telemetry.rejected(AgentTelemetry.Signal.METRICS, samples.samples());
      LOG.atError().setCause(e).log("samples that cannot be sent are dropped");
    }
  }

  private void deliver(EncodedSamples samples) throws InterruptedException {
    boolean over = false;
    while (!over) {
      over =
          switch (sender.send(samples)) {
            case SendResult.Accepted(long rejected, String message) -> {
              backoff.succeeded();
              telemetry.acknowledged(AgentTelemetry.Signal.METRICS, clock.millis());
              telemetry.sent(samples.samples() - rejected);
              if (rejected > 0) {
                telemetry.rejected(AgentTelemetry.Signal.METRICS, rejected);
                tell("the server refused samples", message);
              }
              yield true;
            }
            case SendResult.Refused(String code, String message) -> {
              backoff.succeeded();
              telemetry.sendFailed(AgentTelemetry.Signal.METRICS, code);
              telemetry.rejected(AgentTelemetry.Signal.METRICS, samples.samples());
              tell("the server refused samples", code + " " + message);
              yield true;
            }
            case SendResult.TryLater(
                    String code,
                    @Nullable Duration retryAfter,
                    String message) -> {
              telemetry.sendFailed(AgentTelemetry.Signal.METRICS, code);
              tell("the server cannot take samples now", code + " " + message);
              yield stopper.awaitNextAttempt(backoff.failed(retryAfter));
            }
          };
    }
  }

  private void tell(String what, String why) {
    if (told.size() < MAX_TOLD && told.add(what + why)) {
      LOG.atWarn().addKeyValue("reason", why).log(what);
    }
  }
}
