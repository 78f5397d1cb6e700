package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Processor time, throttling, quota and shares.
final class CpuPart implements CgroupPart {

  private static final double NANOS = 1e9;
  private static final double MICROS = 1e6;

  private final FileBytes bytes;

  /// Version 1: `cpuacct.usage` and `cpuacct.stat`.
  private final @Nullable KeptFile usage;

  private final @Nullable KeptFile modes;

  /// `cpu.stat`, of either version.
  private final @Nullable KeptFile stat;

  /// Whether [#stat] is version 2, and so in microseconds.
  private final boolean micros;

  private final @Nullable KeptFile quota;
  private final @Nullable KeptFile period;
  private final @Nullable KeptFile shares;

  /// Version 2: `cpu.max`, quota and period.
  private final @Nullable KeptFile max;

  CpuPart(Cgroups cgroups, String path, FileBytes bytes) {
    this.bytes = bytes;
    Path acct = cgroups.v1("cpuacct", path);
    Path cpu = cgroups.v1("cpu", path);
    Path unified = cgroups.unified(path);
    this.usage = file(acct, "cpuacct.usage");
    this.modes = file(acct, "cpuacct.stat");
    this.quota = file(cpu, "cpu.cfs_quota_us");
    this.period = file(cpu, "cpu.cfs_period_us");
    this.shares = file(cpu, "cpu.shares");
    this.micros = cpu == null;
    this.stat = file(cpu == null ? unified : cpu, "cpu.stat");
    this.max = cpu == null ? file(unified, "cpu.max") : null;
  }

  static @Nullable KeptFile file(@Nullable Path folder, String name) {
    return folder == null ? null : KeptFile.ofCgroup(folder.resolve(name));
  }

  @Override
  public void write(SeriesBook.Group row) throws IOException {
    boolean limited = false;
    KeptFile maxFile = max;
    if (maxFile != null && maxFile.read(bytes)) {
      boolean unlimited = bytes.skipIf("max");
      long quotaUs = unlimited ? -1 : bytes.number();
      row.count(ContainerFamilies.SPEC_CPU_QUOTA, quotaUs);
      row.count(ContainerFamilies.SPEC_CPU_PERIOD, bytes.number());
      limited = quotaUs > 0;
    }
    KeptFile quotaFile = quota;
    if (quotaFile != null && quotaFile.read(bytes)) {
      long quotaUs = bytes.number();
      if (quotaUs > 0) {
        row.count(ContainerFamilies.SPEC_CPU_QUOTA, quotaUs);
        limited = true;
      }
    }
    KeptFile periodFile = period;
    if (periodFile != null && periodFile.read(bytes)) {
      row.count(ContainerFamilies.SPEC_CPU_PERIOD, bytes.number());
    }
    KeptFile sharesFile = shares;
    if (sharesFile != null && sharesFile.read(bytes)) {
      row.count(ContainerFamilies.SPEC_CPU_SHARES, bytes.number());
    }
    usageV1(row);
    KeptFile statFile = stat;
    if (statFile != null && statFile.read(bytes)) {
      stat(row, limited);
    }
  }

  private void usageV1(SeriesBook.Group row) throws IOException {
    KeptFile usageFile = usage;
    if (usageFile != null && usageFile.read(bytes)) {
      seconds(row, ContainerFamilies.CPU_USAGE, "cpu", "total", NANOS);
    }
    KeptFile modesFile = modes;
    if (modesFile != null && modesFile.read(bytes)) {
      while (bytes.hasMore()) {
        if (bytes.skipIf("user")) {
          seconds(row, ContainerFamilies.CPU_USER, StatCollector.TICKS_PER_SECOND);
        } else if (bytes.skipIf("system")) {
          seconds(row, ContainerFamilies.CPU_SYSTEM, StatCollector.TICKS_PER_SECOND);
        }
        bytes.nextLine();
      }
    }
  }

  private void stat(SeriesBook.Group row, boolean limited) {
    while (bytes.hasMore()) {
      if (micros && usage == null) {
        if (bytes.skipIf("usage_usec")) {
          seconds(row, ContainerFamilies.CPU_USAGE, "cpu", "total", MICROS);
        } else if (bytes.skipIf("user_usec")) {
          seconds(row, ContainerFamilies.CPU_USER, MICROS);
        } else if (bytes.skipIf("system_usec")) {
          seconds(row, ContainerFamilies.CPU_SYSTEM, MICROS);
        }
      }
      if (limited) {
        throttling(row);
      }
      bytes.nextLine();
    }
  }

  private void throttling(SeriesBook.Group row) {
    if (bytes.skipIf("nr_periods")) {
      row.count(ContainerFamilies.CFS_PERIODS, bytes.number());
    } else if (bytes.skipIf("nr_throttled")) {
      row.count(ContainerFamilies.CFS_THROTTLED, bytes.number());
    } else if (bytes.skipIf("nr_bursts")) {
      row.count(ContainerFamilies.CFS_BURSTS, bytes.number());
    } else if (bytes.skipIf(micros ? "throttled_usec" : "throttled_time")) {
      seconds(row, ContainerFamilies.CFS_THROTTLED_SECONDS, micros ? MICROS : NANOS);
    } else if (bytes.skipIf(micros ? "burst_usec" : "burst_time")) {
      seconds(row, ContainerFamilies.CFS_BURST_SECONDS, micros ? MICROS : NANOS);
    }
  }

  private void seconds(SeriesBook.Group row, Family family, double unit) {
    seconds(row, family, "", "", unit);
  }

  private void seconds(
      SeriesBook.Group row, Family family, String name, String label, double unit) {
    long value = bytes.number();
    if (value >= 0) {
      row.write(family, name, label, value / unit);
    }
  }

  @Override
  public void close() throws IOException {
    closeAll(usage, modes, stat, quota, period, shares, max);
  }

  static void closeAll(@Nullable KeptFile... files) throws IOException {
    for (KeptFile file : files) {
      if (file != null) {
        file.close();
      }
    }
  }
}
