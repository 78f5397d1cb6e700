package dev.mangru.autoscaler.playground.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.playground.sim.cluster.Conditions;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/// Deployments, replica sets, stateful and daemon sets, endpoints and budgets.
class WorkloadsTest {

  private static ObjectNode web(Bench bench) {
    return bench.get("apps/deployments", "default", "web");
  }

  private static void image(Bench bench, String image) {
    bench.mutate(
        "apps/deployments",
        "default",
        "web",
        deployment -> {
          ObjectNode container =
              (ObjectNode) Fields.at(deployment, "spec", "template", "spec", "containers").path(0);
          container.put("image", image);
          return deployment;
        });
  }

  private static Set<String> images(Bench bench) {
    return bench.pods("web-").stream()
        .map(pod -> Fields.text(Fields.at(pod, "spec", "containers").path(0), "image"))
        .collect(Collectors.toSet());
  }

  // ---- deployments

  @Test
  void a_deployment_makes_one_replica_set_and_its_pods() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.create("apps/deployments", Bench.deployment("web", 3, "100m", ""));
      bench.seconds(15);
      List<ObjectNode> sets = bench.list("apps/replicasets");
      assertThat(sets).hasSize(1);
      ObjectNode set = sets.getFirst();
      String hash = Fields.text(Fields.labels(set), "pod-template-hash");
      assertThat(Fields.name(set)).isEqualTo("web-" + hash);
      assertThat(Fields.text(Fields.controller(set), "uid")).isEqualTo(Fields.uid(web(bench)));
      assertThat(Fields.annotation(set, "deployment.kubernetes.io/revision")).isEqualTo("1");
      List<ObjectNode> pods = bench.pods("web-");
      assertThat(pods).hasSize(3).allMatch(Pods::ready);
      assertThat(pods)
          .allMatch(pod -> Fields.name(pod).startsWith("web-" + hash + "-"))
          .allMatch(pod -> Fields.text(Fields.labels(pod), "pod-template-hash").equals(hash))
          .allMatch(pod -> Fields.text(pod, "status", "qosClass").equals("Burstable"));
      ObjectNode web = web(bench);
      assertThat(Fields.number(web, "status", "availableReplicas")).isEqualTo(3);
      assertThat(Fields.number(web, "status", "observedGeneration")).isEqualTo(1);
      assertThat(Conditions.isTrue(web, "Available")).isTrue();
      assertThat(Fields.text(Conditions.find(web, "Progressing"), "reason"))
          .isEqualTo("NewReplicaSetAvailable");
      assertThat(bench.events("web"))
          .containsExactly("ScalingReplicaSet: Scaled up replica set web-" + hash + " from 0 to 3");
      assertThat(bench.events("web-" + hash)).hasSize(3).allMatch(it -> it.contains("Created pod"));
    }
  }

  @ParameterizedTest
  @CsvSource({"25%, 25%, 8, 2, 2", "1, 0, 4, 1, 0", "0, 1, 4, 0, 1", "100%, 0, 3, 3, 0"})
  void a_rolling_update_stays_within_its_bounds(
      String surge, String unavailable, int replicas, int above, int below) {
    try (Bench bench = Bench.ofNodes(3)) {
      String quoted = surge.endsWith("%") ? "'" + surge + "'" : surge;
      String quotedToo = unavailable.endsWith("%") ? "'" + unavailable + "'" : unavailable;
      bench.create(
          "apps/deployments",
          Bench.deployment(
              "web",
              replicas,
              "100m",
              ",'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':"
                  + quoted
                  + ",'maxUnavailable':"
                  + quotedToo
                  + "}}"));
      bench.seconds(20);
      image(bench, "example/web:2");
      int mostActive = 0;
      int fewestReady = replicas;
      for (int second = 0; second < 90; second++) {
        bench.seconds(1);
        List<ObjectNode> active = bench.pods("web-").stream().filter(Pods::active).toList();
        mostActive = Math.max(mostActive, active.size());
        fewestReady = Math.min(fewestReady, (int) active.stream().filter(Pods::ready).count());
      }
      assertThat(images(bench)).containsExactly("example/web:2");
      assertThat(bench.pods("web-")).hasSize(replicas);
      assertThat(mostActive).isLessThanOrEqualTo(replicas + above).isGreaterThanOrEqualTo(replicas);
      assertThat(fewestReady).isGreaterThanOrEqualTo(replicas - below);
      assertThat(Fields.annotation(web(bench), "deployment.kubernetes.io/revision")).isEqualTo("2");
      assertThat(bench.list("apps/replicasets")).hasSize(2);
    }
  }

  @Test
  void going_back_to_an_earlier_template_takes_its_replica_set_again() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.create("apps/deployments", Bench.deployment("web", 2, "100m", ""));
      bench.seconds(15);
      image(bench, "example/web:2");
      bench.seconds(40);
      image(bench, "example/web:1");
      bench.seconds(40);
      assertThat(bench.list("apps/replicasets")).hasSize(2);
      assertThat(images(bench)).containsExactly("example/web:1");
      assertThat(Fields.annotation(web(bench), "deployment.kubernetes.io/revision")).isEqualTo("3");
    }
  }

  @Test
  void old_replica_sets_beyond_the_history_limit_go() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.create(
          "apps/deployments", Bench.deployment("web", 1, "100m", ",'revisionHistoryLimit':1"));
      for (int version = 2; version <= 5; version++) {
        bench.seconds(30);
        image(bench, "example/web:" + version);
      }
      bench.seconds(30);
      assertThat(bench.list("apps/replicasets")).hasSize(2);
    }
  }

  @Test
  void recreate_stops_all_before_it_starts_any() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.create(
          "apps/deployments",
          Bench.deployment("web", 3, "100m", ",'strategy':{'type':'Recreate'}"));
      bench.seconds(15);
      image(bench, "example/web:2");
      for (int second = 0; second < 30; second++) {
        bench.seconds(1);
        Set<String> images =
            bench.pods("web-").stream()
                .filter(Pods::active)
                .map(pod -> Fields.text(Fields.at(pod, "spec", "containers").path(0), "image"))
                .collect(Collectors.toSet());
        assertThat(images).hasSizeLessThanOrEqualTo(1);
      }
      assertThat(images(bench)).containsExactly("example/web:2");
      assertThat(bench.pods("web-")).hasSize(3);
    }
  }

  @Test
  void scaling_in_the_middle_of_a_rollout_ends_at_the_new_size() {
    try (Bench bench = Bench.ofNodes(4)) {
      bench.create("apps/deployments", Bench.deployment("web", 8, "100m", ""));
      bench.seconds(20);
      image(bench, "example/web:2");
      bench.seconds(3);
      bench.scale("web", 12);
      bench.seconds(60);
      assertThat(bench.pods("web-")).hasSize(12).allMatch(Pods::ready);
      assertThat(images(bench)).containsExactly("example/web:2");
      bench.scale("web", 0);
      bench.seconds(10);
      assertThat(bench.pods("web-")).isEmpty();
      assertThat(web(bench).path("status").has("replicas")).isFalse();
    }
  }

  @Test
  void a_paused_deployment_scales_but_does_not_roll() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.create("apps/deployments", Bench.deployment("web", 2, "100m", ",'paused':false"));
      bench.seconds(15);
      bench.mutate(
          "apps/deployments",
          "default",
          "web",
          deployment -> {
            Fields.object(deployment, "spec").put("paused", true);
            return deployment;
          });
      image(bench, "example/web:2");
      bench.scale("web", 4);
      bench.seconds(20);
      assertThat(bench.pods("web-")).hasSize(4);
      assertThat(images(bench)).containsExactly("example/web:1");
    }
  }

  @Test
  void a_rollout_that_does_not_get_on_says_so_after_its_deadline() {
    try (Bench bench = Bench.ofNodes(1)) {
      bench.create(
          "apps/deployments",
          Bench.deployment("web", 1, "64", ",'progressDeadlineSeconds':20,'minReadySeconds':1"));
      bench.seconds(30);
      var progressing = Conditions.find(web(bench), "Progressing");
      assertThat(Fields.text(progressing, "status")).isEqualTo("False");
      assertThat(Fields.text(progressing, "reason")).isEqualTo("ProgressDeadlineExceeded");
      assertThat(Conditions.isTrue(web(bench), "Available")).isFalse();
    }
  }

  @Test
  void pods_that_someone_deletes_are_made_again_and_orphans_of_a_deployment_go() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.create("apps/deployments", Bench.deployment("web", 2, "100m", ""));
      bench.seconds(15);
      String gone = Fields.name(bench.pods("web-").getFirst());
      bench.store.delete("pods", "default", gone, DeleteOptions.defaults());
      bench.seconds(15);
      assertThat(bench.pods("web-")).hasSize(2).noneMatch(pod -> Fields.name(pod).equals(gone));
      bench.store.delete("apps/deployments", "default", "web", DeleteOptions.defaults());
      bench.seconds(10);
      assertThat(bench.pods("web-")).isEmpty();
      assertThat(bench.list("apps/replicasets")).isEmpty();
    }
  }

  // ---- scaling down

  @Test
  void unplaced_pods_go_first_then_unready_then_cheap_then_young_ones() {
    try (Bench bench = Bench.ofNodes(1)) {
      // Four fit on the node's 3.9 cores.
      bench.create("apps/deployments", Bench.deployment("web", 3, "900m", ""));
      bench.seconds(300);
      List<ObjectNode> old = bench.pods("web-");
      bench.scale("web", 5);
      bench.seconds(20);
      assertThat(bench.pods("web-").stream().filter(Pods::ready)).hasSize(4);
      String cheap = Fields.name(old.getFirst());
      bench.mutate(
          "pods",
          "default",
          cheap,
          pod -> {
            Fields.object(pod, "metadata", "annotations")
                .put("controller.kubernetes.io/pod-deletion-cost", "-5");
            return pod;
          });
      String young =
          bench.pods("web-").stream()
              .filter(Pods::ready)
              .map(Fields::name)
              .filter(name -> old.stream().noneMatch(pod -> Fields.name(pod).equals(name)))
              .findFirst()
              .orElseThrow();

      bench.scale("web", 4);
      bench.seconds(5);
      assertThat(bench.pods("web-")).hasSize(4).allMatch(Pods::ready);
      bench.scale("web", 3);
      bench.seconds(5);
      assertThat(bench.pods("web-").stream().map(Fields::name)).hasSize(3).doesNotContain(cheap);
      bench.scale("web", 2);
      bench.seconds(5);
      assertThat(bench.pods("web-").stream().map(Fields::name)).hasSize(2).doesNotContain(young);
    }
  }

  // ---- stateful and daemon sets

  private static String statefulSet(int replicas, String image) {
    return """
    {'apiVersion':'apps/v1','kind':'StatefulSet','metadata':{'name':'db','namespace':'default'},
     'spec':{'replicas':%d,'serviceName':'db','selector':{'matchLabels':{'app':'db'}},
      'template':{'metadata':{'labels':{'app':'db'}},
       'spec':{'containers':[{'name':'c','image':'%s'}]}}}}
    """
        .formatted(replicas, image);
  }

  @Test
  void a_stateful_set_starts_in_order_and_stops_from_the_end() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.create("apps/statefulsets", statefulSet(3, "example/db:1"));
      for (int second = 0; second < 40; second++) {
        bench.seconds(1);
        List<ObjectNode> pods = bench.pods("db-");
        for (int i = 0; i < pods.size() - 1; i++) {
          assertThat(Pods.ready(pods.get(i))).as("pod before the last one").isTrue();
        }
      }
      assertThat(bench.pods("db-").stream().map(Fields::name))
          .containsExactly("db-0", "db-1", "db-2");
      bench.mutate(
          "apps/statefulsets",
          "default",
          "db",
          set -> {
            Fields.object(set, "spec").put("replicas", 1);
            return set;
          });
      bench.seconds(3);
      assertThat(bench.pods("db-").stream().filter(Pods::active).map(Fields::name))
          .containsExactly("db-0", "db-1");
      bench.seconds(20);
      assertThat(bench.pods("db-").stream().map(Fields::name)).containsExactly("db-0");
    }
  }

  @Test
  void a_stateful_set_is_updated_from_the_last_pod_one_by_one() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.create("apps/statefulsets", statefulSet(3, "example/db:1"));
      bench.seconds(40);
      bench.mutate(
          "apps/statefulsets",
          "default",
          "db",
          set -> {
            ((ObjectNode) Fields.at(set, "spec", "template", "spec", "containers").path(0))
                .put("image", "example/db:2");
            return set;
          });
      for (int second = 0; second < 90; second++) {
        bench.seconds(1);
        assertThat(bench.pods("db-").stream().filter(Pods::ready).count())
            .isGreaterThanOrEqualTo(2);
      }
      assertThat(bench.pods("db-"))
          .hasSize(3)
          .allMatch(pod ->
              Fields.text(Fields.at(pod, "spec", "containers").path(0), "image")
                  .equals("example/db:2"));
      ObjectNode set = bench.get("apps/statefulsets", "default", "db");
      assertThat(Fields.text(set, "status", "currentRevision"))
          .isEqualTo(Fields.text(set, "status", "updateRevision"));
      assertThat(Fields.number(set, "status", "updatedReplicas")).isEqualTo(3);
    }
  }

  @Test
  void a_daemon_set_runs_on_every_node_that_it_may_also_on_new_and_cordoned_ones() {
    try (Bench bench = Bench.ofNodes(3)) {
      bench.create(
          "apps/daemonsets",
          """
          {'apiVersion':'apps/v1','kind':'DaemonSet','metadata':{'name':'agent',
            'namespace':'default'},
           'spec':{'selector':{'matchLabels':{'app':'agent'}},
            'template':{'metadata':{'labels':{'app':'agent'}},
             'spec':{'containers':[{'name':'c','image':'example/agent:1'}]}}}}
          """);
      bench.seconds(10);
      assertThat(bench.pods("agent-").stream().map(Pods::node).distinct()).hasSize(3);
      String first = Fields.name(bench.list("nodes").getFirst());
      bench.mutate(
          "nodes",
          "",
          first,
          node -> {
            Fields.object(node, "spec").put("unschedulable", true);
            return node;
          });
      bench.simulation.nodeGroups().increase("general", 1);
      bench.seconds(25);
      assertThat(bench.pods("agent-").stream().map(Pods::node).distinct()).hasSize(4);
      ObjectNode set = bench.get("apps/daemonsets", "default", "agent");
      assertThat(Fields.number(set, "status", "numberAvailable")).isEqualTo(4);
      assertThat(Fields.number(set, "status", "desiredNumberScheduled")).isEqualTo(4);
    }
  }

  // ---- endpoints and budgets

  @Test
  void endpoints_hold_ready_pods_and_name_those_that_are_not() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.create("apps/deployments", Bench.deployment("web", 2, "100m", ""));
      bench.create(
          "services",
          """
          {'apiVersion':'v1','kind':'Service','metadata':{'name':'web','namespace':'default'},
           'spec':{'selector':{'app':'web'},'ports':[{'port':80,'targetPort':8080}]}}
          """);
      bench.seconds(4);
      var early = bench.get("endpoints", "default", "web").path("subsets").path(0);
      bench.seconds(10);
      var subset = bench.get("endpoints", "default", "web").path("subsets").path(0);
      assertThat(early.path("addresses").size() + early.path("notReadyAddresses").size())
          .isEqualTo(2);
      assertThat(subset.path("addresses").size()).isEqualTo(2);
      assertThat(Fields.number(subset.path("ports").path(0), "port")).isEqualTo(8080);
      bench.scale("web", 0);
      bench.seconds(1);
      assertThat(bench.get("endpoints", "default", "web").path("subsets").isEmpty()).isTrue();
      assertThat(bench.list("discovery.k8s.io/endpointslices")).hasSize(1);
      assertThat(Fields.text(bench.get("services", "default", "web"), "spec", "clusterIP"))
          .startsWith("10.96.");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "minAvailable, 2, 4, 2, 2",
    "minAvailable, 50%, 5, 3, 2",
    "maxUnavailable, 1, 4, 3, 1",
    "maxUnavailable, 30%, 4, 2, 2",
    "minAvailable, 9, 4, 9, 0"
  })
  void a_budget_counts_what_may_go(
      String field, String value, int replicas, int desired, int allowed) {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.create("apps/deployments", Bench.deployment("web", replicas, "100m", ""));
      bench.create(
          "policy/poddisruptionbudgets",
          """
          {'apiVersion':'policy/v1','kind':'PodDisruptionBudget',
           'metadata':{'name':'web','namespace':'default'},
           'spec':{'%s':%s,'selector':{'matchLabels':{'app':'web'}}}}
          """
              .formatted(field, value.endsWith("%") ? "'" + value + "'" : value));
      bench.seconds(1);
      ObjectNode early = bench.get("policy/poddisruptionbudgets", "default", "web");
      assertThat(Fields.number(early, "status", "disruptionsAllowed")).isZero();
      bench.seconds(14);
      ObjectNode budget = bench.get("policy/poddisruptionbudgets", "default", "web");
      assertThat(Fields.number(budget, "status", "expectedPods")).isEqualTo(replicas);
      assertThat(Fields.number(budget, "status", "currentHealthy")).isEqualTo(replicas);
      assertThat(Fields.number(budget, "status", "desiredHealthy")).isEqualTo(desired);
      assertThat(Fields.number(budget, "status", "disruptionsAllowed")).isEqualTo(allowed);
      assertThat(Conditions.isTrue(budget, "DisruptionAllowed")).isEqualTo(allowed > 0);
    }
  }

  @Test
  void an_eviction_on_its_way_counts_until_it_is_forgotten() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.create("apps/deployments", Bench.deployment("web", 3, "100m", ""));
      bench.create(
          "policy/poddisruptionbudgets",
          """
          {'apiVersion':'policy/v1','kind':'PodDisruptionBudget',
           'metadata':{'name':'web','namespace':'default'},
           'spec':{'maxUnavailable':2,'selector':{'matchLabels':{'app':'web'}}}}
          """);
      bench.seconds(15);
      String pod = Fields.name(bench.pods("web-").getFirst());
      bench.mutate(
          "policy/poddisruptionbudgets",
          "default",
          "web",
          budget -> {
            Fields.object(budget, "status", "disruptedPods").put(pod, bench.now().toString());
            return budget;
          });
      bench.seconds(1);
      assertThat(
              Fields.number(
                  bench.get("policy/poddisruptionbudgets", "default", "web"),
                  "status",
                  "disruptionsAllowed"))
          .isEqualTo(1);
      bench.seconds(125);
      ObjectNode budget = bench.get("policy/poddisruptionbudgets", "default", "web");
      assertThat(Fields.number(budget, "status", "disruptionsAllowed")).isEqualTo(2);
      assertThat(budget.path("status").has("disruptedPods")).isFalse();
    }
  }

  @Test
  void a_namespace_takes_everything_in_it_along() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.create(
          "namespaces", "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'team'}}");
      bench.create(
          "apps/deployments",
          Bench.deployment("web", 2, "100m", "").replace("'default'", "'team'"));
      bench.seconds(15);
      bench.store.delete("namespaces", "", "team", DeleteOptions.defaults());
      bench.seconds(15);
      assertThat(bench.store.find("namespaces", "", "team")).isEmpty();
      assertThat(bench.store.list("pods", "team").items()).isEmpty();
      assertThat(bench.store.list("apps/deployments", "team").items()).isEmpty();
    }
  }
}
