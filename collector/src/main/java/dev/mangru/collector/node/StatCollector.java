package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Path;

/// `/proc/stat`: the processors' time by mode, and the kernel's counts since boot.
final class StatCollector implements HostCollector {

  /// The kernel reports to user space in this many ticks a second on every architecture Java runs
  /// on (USER_HZ).
  static final double TICKS_PER_SECOND = 100;

  private static final Family CPU =
      Family.counter("node_cpu_seconds_total", "Seconds the CPUs spent in each mode.");
  private static final Family GUEST =
      Family.counter("node_cpu_guest_seconds_total", "Seconds the CPUs spent in guests.");
  private static final Family BOOT =
      Family.gauge("node_boot_time_seconds", "When the node started, Unix time.");
  private static final Family SWITCHES =
      Family.counter("node_context_switches_total", "Total number of context switches.");
  private static final Family FORKS =
      Family.counter("node_forks_total", "Total number of processes and threads started.");
  private static final Family INTERRUPTS =
      Family.counter("node_intr_total", "Total number of interrupts serviced.");
  private static final Family RUNNING =
      Family.gauge("node_procs_running", "Number of threads that can run.");
  private static final Family BLOCKED =
      Family.gauge("node_procs_blocked", "Number of processes that wait for I/O.");

  private static final String[] MODES = {
    "user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"
  };

  private final KeptFile stat;
  private final FileBytes bytes;

  StatCollector(Path proc, FileBytes bytes) {
    this.stat = new KeptFile(proc.resolve("stat"));
    this.bytes = bytes;
  }

  @Override
  public String name() {
    return "stat";
  }

  @Override
  public void collect(SeriesBook.Group host, long nowMs) throws IOException {
    if (!stat.read(bytes)) {
      throw new IOException("cannot read " + stat.path());
    }
    while (bytes.hasMore()) {
      if (bytes.skipIfStarts("cpu")) {
        long number = bytes.atLineEnd() ? -1 : cpuNumber();
        if (number >= 0) {
          cpu(host, Long.toString(number));
        }
      } else {
        one(host, "btime", BOOT);
        one(host, "ctxt", SWITCHES);
        one(host, "processes", FORKS);
        one(host, "intr", INTERRUPTS);
        one(host, "procs_running", RUNNING);
        one(host, "procs_blocked", BLOCKED);
      }
      bytes.nextLine();
    }
  }

  /// The number after `cpu`; -1 for the line of all processors, which starts with a blank.
  private long cpuNumber() {
    String number = bytes.upTo(' ');
    try {
      return number.isEmpty() ? -1 : Long.parseLong(number);
    } catch (NumberFormatException _) {
      return -1; // Some other line that starts with “cpu”.
    }
  }

  private void cpu(SeriesBook.Group host, String cpu) {
    for (String mode : MODES) {
      long ticks = bytes.number();
      if (ticks >= 0) {
        host.write(CPU, "cpu", cpu, "mode", mode, ticks / TICKS_PER_SECOND);
      }
    }
    for (int i = 0; i < 2; i++) {
      long ticks = bytes.number();
      if (ticks >= 0) {
        host.write(GUEST, "cpu", cpu, "mode", MODES[i], ticks / TICKS_PER_SECOND);
      }
    }
  }

  private void one(SeriesBook.Group host, String key, Family family) {
    if (bytes.skipIf(key)) {
      long value = bytes.number();
      host.count(family, value);
    }
  }

  @Override
  public void close() throws IOException {
    stat.close();
  }
}
