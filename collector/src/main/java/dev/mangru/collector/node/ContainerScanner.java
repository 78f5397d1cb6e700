package dev.mangru.collector.node;

import dev.mangru.collector.pipeline.Gatherer;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gathers `container_*` and `machine_*` from the cgroups, under cAdvisor's names.
///
/// Every cgroup is a row: containers of Docker, containerd and CRI-O, pods, the kubelet's groups,
/// systemd's services and slices, and `/` for the whole host. Version 1, version 2 and hybrid hosts
/// are read alike. A container whose name is not known yet is held for 30 s, then sent with its
/// `id` only and counted. A row that goes away gets one stale marker for each series in the next
/// pass.
///
/// Files stay open from pass to pass, about twenty a container. Confined to one thread at a time.
public final class ContainerScanner implements Gatherer {

  private static final Logger log = LoggerFactory.getLogger(ContainerScanner.class);

  /// Long enough for a runtime to write its files, short enough to be seen in the same incident.
  private static final long HOLD_UNNAMED_MS = 30_000;

  private static final double NANOS = 1_000_000_000;

  private static final Family UP =
      Family.gauge("up", "1 if the instance could be read, 0 otherwise.");
  private static final Family SCRAPE_DURATION =
      Family.gauge("scrape_duration_seconds", "How long the pass took.");
  private static final Family SCRAPE_SAMPLES =
      Family.gauge("scrape_samples_scraped", "Number of samples the pass gathered.");

  private final HostRoots roots;
  private final Labels labels;
  private final Ticker ticker;
  private final FileBytes bytes = new FileBytes();
  private final SeriesBook book = new SeriesBook();
  private final Map<String, CgroupRow> rows = new HashMap<>();
  private final BlockDevices devices;
  private final ContainerNames names;
  private final ProcessFacts facts;
  private final MachineFacts machine;
  private final long bootMs;
  private @Nullable Cgroups cgroups;
  private boolean listingFailed;

  /// A scanner of the host whose trees are at `roots`.
  ///
  /// @param ticker measures how long a pass takes
  /// @throws IOException when `/proc/stat` cannot be read: then there is no host to tell of
  public ContainerScanner(HostRoots roots, NodeIdentity identity, Ticker ticker)
      throws IOException {
    this.roots = roots;
    this.labels = identity.containerLabels();
    this.ticker = ticker;
    this.devices = new BlockDevices(roots.sys());
    this.names = new ContainerNames(roots);
    this.bootMs = NodeScanner.bootMs(roots, bytes);
    this.facts = new ProcessFacts(roots.proc(), bytes, bootMs);
    this.machine = new MachineFacts(roots, bytes, identity.version());
  }

  @Override
  public String name() {
    return "container";
  }

  /// {@inheritDoc}
  ///
  /// Where no cgroup can be listed the batch says so by `up 0` and `container_scrape_error 1`.
  @Override
  public void gather(Instant now, SampleBatch into) throws IOException {
    long before = ticker.read();
    long nowMs = now.toEpochMilli();
    int samplesBefore = into.size();
    book.begin(nowMs, into);
    boolean success = true;
    try {
      scan(nowMs);
      listingFailed = false;
    } catch (IOException e) {
      success = false;
      if (!listingFailed) {
        listingFailed = true;
        log.atError()
            .setCause(e)
            .addKeyValue("root", roots.cgroup())
            .log("containers cannot be listed");
      }
    }
    SeriesBook.Group self = book.group("self", labels, SampleBatch.NO_START);
    machine.write(self, nowMs);
    Path pressure = roots.proc().resolve("pressure/cpu");
    self.write(ContainerFamilies.PSI_AVAILABLE, Files.isReadable(pressure) ? 1 : 0);
    self.write(ContainerFamilies.SCRAPE_ERROR, success ? 0 : 1);
    self.write(UP, success ? 1 : 0);
    self.write(SCRAPE_SAMPLES, into.size() - samplesBefore);
    self.write(SCRAPE_DURATION, (ticker.read() - before) / NANOS);
    book.end();
  }

  private void scan(long nowMs) throws IOException {
    Cgroups trees = cgroups;
    if (trees == null) {
      trees = Cgroups.detect(roots.cgroup());
      cgroups = trees;
    }
    Map<String, CgroupPath> found = trees.walk();
    forgetAllBut(found);
    int unresolved = 0;
    for (Map.Entry<String, CgroupPath> entry : found.entrySet()) {
      CgroupPath cgroup = entry.getValue();
      CgroupRow row = rows.get(entry.getKey());
      if (row == null) {
        row = new CgroupRow(trees, entry.getKey(), cgroup.kind(), bytes, devices, facts, nowMs);
        rows.put(entry.getKey(), row);
      }
      if (!identify(row, cgroup)) {
        if (row.ageMs(nowMs) < HOLD_UNNAMED_MS) {
          continue;
        }
        unresolved++;
      }
      write(row, cgroup, nowMs);
    }
    book.group("self", labels, SampleBatch.NO_START)
        .write(ContainerFamilies.UNRESOLVED, unresolved);
  }

  private void forgetAllBut(Map<String, CgroupPath> found) throws IOException {
    Iterator<CgroupRow> all = rows.values().iterator();
    while (all.hasNext()) {
      CgroupRow row = all.next();
      if (!found.containsKey(row.path())) {
        row.close();
        all.remove();
      }
    }
  }

  /// Whether the row's name is known, or it needs none.
  private boolean identify(CgroupRow row, CgroupPath cgroup) throws IOException {
    return switch (cgroup.kind()) {
      case CONTAINER -> {
        if (row.identity == null) {
          row.identity = names.find(cgroup.containerId(), cgroup.podUid());
        }
        yield row.identity != null;
      }
      case POD -> {
        if (row.podName == null) {
          row.podName = names.pod(cgroup.podUid());
        }
        yield true;
      }
      case ROOT, KUBE_GROUP, GROUP, IGNORED -> true;
    };
  }

  private void write(CgroupRow row, CgroupPath cgroup, long nowMs) throws IOException {
    try {
      row.write(group(row), nowMs);
    } catch (IOException _) {
      // The cgroup went away, or was made again under its path by a restart. Fresh files tell
      // which; where there are none, nothing is sent and its series end.
      row.reset();
      identify(row, cgroup);
      try {
        row.write(group(row), nowMs);
      } catch (IOException again) {
        row.reset();
        log.atDebug().setCause(again).addKeyValue("cgroup", row.path()).log("cgroup is gone");
      }
    }
    if (row.kind() == CgroupPath.Kind.ROOT) {
      rootMemory(row, nowMs);
    }
  }

  /// The root of a version 2 tree does not say how much memory is used.
  private void rootMemory(CgroupRow row, long nowMs) throws IOException {
    Cgroups trees = cgroups;
    if (trees != null && trees.v1("memory", "/") == null) {
      SeriesBook.Group group = group(row);
      group.count(ContainerFamilies.MEMORY_USAGE, machine.usedBytes());
      group.write(ContainerFamilies.LAST_SEEN, nowMs / 1000.0);
    }
  }

  private SeriesBook.Group group(CgroupRow row) throws IOException {
    long startMs = row.kind() == CgroupPath.Kind.ROOT ? bootMs : row.startMs();
    return book.group(row.path(), row.labels(labels), startMs);
  }

  @Override
  public void close() throws IOException {
    for (CgroupRow row : rows.values()) {
      row.close();
    }
    rows.clear();
  }
}
