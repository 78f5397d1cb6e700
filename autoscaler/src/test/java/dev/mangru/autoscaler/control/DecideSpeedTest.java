package dev.mangru.autoscaler.control;

import static dev.mangru.autoscaler.control.HpaFixtures.NOW;
import static dev.mangru.autoscaler.control.HpaFixtures.cpu;
import static dev.mangru.autoscaler.control.HpaFixtures.input;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecideSpeedTest {

  /// The goal is 20 ms at the 99th percentile on a quiet machine; this one may be busy with other
  /// builds, so the test only refuses what no noise explains.
  @Test
  void a_thousand_autoscalers_of_ten_pods_take_milliseconds() {
    List<HpaInput> inputs = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      inputs.add(input(cpu(1, 50, 50, null), 10, 100 + i, HpaMemory.NONE, NOW));
    }
    long[] nanos = new long[60];
    long wanted = 0;
    for (int pass = 0; pass < nanos.length; pass++) {
      long start = System.nanoTime();
      for (HpaInput each : inputs) {
        wanted += Decide.decide(each).wanted();
      }
      nanos[pass] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "1,000 decisions over 10 pods: median %.1f ms, slowest but one %.1f ms%n",
        nanos[30] / 1e6, nanos[58] / 1e6);
    assertThat(wanted).isPositive();
    assertThat(nanos[30]).isLessThan(200_000_000L);
  }
}
