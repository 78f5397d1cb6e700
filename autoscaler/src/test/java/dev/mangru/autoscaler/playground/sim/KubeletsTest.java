package dev.mangru.autoscaler.playground.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.playground.api.PodLogs;
import dev.mangru.autoscaler.playground.sim.cluster.Conditions;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class KubeletsTest {

  private static Bench bench(String workload) {
    return new Bench(
        Scenarios.parse(
            """
            name: one
            nodeGroups:
              - {name: g, min: 0, max: 3, initial: 1, cpu: 4, memory: 8Gi}
            workloads:
              - {namespace: default, name: p, %s}
            """
                .formatted(workload)),
        1);
  }

  private static void create(Bench bench, String policy, String limits) {
    bench.seconds(3);
    bench.create(
        "pods",
        """
        {'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','namespace':'default'},
         'spec':{'restartPolicy':'%s','containers':[{'name':'c','image':'example/p:1',
           'resources':{'limits':{%s}}}]}}
        """
            .formatted(policy, limits));
  }

  private static ObjectNode pod(Bench bench) {
    return bench.get("pods", "default", "p");
  }

  private static JsonNode status(Bench bench) {
    return Fields.at(pod(bench), "status", "containerStatuses").path(0);
  }

  private static List<String> log(Bench bench) {
    return bench.simulation.logs().lines("default", "p", "c", 0, 1000).stream()
        .map(PodLogs.Line::text)
        .toList();
  }

  @Test
  void a_pod_is_pending_then_running_then_ready_after_its_times() {
    try (Bench bench = bench("pullSeconds: 3, startSeconds: 5, startJitterSeconds: 0")) {
      create(bench, "Always", "");
      bench.seconds(1);
      assertThat(Pods.phase(pod(bench))).isEqualTo("Pending");
      assertThat(Fields.text(status(bench), "state", "waiting", "reason"))
          .isEqualTo("ContainerCreating");
      assertThat(Conditions.isTrue(pod(bench), "PodScheduled")).isTrue();
      bench.seconds(3);
      assertThat(Pods.phase(pod(bench))).isEqualTo("Running");
      assertThat(Pods.ready(pod(bench))).isFalse();
      assertThat(Fields.text(pod(bench), "status", "podIP")).startsWith("10.128.0.");
      assertThat(Fields.text(pod(bench), "status", "hostIP")).startsWith("10.90.0.");
      bench.seconds(4);
      assertThat(Pods.ready(pod(bench))).isFalse();
      bench.seconds(1);
      assertThat(Pods.ready(pod(bench))).isTrue();
      assertThat(Fields.flag(status(bench), "ready")).isTrue();
      assertThat(bench.events("p").stream().map(it -> it.substring(0, it.indexOf(':'))))
          .containsExactlyInAnyOrder("Scheduled", "Pulled", "Created", "Started");
    }
  }

  @Test
  void a_pod_that_settles_is_not_written_again() {
    try (Bench bench = bench("startSeconds: 1")) {
      create(bench, "Always", "");
      bench.seconds(20);
      String version = Fields.text(pod(bench), "metadata", "resourceVersion");
      bench.seconds(60);
      assertThat(Fields.text(pod(bench), "metadata", "resourceVersion")).isEqualTo(version);
    }
  }

  @Test
  void a_container_that_crashes_is_started_again_ever_later() {
    try (Bench bench =
        bench(
            "startSeconds: 0, pullSeconds: 0, crash: {afterSeconds: 3, exitCode: 7, message: no}")) {
      create(bench, "Always", "");
      int restarts = 0;
      StringBuilder waits = new StringBuilder();
      int waited = 0;
      for (int second = 0; second < 100; second++) {
        bench.seconds(1);
        if (Fields.text(status(bench), "state", "waiting", "reason").equals("CrashLoopBackOff")) {
          waited++;
        }
        if (Fields.number(status(bench), "restartCount") > restarts) {
          restarts = Fields.number(status(bench), "restartCount");
          waits.append(waited).append(' ');
          waited = 0;
        }
      }
      // The first time at once, then 10, 20, 40 s.
      assertThat(waits.toString()).matches("[01] (9|10|11) (19|20|21) (39|40|41) ");
      assertThat(Fields.number(status(bench), "lastState", "terminated", "exitCode")).isEqualTo(7);
      assertThat(Fields.text(status(bench), "lastState", "terminated", "reason"))
          .isEqualTo("Error");
      assertThat(bench.events("p")).anyMatch(it -> it.startsWith("BackOff: Back-off restarting"));
      assertThat(log(bench)).contains("{\"level\":\"fatal\",\"msg\":\"no\"}");
    }
  }

  @Test
  void too_much_memory_kills_the_container() {
    try (Bench bench = bench("memory: 50Mi, memoryPerSecond: 2Mi, startSeconds: 0")) {
      create(bench, "Always", "'memory':'100Mi'");
      bench.seconds(24);
      assertThat(Fields.number(status(bench), "restartCount")).isZero();
      bench.seconds(10);
      assertThat(Fields.number(status(bench), "restartCount")).isEqualTo(1);
      assertThat(Fields.text(status(bench), "lastState", "terminated", "reason"))
          .isEqualTo("OOMKilled");
      assertThat(Fields.number(status(bench), "lastState", "terminated", "exitCode"))
          .isEqualTo(137);
    }
  }

  @Test
  void what_runs_to_its_end_succeeds_and_stays() {
    try (Bench bench = bench("runSeconds: 10, startSeconds: 0")) {
      create(bench, "Never", "");
      bench.seconds(15);
      assertThat(Pods.phase(pod(bench))).isEqualTo("Succeeded");
      assertThat(Fields.text(status(bench), "state", "terminated", "reason"))
          .isEqualTo("Completed");
      assertThat(Pods.ready(pod(bench))).isFalse();
      bench.seconds(30);
      assertThat(Pods.phase(pod(bench))).isEqualTo("Succeeded");
    }
  }

  @Test
  void what_fails_without_restart_has_failed() {
    try (Bench bench = bench("crash: {afterSeconds: 2, exitCode: 3}")) {
      create(bench, "Never", "");
      bench.seconds(10);
      assertThat(Pods.phase(pod(bench))).isEqualTo("Failed");
      assertThat(Fields.number(status(bench), "state", "terminated", "exitCode")).isEqualTo(3);
    }
  }

  @Test
  void a_deleted_pod_gets_its_time_to_stop_and_no_more_than_its_grace() {
    try (Bench bench = bench("stopSeconds: 8")) {
      create(bench, "Always", "");
      bench.seconds(10);
      bench.store.delete("pods", "default", "p", DeleteOptions.defaults());
      bench.seconds(8);
      assertThat(Fields.deleting(pod(bench))).isTrue();
      assertThat(log(bench))
          .contains("{\"level\":\"info\",\"msg\":\"received SIGTERM, draining\"}");
      bench.seconds(2);
      assertThat(bench.store.find("pods", "default", "p")).isEmpty();
      assertThat(bench.simulation.logs().writing("default", "p", "c")).isFalse();
      assertThat(bench.events("p")).contains("Killing: Stopping container c");

      create(bench, "Always", "");
      bench.seconds(10);
      bench.store.delete(
          "pods", "default", "p", DeleteOptions.defaults().withGracePeriodSeconds(2));
      bench.seconds(4);
      assertThat(bench.store.find("pods", "default", "p")).isEmpty();
    }
  }

  @Test
  void an_overloaded_pod_may_stop_being_ready_and_comes_back() {
    try (Bench bench =
        new Bench(
            Scenarios.parse(
                """
                name: overload
                nodeGroups:
                  - {name: g, min: 0, max: 3, initial: 1, cpu: 4, memory: 8Gi}
                workloads:
                  - namespace: default
                    name: web
                    startSeconds: 1
                    http: {cpuSecondsPerRequest: 0.1, queue: 10, unreadySeconds: 5}
                traffic:
                  - namespace: default
                    service: web
                    patterns: [{constant: {requestsPerSecond: 50}}]
                """),
            1)) {
      bench.create("apps/deployments", Bench.deployment("web", 1, "500m", ""));
      bench.create(
          "services",
          """
          {'apiVersion':'v1','kind':'Service','metadata':{'name':'web','namespace':'default'},
           'spec':{'selector':{'app':'web'},'ports':[{'port':80,'targetPort':8080}]}}
          """);
      boolean wasReady = false;
      int falls = 0;
      for (int second = 0; second < 60; second++) {
        bench.seconds(1);
        boolean ready = bench.pods("web-").stream().anyMatch(Pods::ready);
        falls += wasReady && !ready ? 1 : 0;
        wasReady = ready;
      }
      assertThat(falls).isGreaterThan(1);
      assertThat(bench.events(Fields.name(bench.pods("web-").getFirst())))
          .anyMatch(it -> it.startsWith("Unhealthy: Readiness probe failed"));
      assertThat(bench.simulation.traffic("default/web").unrouted()).isPositive();
    }
  }

  @Test
  void time_that_was_slept_through_is_left_out() {
    try (Bench bench = bench("startSeconds: 1")) {
      create(bench, "Always", "");
      bench.seconds(10);
      bench.wait(3600);
      bench.seconds(1);
      assertThat(bench.simulation.reached()).isEqualTo(bench.now());
      assertThat(Pods.ready(pod(bench))).isTrue();
    }
  }
}
