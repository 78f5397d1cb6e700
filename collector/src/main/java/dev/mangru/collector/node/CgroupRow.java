package dev.mangru.collector.node;

import dev.mangru.model.metric.Labels;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One cgroup from its first pass to its last: its open files, and what is known about it. Confined
/// to the scanner's thread.
final class CgroupRow implements Closeable {

  /// Counting open files lists a folder for each process, the only costly read here.
  private static final long OPEN_FILES_EVERY_MS = 60_000;

  private static final int MAX_PROCESSES = 256;
  private static final int MAX_FILES_OF_PROCESS = 10_000;

  private static final double MILLIS = 1000;

  private final String path;
  private final CgroupPath.Kind kind;
  private final Path folder;
  private final Path processes;
  private final FileBytes bytes;
  private final ProcessFacts facts;
  private final PidsPart pids;
  private final List<CgroupPart> parts = new ArrayList<>();
  private final long firstSeenMs;

  @Nullable ContainerIdentity identity;
  ContainerNames.@Nullable PodName podName;

  /// The labels of its series and what they were made from.
  private @Nullable Labels labels;

  private @Nullable Object labelsOf;

  private long startMs;
  private long networkPid = -1;
  private boolean networkIsHosts;
  private long openFilesCountedMs;
  private ProcessFacts.@Nullable OpenFiles openFiles;

  CgroupRow(
      Cgroups cgroups,
      String path,
      CgroupPath.Kind kind,
      FileBytes bytes,
      BlockDevices devices,
      ProcessFacts facts,
      long nowMs) {
    this.path = path;
    this.kind = kind;
    this.bytes = bytes;
    this.facts = facts;
    this.firstSeenMs = nowMs;
    this.folder = anyFolder(cgroups, path);
    this.processes = folder.resolve("cgroup.procs");
    boolean leaf = kind == CgroupPath.Kind.CONTAINER || path.endsWith(".service");
    this.pids = new PidsPart(cgroups, path, bytes, leaf);
    parts.add(new CpuPart(cgroups, path, bytes));
    parts.add(new MemoryPart(cgroups, path, bytes));
    if (kind == CgroupPath.Kind.CONTAINER
        || kind == CgroupPath.Kind.GROUP
        || kind == CgroupPath.Kind.ROOT) {
      parts.add(new IoPart(cgroups, path, bytes, devices));
    }
    if (kind != CgroupPath.Kind.ROOT) {
      parts.add(pids);
      parts.add(new PressurePart(cgroups, path, bytes));
    }
  }

  private static Path anyFolder(Cgroups cgroups, String path) {
    for (String controller : new String[] {"pids", "memory", "cpuacct", "cpu"}) {
      Path folder = cgroups.v1(controller, path);
      if (folder != null && Files.isDirectory(folder)) {
        return folder;
      }
    }
    Path unified = cgroups.unified(path);
    return unified == null ? Path.of("/nonexistent") : unified;
  }

  String path() {
    return path;
  }

  CgroupPath.Kind kind() {
    return kind;
  }

  /// How long the scanner has known this cgroup, milliseconds.
  long ageMs(long nowMs) {
    return nowMs - firstSeenMs;
  }

  /// When its counters were 0, milliseconds since the epoch; 0 when unknown.
  long startMs() throws IOException {
    if (startMs == 0) {
      ContainerIdentity known = identity;
      if (known != null && known.startedMs() > 0) {
        startMs = known.startedMs();
      } else if (kind == CgroupPath.Kind.CONTAINER && Files.isReadable(processes)) {
        bytes.load(processes);
        long pid = bytes.number();
        startMs = pid < 0 ? 0 : facts.startedMs(pid);
      }
      if (startMs == 0 && Files.exists(folder)) {
        startMs = ((FileTime) Files.getAttribute(folder, "unix:ctime")).toMillis();
      }
    }
    return startMs;
  }

  /// The labels of its series: `scanner`'s, its id, and its names as far as they are known.
  Labels labels(Labels scanner) {
    Labels made = labels;
    Object source = identity == null ? podName : identity;
    if (made == null || !Objects.equals(source, labelsOf)) {
      Labels.Builder own = scanner.toBuilder().set("id", path);
      ContainerIdentity container = identity;
      ContainerNames.PodName pod = podName;
      if (container != null) {
        container.addTo(own);
      } else if (pod != null) {
        own.set("namespace", pod.namespace()).set("pod", pod.pod());
      }
      made = own.build();
      labels = made;
      labelsOf = source;
    }
    return made;
  }

  /// Writes everything that the cgroup's files say.
  ///
  /// @throws IOException when the cgroup is gone, or was removed and made again; [#reset] then
  void write(SeriesBook.Group row, long nowMs) throws IOException {
    for (CgroupPart part : parts) {
      part.write(row);
    }
    row.write(ContainerFamilies.LAST_SEEN, nowMs / MILLIS);
    if (startMs > 0) {
      row.write(ContainerFamilies.START_TIME, startMs / MILLIS);
    }
    ContainerIdentity known = identity;
    if (known != null && known.createdMs() > 0) {
      row.write(ContainerFamilies.CREATION_TIME, known.createdMs() / MILLIS);
    }
    if (kind == CgroupPath.Kind.ROOT) {
      facts.hostNetwork(row);
    }
    if (kind == CgroupPath.Kind.CONTAINER) {
      // A pod's containers share one network, which its sandbox tells about.
      if (known == null || !known.inPod() || known.sandbox()) {
        network(row);
      }
      openFiles(row, nowMs);
    }
  }

  private void network(SeriesBook.Group row) throws IOException {
    long pid = pids.firstPid();
    if (pid <= 0) {
      return;
    }
    if (pid != networkPid) {
      networkPid = pid;
      networkIsHosts = facts.onHostNetwork(pid);
    }
    if (!networkIsHosts) {
      facts.network(row, pid);
    }
  }

  private void openFiles(SeriesBook.Group row, long nowMs) throws IOException {
    if (openFilesCountedMs == 0 || nowMs - openFilesCountedMs >= OPEN_FILES_EVERY_MS) {
      openFilesCountedMs = nowMs;
      openFiles = countOpenFiles();
    }
    ProcessFacts.OpenFiles counted = openFiles;
    if (counted != null) {
      row.count(ContainerFamilies.FILE_DESCRIPTORS, counted.files());
      row.count(ContainerFamilies.SOCKETS, counted.sockets());
    }
  }

  /// Open files of all processes; null when none of them could be asked.
  private ProcessFacts.@Nullable OpenFiles countOpenFiles() throws IOException {
    if (!bytes.load(processes)) {
      return null;
    }
    List<Long> pidList = new ArrayList<>();
    while (bytes.hasMore() && pidList.size() < MAX_PROCESSES) {
      pidList.add(bytes.number());
      bytes.nextLine();
    }
    ProcessFacts.OpenFiles sum = null;
    for (long pid : pidList) {
      ProcessFacts.OpenFiles one = pid > 0 ? facts.openFiles(pid, MAX_FILES_OF_PROCESS) : null;
      if (one != null) {
        sum = sum == null ? one : sum.plus(one);
      }
    }
    return sum;
  }

  /// Forgets files and facts, because the cgroup was made again under its path.
  void reset() throws IOException {
    close();
    startMs = 0;
    networkPid = -1;
    openFilesCountedMs = 0;
    openFiles = null;
    identity = null;
  }

  @Override
  public void close() throws IOException {
    for (CgroupPart part : parts) {
      part.close();
    }
  }
}
