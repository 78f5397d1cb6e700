package dev.mangru.collector.node;

import dev.mangru.collector.pipeline.Gatherer;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gathers `node_*`: what node_exporter's default collectors tell of a Linux host, under its names.
///
/// One collector that fails does not stop the others; `node_scrape_collector_success` tells which.
/// Counters carry the time of boot as their start. Confined to one thread at a time.
public final class NodeScanner implements Gatherer {

  private static final Logger log = LoggerFactory.getLogger(NodeScanner.class);

  /// How long one mount may take to tell its size (chosen, as node_exporter's own mount timeout).
  private static final Duration MOUNT_DEADLINE = Duration.ofSeconds(5);

  /// Memory comes in pages of this size on x86-64 and, by default, on aarch64.
  private static final double PAGE_BYTES = 4096;

  private static final double NANOS = 1_000_000_000;

  private static final Family UP =
      Family.gauge("up", "1 if the instance could be read, 0 otherwise.");
  private static final Family DURATION =
      Family.gauge("node_scrape_collector_duration_seconds", "How long a collector took.");
  private static final Family SUCCESS =
      Family.gauge("node_scrape_collector_success", "Whether a collector succeeded.");

  private final List<HostCollector> collectors = new ArrayList<>();
  private final Set<String> failed = new HashSet<>();
  private final SeriesBook book = new SeriesBook();
  private final Labels labels;
  private final Ticker ticker;
  private final long bootMs;

  /// A scanner of the host whose trees are at `roots`.
  ///
  /// @param ticker measures how long each collector takes
  /// @throws IOException when `/proc/stat` cannot be read: then there is no host to tell of
  public NodeScanner(HostRoots roots, NodeIdentity identity, Ticker ticker) throws IOException {
    this(roots, identity, ticker, NativeCalls.open());
  }

  NodeScanner(HostRoots roots, NodeIdentity identity, Ticker ticker, @Nullable NativeCalls calls)
      throws IOException {
    this.labels = identity.nodeLabels();
    this.ticker = ticker;
    FileBytes bytes = new FileBytes();
    this.bootMs = bootMs(roots, bytes);
    collectors.add(new StatCollector(roots.proc(), bytes));
    collectors.add(new LoadCollector(roots.proc(), bytes));
    collectors.add(new MemoryCollector(roots.proc(), bytes));
    collectors.add(new DiskCollector(roots.proc(), bytes));
    collectors.add(new NetworkCollector(roots.proc(), bytes));
    collectors.add(new NetClassCollector(roots.sys(), bytes));
    collectors.add(new PressureCollector(roots.proc(), bytes));
    collectors.add(new KernelCollector(roots.proc(), bytes));
    collectors.add(new NetstatCollector(roots.proc(), bytes, PAGE_BYTES));
    collectors.add(new MdCollector(roots.sys(), bytes));
    collectors.add(new IdentityCollector(roots, identity.version(), bytes));
    if (calls != null) {
      collectors.add(
          new FilesystemCollector(roots, bytes, new MountGuard(calls::statvfs, MOUNT_DEADLINE)));
      collectors.add(new ClockCollector(calls));
    } else {
      log.atWarn()
          .addKeyValue("arch", System.getProperty("os.arch"))
          .log("file system sizes and clock state are not known on this machine");
    }
  }

  /// When the host started, milliseconds since the epoch, from `/proc/stat`.
  static long bootMs(HostRoots roots, FileBytes bytes) throws IOException {
    if (!bytes.load(roots.proc().resolve("stat"))) {
      throw new IOException("no such file: " + roots.proc().resolve("stat"));
    }
    while (bytes.hasMore()) {
      if (bytes.skipIf("btime")) {
        return bytes.number() * 1000;
      }
      bytes.nextLine();
    }
    return SampleBatch.NO_START;
  }

  @Override
  public String name() {
    return "node";
  }

  @Override
  public void gather(Instant now, SampleBatch into) throws IOException {
    long nowMs = now.toEpochMilli();
    book.begin(nowMs, into);
    SeriesBook.Group host = book.group("host", labels, bootMs);
    for (HostCollector collector : collectors) {
      long before = ticker.read();
      boolean success = collect(collector, host, nowMs);
      double seconds = (ticker.read() - before) / NANOS;
      host.write(DURATION, "collector", collector.name(), seconds);
      host.write(SUCCESS, "collector", collector.name(), success ? 1 : 0);
    }
    book.group("up", labels, SampleBatch.NO_START).write(UP, 1);
    book.end();
  }

  private boolean collect(HostCollector collector, SeriesBook.Group host, long nowMs) {
    try {
      collector.collect(host, nowMs);
      failed.remove(collector.name());
      return true;
    } catch (IOException e) {
      if (failed.add(collector.name())) {
        log.atWarn()
            .setCause(e)
            .addKeyValue("collector", collector.name())
            .log("a part of the host's metrics cannot be read");
      }
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    for (HostCollector collector : collectors) {
      collector.close();
    }
  }
}
