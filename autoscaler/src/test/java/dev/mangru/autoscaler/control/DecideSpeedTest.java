package dev.mangru.autoscaler.control;

import static dev.mangru.autoscaler.control.HpaFixtures.NOW;
import static dev.mangru.autoscaler.control.HpaFixtures.cpu;
import static dev.mangru.autoscaler.control.HpaFixtures.input;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecideSpeedTest {

  /// The goal is 20 ms at the 99th percentile on a quiet machine; this one may be busy with other
  /// builds, so the time that the thread computes is told too, and the test only refuses what no
  /// noise explains.
  @Test
  void a_thousand_autoscalers_of_ten_pods_take_milliseconds() {
    List<HpaInput> inputs = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      inputs.add(input(cpu(1, 50, 50, null), 10, 100 + i, HpaMemory.NONE, NOW));
    }
    long[] nanos = new long[300];
    long[] computing = new long[nanos.length];
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long wanted = 0;
    for (int pass = 0; pass < nanos.length; pass++) {
      long start = System.nanoTime();
      long computed = threads.getCurrentThreadCpuTime();
      for (HpaInput each : inputs) {
        wanted += Decide.decide(each).wanted();
      }
      computing[pass] = threads.getCurrentThreadCpuTime() - computed;
      nanos[pass] = System.nanoTime() - start;
    }
    long[] warm = warm(nanos);
    long[] busy = warm(computing);
    System.out.printf(
        "1,000 decisions over 10 pods: median %.1f ms, p99 %.1f ms; computing: median %.1f ms, p99"
            + " %.1f ms%n",
        warm[warm.length / 2] / 1e6,
        warm[warm.length * 99 / 100] / 1e6,
        busy[busy.length / 2] / 1e6,
        busy[busy.length * 99 / 100] / 1e6);
    assertThat(wanted).isPositive();
    assertThat(warm[warm.length / 2]).isLessThan(200_000_000L);
  }

  private static long[] warm(long[] all) {
    long[] warm = Arrays.copyOfRange(all, 100, all.length);
    Arrays.sort(warm);
    return warm;
  }
}
