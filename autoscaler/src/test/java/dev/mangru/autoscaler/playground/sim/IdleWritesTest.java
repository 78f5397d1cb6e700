package dev.mangru.autoscaler.playground.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import org.junit.jupiter.api.Test;

class IdleWritesTest {

  private static final int WARM = 240;
  private static final int MEASURED = 300;

  @Test
  void twelve_nodes_and_sixty_pods_at_rest_are_hardly_written() {
    try (Bench bench =
        new Bench(
            Scenarios.parse(
                """
                name: speed
                nodeGroups:
                  - {name: g, min: 0, max: 20, initial: 12, cpu: 4, memory: 8Gi}
                workloads:
                  - namespace: default
                    name: web
                    http: {cpuSecondsPerRequest: 0.005}
                traffic:
                  - namespace: default
                    service: web
                    noise: 0.1
                    patterns: [{constant: {requestsPerSecond: 2000}}]
                """),
            1)) {
      bench.create("apps/deployments", Bench.deployment("web", 48, "500m", ""));
      bench.create(
          "services",
          """
          {'apiVersion':'v1','kind':'Service','metadata':{'name':'web','namespace':'default'},
           'spec':{'selector':{'app':'web'},'ports':[{'port':80,'targetPort':8080}]}}
          """);
      bench.create(
          "apps/daemonsets",
          """
          {'apiVersion':'apps/v1','kind':'DaemonSet','metadata':{'name':'agent',
            'namespace':'default'},
           'spec':{'selector':{'matchLabels':{'app':'agent'}},
            'template':{'metadata':{'labels':{'app':'agent'}},
             'spec':{'containers':[{'name':'c','image':'example/agent:1'}]}}}}
          """);
      bench.seconds(WARM);
      assertThat(bench.list("pods")).hasSize(60).allMatch(Pods::ready);
      long revision = bench.store.revision();
      bench.seconds(MEASURED);
      double writes = (double) (bench.store.revision() - revision) / MEASURED;
      // A lease for each node every ten seconds, and a node status every five minutes.
      assertThat(writes).as("writes for a second").isLessThan(1.5);
    }
  }
}
