package dev.mangru.server.loop;

import dev.mangru.server.self.Faults;
import dev.mangru.server.self.SelfMetrics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Runs units of work again and again, each on a platform thread of its own that carries its name.
/// A pass that fails is counted, logged once per distinct shape, and followed by the next one.
/// Thread-safe.
public final class Loops implements AutoCloseable {

  /// How long a running pass may take to end when Mangru stops. Chosen: sealing a block takes
  /// seconds.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// The first pass comes early, so that the first minute has numbers too.
  private static final Duration FIRST_PASS = Duration.ofSeconds(1);

  private final InstantSource clock;
  private final Faults faults;
  private final SelfMetrics metrics;
  private final List<ScheduledExecutorService> threads = new ArrayList<>();

  public Loops(InstantSource clock, Faults faults, SelfMetrics metrics) {
    this.clock = clock;
    this.faults = faults;
    this.metrics = metrics;
  }

  /// One pass of periodic work.
  @FunctionalInterface
  public interface Work {

    /// Does what is due at `now`, and returns.
    ///
    /// @throws Exception whatever it likes; this is the place that handles it
    void pass(Instant now) throws Exception;
  }

  /// Begins a loop.
  ///
  /// @param name also the thread's
  /// @param pause between the end of one pass and the begin of the next
  public synchronized void start(String name, Duration pause, Work work) {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("mangru-" + name).daemon(true).factory());
    threads.add(thread);
    var _ =
        thread.scheduleWithFixedDelay(
            () -> run(name, work),
            Math.min(pause.toNanos(), FIRST_PASS.toNanos()),
            pause.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  /// Catches everything, errors too: an executor would silently end the loop.
  private void run(String name, Work work) {
    boolean failed = true;
    try {
      work.pass(clock.instant());
      failed = false;
    } catch (Throwable fault) {
      faults.report("loop " + name, fault);
    } finally {
      metrics.pass(name, failed);
    }
  }

  /// Begins no further pass, and waits for those that run.
  @Override
  public synchronized void close() {
    threads.forEach(ScheduledExecutorService::shutdown);
    for (ScheduledExecutorService thread : threads) {
      try {
        if (!thread.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          thread.shutdownNow();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        thread.shutdownNow();
      }
    }
  }
}
