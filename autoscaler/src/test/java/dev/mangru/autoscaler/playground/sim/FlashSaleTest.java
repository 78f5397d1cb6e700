package dev.mangru.autoscaler.playground.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.playground.sim.cluster.Conditions;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import org.junit.jupiter.api.Test;

/// The default scenario with scalers that are as simple as can be: what a first look shows, second
/// by second.
class FlashSaleTest {

  private static final int SECONDS = 300;

  @Test
  void a_sale_brings_errors_pods_and_nodes_and_all_go_away_again() {
    TestScaler.Count[] counts = new TestScaler.Count[SECONDS + 1];
    int[] nodes = new int[SECONDS + 1];
    boolean pending = false;
    try (Bench bench = new Bench(Scenarios.shipped("flash-sale"), 1)) {
      TestScaler scaler = new TestScaler(bench);
      counts[0] = scaler.count();
      nodes[0] = bench.list("nodes").size();
      assertThat(bench.pods("web-"))
          .as("pods find their nodes at once")
          .hasSize(2)
          .allMatch(pod -> !Pods.node(pod).isEmpty());
      for (int second = 1; second <= SECONDS; second++) {
        bench.seconds(1);
        scaler.second(second);
        counts[second] = scaler.count();
        nodes[second] = bench.list("nodes").size();
        pending |=
            bench.pods("web-").stream()
                .anyMatch(pod ->
                    Fields.text(Conditions.find(pod, "PodScheduled"), "reason")
                        .equals("Unschedulable"));
        Simulation.Requests requests = bench.simulation.requests();
        assertThat(requests.unrouted() + requests.answered() + requests.lost() + requests.waiting())
            .as("requests after %d s", second)
            .isEqualTo(requests.arrived());
      }
    }
    assertThat(errorShare(counts, 15, 45)).as("before the sale").isLessThan(0.001);
    assertThat(errorShare(counts, 55, 75)).as("in the rush").isGreaterThan(0.2);
    assertThat(errorShare(counts, 100, 300)).as("after it").isLessThan(0.005);
    int burning = 0;
    for (int second = 60; second <= SECONDS; second++) {
      burning += errorShare(counts, second - 60, second) > 0.02 ? 1 : 0;
    }
    assertThat(burning).as("seconds with over 2 %% errors in the last minute").isGreaterThan(60);

    assertThat(counts[50].pods()).isEqualTo(2);
    assertThat(counts[150].ready()).isGreaterThanOrEqualTo(12);
    assertThat(pending).as("pods that waited for nodes").isTrue();
    assertThat(nodes[50]).isEqualTo(2);
    assertThat(nodes[150]).isGreaterThan(2);
    assertThat(counts[SECONDS].pods()).isEqualTo(2);
    assertThat(nodes[SECONDS]).isEqualTo(2);
  }

  private static double errorShare(TestScaler.Count[] counts, int from, int to) {
    long bad = counts[to].bad() - counts[from].bad();
    long served = counts[to].served() - counts[from].served();
    return (double) bad / Math.max(1, bad + served);
  }
}
