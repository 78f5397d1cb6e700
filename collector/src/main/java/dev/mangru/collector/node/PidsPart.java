package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Processes and threads of a cgroup; also knows one process to ask about the network.
final class PidsPart implements CgroupPart {

  private final FileBytes bytes;
  private final @Nullable KeptFile processes;
  private final @Nullable KeptFile threads;
  private final @Nullable KeptFile threadsMax;
  private final boolean leaf;
  private long firstPid = -1;

  /// @param leaf whether processes live in the cgroup itself, not in its children
  PidsPart(Cgroups cgroups, String path, FileBytes bytes, boolean leaf) {
    this.bytes = bytes;
    this.leaf = leaf;
    Path v1 = cgroups.v1("pids", path);
    Path folder = v1 == null ? cgroups.unified(path) : v1;
    Path anyV1 = cgroups.v1("memory", path);
    this.processes = CpuPart.file(folder == null ? anyV1 : folder, "cgroup.procs");
    this.threads = CpuPart.file(folder, "pids.current");
    this.threadsMax = CpuPart.file(folder, "pids.max");
  }

  @Override
  public void write(SeriesBook.Group row) throws IOException {
    KeptFile processFile = processes;
    firstPid = -1;
    if (processFile != null && processFile.read(bytes)) {
      int count = bytes.countLines();
      firstPid = bytes.number();
      if (leaf) {
        row.count(ContainerFamilies.PROCESSES, count);
      }
    }
    KeptFile threadFile = threads;
    if (threadFile != null && threadFile.read(bytes)) {
      row.count(ContainerFamilies.THREADS, bytes.number());
    }
    KeptFile maxFile = threadsMax;
    if (maxFile != null && maxFile.read(bytes)) {
      row.count(ContainerFamilies.THREADS_MAX, bytes.skipIf("max") ? 0 : bytes.number());
    }
  }

  /// A process of the cgroup as of the last write; -1 when there is none.
  long firstPid() {
    return firstPid;
  }

  @Override
  public void close() throws IOException {
    CpuPart.closeAll(processes, threads, threadsMax);
  }
}
