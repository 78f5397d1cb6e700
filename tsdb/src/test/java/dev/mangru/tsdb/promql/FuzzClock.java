package dev.mangru.tsdb.promql;

import java.lang.management.ManagementFactory;

/// Holds inputs of a fuzzer to a second each. Time of the processor counts, not of the clock; and
/// an input has a second try, because the first may have made the JVM load classes, or the fuzzer
/// instrument them.
final class FuzzClock {

  private static final long LONGEST_NS = 1_000_000_000;

  private FuzzClock() {}

  /// Time of the processor that this thread has taken, in nanoseconds.
  static long cpuNs() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /// Runs `input`, and fails if it takes longer than a second, twice.
  static void within(String text, Runnable input) {
    long first = measured(input);
    if (first > LONGEST_NS && measured(input) > LONGEST_NS) {
      throw new AssertionError("takes longer than a second: " + text);
    }
  }

  private static long measured(Runnable input) {
    long start = cpuNs();
    input.run();
    return cpuNs() - start;
  }
}
