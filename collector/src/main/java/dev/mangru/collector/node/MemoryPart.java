package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Memory in use, its kinds, its limits, and kills for want of it.
final class MemoryPart implements CgroupPart {

  /// A version 1 limit above this means that there is none.
  private static final long NO_LIMIT_ABOVE = 1L << 62;

  /// One key of `memory.stat`, in both versions; an empty key is one that a version does not have.
  private record Key(String v1, String v2, Family family) {}

  private static final List<Key> KEYS =
      List.of(
          new Key("total_rss", "anon", ContainerFamilies.MEMORY_RSS),
          new Key("total_cache", "file", ContainerFamilies.MEMORY_CACHE),
          new Key("total_mapped_file", "file_mapped", ContainerFamilies.MEMORY_MAPPED),
          new Key("total_inactive_file", "inactive_file", ContainerFamilies.MEMORY_INACTIVE_FILE),
          new Key("total_active_file", "active_file", ContainerFamilies.MEMORY_ACTIVE_FILE),
          new Key("total_dirty", "file_dirty", ContainerFamilies.MEMORY_DIRTY),
          new Key("total_writeback", "file_writeback", ContainerFamilies.MEMORY_WRITEBACK),
          new Key(
              "total_workingset_refault_file",
              "workingset_refault_file",
              ContainerFamilies.MEMORY_REFAULT_FILE),
          new Key(
              "total_workingset_refault_anon",
              "workingset_refault_anon",
              ContainerFamilies.MEMORY_REFAULT_ANON),
          new Key("total_swap", "", ContainerFamilies.MEMORY_SWAP),
          new Key("", "kernel", ContainerFamilies.MEMORY_KERNEL),
          new Key("", "pgscan", ContainerFamilies.MEMORY_PGSCAN),
          new Key("", "pgsteal", ContainerFamilies.MEMORY_PGSTEAL));

  private static final int INACTIVE_FILE = 3;

  /// Page faults by key; a version 2 kernel counts the whole subtree only.
  private static final List<String> FAULTS =
      List.of("pgfault", "pgmajfault", "total_pgfault", "total_pgmajfault");

  private final FileBytes bytes;
  private final boolean v2;
  private final long[] faults = new long[FAULTS.size()];

  private final @Nullable KeptFile stat;
  private final @Nullable KeptFile usage;
  private final @Nullable KeptFile maxUsage;
  private final @Nullable KeptFile failcnt;
  private final @Nullable KeptFile kernel;
  private final @Nullable KeptFile swap;
  private final @Nullable KeptFile events;
  private final @Nullable KeptFile limit;
  private final @Nullable KeptFile reservation;
  private final @Nullable KeptFile swapLimit;

  MemoryPart(Cgroups cgroups, String path, FileBytes bytes) {
    this.bytes = bytes;
    Path v1 = cgroups.v1("memory", path);
    this.v2 = v1 == null;
    Path folder = v1 == null ? cgroups.unified(path) : v1;
    this.stat = CpuPart.file(folder, "memory.stat");
    this.usage = CpuPart.file(folder, v2 ? "memory.current" : "memory.usage_in_bytes");
    this.maxUsage = CpuPart.file(folder, v2 ? "memory.peak" : "memory.max_usage_in_bytes");
    this.failcnt = CpuPart.file(v1, "memory.failcnt");
    this.kernel = CpuPart.file(v1, "memory.kmem.usage_in_bytes");
    this.swap = v2 ? CpuPart.file(folder, "memory.swap.current") : null;
    this.events = CpuPart.file(folder, v2 ? "memory.events" : "memory.oom_control");
    this.limit = CpuPart.file(folder, v2 ? "memory.max" : "memory.limit_in_bytes");
    this.reservation = CpuPart.file(folder, v2 ? "memory.low" : "memory.soft_limit_in_bytes");
    this.swapLimit = CpuPart.file(folder, v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes");
  }

  @Override
  public void write(SeriesBook.Group row) throws IOException {
    long inactiveFile = stat(row);
    long used = number(usage);
    row.count(ContainerFamilies.MEMORY_USAGE, used);
    if (used >= 0 && inactiveFile >= 0) {
      row.count(ContainerFamilies.MEMORY_WORKING_SET, Math.max(0, used - inactiveFile));
    }
    row.count(ContainerFamilies.MEMORY_MAX_USAGE, number(maxUsage));
    row.count(ContainerFamilies.MEMORY_FAILCNT, number(failcnt));
    row.count(ContainerFamilies.MEMORY_KERNEL, number(kernel));
    row.count(ContainerFamilies.MEMORY_SWAP, number(swap));
    events(row);
    limits(row);
  }

  /// Writes what `memory.stat` holds; gives the inactive page cache, or -1.
  private long stat(SeriesBook.Group row) throws IOException {
    KeptFile file = stat;
    if (file == null || !file.read(bytes)) {
      return -1;
    }
    Arrays.fill(faults, -1);
    long inactiveFile = -1;
    while (bytes.hasMore()) {
      int key = keyOfLine();
      if (key >= 0) {
        long value = bytes.number();
        row.count(KEYS.get(key).family, value);
        inactiveFile = key == INACTIVE_FILE ? value : inactiveFile;
      } else {
        for (int i = 0; i < faults.length; i++) {
          if (bytes.skipIf(FAULTS.get(i))) {
            faults[i] = bytes.number();
            break;
          }
        }
      }
      bytes.nextLine();
    }
    fault(row, "pgfault", "container", faults[0]);
    fault(row, "pgmajfault", "container", faults[1]);
    fault(row, "pgfault", "hierarchy", v2 ? faults[0] : faults[2]);
    fault(row, "pgmajfault", "hierarchy", v2 ? faults[1] : faults[3]);
    return inactiveFile;
  }

  private int keyOfLine() {
    for (int i = 0; i < KEYS.size(); i++) {
      Key key = KEYS.get(i);
      String word = v2 ? key.v2 : key.v1;
      if (!word.isEmpty() && bytes.skipIf(word)) {
        return i;
      }
    }
    return -1;
  }

  private static void fault(SeriesBook.Group row, String type, String scope, long count) {
    if (count >= 0) {
      row.write(
          ContainerFamilies.MEMORY_FAILURES, "failure_type", type, "scope", scope, (double) count);
    }
  }

  private void events(SeriesBook.Group row) throws IOException {
    KeptFile file = events;
    if (file == null || !file.read(bytes)) {
      return;
    }
    while (bytes.hasMore()) {
      if (bytes.skipIf("oom_kill")) {
        row.count(ContainerFamilies.OOM_EVENTS, bytes.number());
      } else if (v2 && bytes.skipIf("high")) {
        row.count(ContainerFamilies.MEMORY_EVENTS_HIGH, bytes.number());
      } else if (v2 && bytes.skipIf("max")) {
        long count = bytes.number();
        row.count(ContainerFamilies.MEMORY_EVENTS_MAX, count);
        row.count(ContainerFamilies.MEMORY_FAILCNT, count);
      }
      bytes.nextLine();
    }
  }

  private void limits(SeriesBook.Group row) throws IOException {
    long memory = limit(limit);
    row.count(ContainerFamilies.SPEC_MEMORY_LIMIT, memory);
    row.count(ContainerFamilies.SPEC_MEMORY_RESERVATION, limit(reservation));
    long swapOnly = limit(swapLimit);
    // Version 2 limits swap by itself; cAdvisor's metric is memory and swap together.
    boolean together = v2 && swapOnly > 0 && memory > 0;
    row.count(ContainerFamilies.SPEC_MEMORY_SWAP_LIMIT, together ? swapOnly + memory : swapOnly);
  }

  /// A limit in bytes; 0 for none, -1 for unknown.
  private long limit(@Nullable KeptFile file) throws IOException {
    if (file == null || !file.read(bytes)) {
      return -1;
    }
    if (bytes.skipIf("max")) {
      return 0;
    }
    long value = bytes.number();
    return value > NO_LIMIT_ABOVE ? 0 : value;
  }

  private long number(@Nullable KeptFile file) throws IOException {
    return file != null && file.read(bytes) ? bytes.number() : -1;
  }

  @Override
  public void close() throws IOException {
    CpuPart.closeAll(
        stat, usage, maxUsage, failcnt, kernel, swap, events, limit, reservation, swapLimit);
  }
}
