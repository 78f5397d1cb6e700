package dev.mangru.tsdb;

import java.lang.management.ManagementFactory;

/// How much memory this process may have: that of the machine, or of the container it runs in.
final class MemoryThereIs {

  private MemoryThereIs() {}

  /// Bytes of memory, whoever uses them; [Long#MAX_VALUE] where the Java runtime does not tell. The
  /// runtime knows the limits of cgroups, version 1 and 2.
  static long bytes() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Long.MAX_VALUE;
  }
}
