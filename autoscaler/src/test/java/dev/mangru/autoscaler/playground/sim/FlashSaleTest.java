package dev.mangru.autoscaler.playground.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/// The default scenario with scalers that are as simple as can be.
class FlashSaleTest {

  private final List<String> told = new ArrayList<>();

  @Test
  void a_sale_brings_errors_pods_and_nodes_and_all_go_away_again() {
    Bench bench = new Bench(Scenarios.shipped("flash-sale"), 1);
    TestScaler scaler = new TestScaler(bench);
    long beforeServed = 0;
    long beforeBad = 0;
    for (int second = 1; second <= 420; second++) {
      bench.seconds(1);
      scaler.second(second);
      TestScaler.Count count = scaler.count();
      if (second % 5 == 0) {
        told.add(
            "%3d s: web %d/%d, nodes %d, served %d, bad %d (%.1f %%)"
                .formatted(
                    second,
                    count.ready(),
                    count.pods(),
                    bench.list("nodes").size(),
                    count.served() - beforeServed,
                    count.bad() - beforeBad,
                    100.0
                        * (count.bad() - beforeBad)
                        / Math.max(1, count.served() - beforeServed + count.bad() - beforeBad)));
        beforeServed = count.served();
        beforeBad = count.bad();
      }
    }
    System.out.println(String.join("\n", told));
    for (ObjectNode pod : bench.list("pods")) {
      System.out.println(
          Fields.name(pod)
              + " "
              + Fields.text(pod, "status", "phase")
              + " "
              + Fields.text(pod, "spec", "nodeName"));
    }
    assertThat(bench.list("nodes")).hasSize(2);
  }
}
