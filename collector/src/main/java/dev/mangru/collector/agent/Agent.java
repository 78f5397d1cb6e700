package dev.mangru.collector.agent;

import dev.mangru.collector.pipeline.Gatherer;
import dev.mangru.collector.scrape.Scraper;
import dev.mangru.collector.tail.TailOptions;
import dev.mangru.collector.tail.Tailer;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.TargetSource;
import dev.mangru.model.metric.TargetStatus;
import dev.mangru.model.time.Ticker;
import java.io.Closeable;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gathers, tails and sends, until it is closed. Thread-safe; started and closed once.
///
/// Threads: `agent-gather` passes over this machine's metrics, `agent-tail` reads log files;
/// virtual threads scrape and probe, one for each target, and send samples and lines. They meet in
/// two bounded queues: the one of samples drops its oldest, the one of lines makes the tailer stop
/// reading.
public final class Agent implements TargetSource, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  /// Chosen.
  private static final long MAX_FIRST_WAIT_MS = 1_000;

  private final AgentOptions options;
  private final List<Gatherer> gatherers = new CopyOnWriteArrayList<>();
  private final InstantSource clock;
  private final Ticker ticker;
  private final Stopper stopper = new Stopper();
  private final List<Thread> producers = new ArrayList<>();
  private final List<Thread> senders = new ArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  private @Nullable Closeable directoryLock;
  private @Nullable Tailer tailer;
  private @Nullable HttpClient client;

  /// An agent that gathers, follows and sends what the options say once it is started.
  public Agent(AgentOptions options, InstantSource clock, Ticker ticker) {
    this.options = options;
    this.clock = clock;
    this.ticker = ticker;
  }

  /// Begins.
  ///
  /// @throws dev.mangru.model.error.MangruException `UNAVAILABLE` if another process holds the data
  ///   folder, naming both
  /// @throws IOException if the data folder cannot be made or read
  public void start() throws IOException {
    Disk.REAL.createDirectories(options.directory());
    directoryLock = Disk.REAL.lock(options.directory());
    boolean started = false;
    try {
      startThreads();
      started = true;
    } finally {
      if (!started) {
        stopper.stop();
        stopper.abandon();
        release();
        closed.countDown();
      }
    }
    LOG.atInfo()
        .addKeyValue("server", options.server())
        .addKeyValue("node", options.node())
        .addKeyValue("interval", options.interval())
        .log("agent started");
  }

  private void startThreads() throws IOException {
    HttpClient http =
        HttpClient.newBuilder()
            // One connection a signal; an upgrade offered with every POST only puzzles proxies.
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(options.timeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    client = http;
    Tailer logTailer = options.logs().isEmpty() ? null : openTailer();
    tailer = logTailer;
    MetricsQueue queue = new MetricsQueue(options.queueBytes(), options.queueAge());
    AgentTelemetry telemetry =
        new AgentTelemetry(
            options.node(), clock.millis(), logTailer == null ? null : logTailer.stats(), queue);
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");

    List<Gatherer> machine = Sources.machine(options, ticker);
    gatherers.addAll(machine);
    machine.add(telemetry);
    producers.add(
        Thread.ofPlatform()
            .name("agent-gather")
            .uncaughtExceptionHandler(Agent::died)
            .start(
                new GatherLoop(
                    machine,
                    Duration.ZERO,
                    options.interval(),
                    queue,
                    telemetry,
                    clock,
                    ticker,
                    stopper)));
    for (Sources.Timed source : Sources.remote(options, http, ticker)) {
      gatherers.add(source.gatherer());
      GatherLoop loop =
          new GatherLoop(
              List.of(source.gatherer()),
              firstWait(source.interval(), random),
              source.interval(),
              queue,
              telemetry,
              clock,
              ticker,
              stopper);
      producers.add(virtual("agent-" + source.gatherer().name()).start(loop));
    }
    MetricsShipper metrics =
        new MetricsShipper(options, http, queue, telemetry, clock, stopper, random);
    senders.add(virtual("agent-send-metrics").start(metrics));
    if (logTailer != null) {
      LogShipper logs = new LogShipper(options, http, logTailer, telemetry, clock, stopper, random);
      senders.add(virtual("agent-send-logs").start(logs));
      TailLoop tail = new TailLoop(logTailer, logs, options.poll(), stopper);
      producers.add(
          Thread.ofPlatform().name("agent-tail").uncaughtExceptionHandler(Agent::died).start(tail));
    }
  }

  private static Thread.Builder virtual(String name) {
    return Thread.ofVirtual().name(name).uncaughtExceptionHandler(Agent::died);
  }

  /// Loops guard themselves against exceptions; what is left are errors such as no memory.
  private static void died(Thread thread, Throwable cause) {
    LOG.atError()
        .addKeyValue("thread", thread.getName())
        .setCause(cause)
        .log("a thread of the agent died; restart the process");
  }

  /// Spreads targets over their interval, but not so far that a start looks dead.
  private static Duration firstWait(Duration interval, RandomGenerator random) {
    return Duration.ofMillis(random.nextLong(Math.min(interval.toMillis(), MAX_FIRST_WAIT_MS)));
  }

  private Tailer openTailer() throws IOException {
    TailOptions tail =
        TailOptions.defaults(options.directory(), options.node())
            .withSources(options.logs(), options.excludeLogs())
            .withZone(options.zone());
    return Tailer.open(tail, Disk.REAL, clock, ticker);
  }

  /// The pages of metrics it reads; probes are not among them. Empty before it is started.
  @Override
  public List<TargetStatus> targets() {
    return gatherers.stream()
        .filter(Scraper.class::isInstance)
        .map(each -> ((Scraper) each).status())
        .toList();
  }

  /// Ends: reads log files once more, sends what was gathered for at most the grace, and saves the
  /// positions of what the server took. Lines that it did not take are read again next time.
  @Override
  public void close() {
    if (!stopper.stop()) {
      awaitClosed();
      return;
    }
    try {
      join(producers, options.grace());
      join(senders, options.grace());
      stopper.abandon();
      senders.forEach(Thread::interrupt);
      join(senders, options.grace());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      release();
      closed.countDown();
      LOG.atInfo().log("agent stopped");
    }
  }

  /// Ends as a crash would: nothing is flushed, no position is saved beyond those acknowledged. For
  /// tests of what the next agent finds.
  void abandon() throws InterruptedException {
    stopper.stop();
    stopper.abandon();
    List<Thread> all = new ArrayList<>(producers);
    all.addAll(senders);
    all.forEach(Thread::interrupt);
    join(all, options.grace());
    HttpClient http = client;
    if (http != null) {
      http.shutdownNow();
    }
    Closeable lock = directoryLock;
    if (lock != null) {
      close(lock);
    }
  }

  private void awaitClosed() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void join(List<Thread> threads, Duration most) throws InterruptedException {
    long end = ticker.read() + most.toNanos();
    for (Thread thread : threads) {
      long left = end - ticker.read();
      thread.join(Duration.ofNanos(Math.max(1_000_000, left)));
    }
  }

  private void release() {
    Tailer logTailer = tailer;
    for (AutoCloseable resource : gatherers) {
      close(resource);
    }
    if (logTailer != null) {
      close(logTailer);
    }
    HttpClient http = client;
    if (http != null) {
      http.shutdownNow();
    }
    Closeable lock = directoryLock;
    if (lock != null) {
      close(lock);
    }
  }

  private static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      LOG.atWarn().addKeyValue("resource", resource).setCause(e).log("could not close");
    }
  }
}
