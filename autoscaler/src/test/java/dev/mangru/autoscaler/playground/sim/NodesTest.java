package dev.mangru.autoscaler.playground.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.autoscaler.node.provider.Instance;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.NodeShapes;
import dev.mangru.autoscaler.playground.sim.cluster.Conditions;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import dev.mangru.autoscaler.playground.sim.node.SimulatedNodeGroups;
import dev.mangru.model.error.MangruException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/// Node groups, nodes and the scheduler.
class NodesTest {

  private static String pod(String name, String spec) {
    return """
    {'apiVersion':'v1','kind':'Pod','metadata':{'name':'%s','namespace':'default',
      'labels':{'app':'x'}},
     'spec':{%s'containers':[{'name':'c','image':'example/x:1',
       'resources':{'requests':{'cpu':'1'}}}]}}
    """
        .formatted(name, spec);
  }

  private static String nodeOf(Bench bench, String pod) {
    return Pods.node(bench.get("pods", "default", pod));
  }

  private static void label(Bench bench, String node, String key, String value) {
    bench.mutate(
        "nodes",
        "",
        node,
        object -> {
          Fields.object(object, "metadata", "labels").put(key, value);
          return object;
        });
  }

  // ---- node groups

  @Test
  void a_node_that_is_asked_for_boots_joins_and_becomes_ready() {
    try (Bench bench = Bench.ofNodes(1)) {
      SimulatedNodeGroups groups = bench.simulation.nodeGroups();
      bench.seconds(3);
      groups.increase("general", 2);
      assertThat(groups.targetSize("general")).isEqualTo(3);
      assertThat(groups.instances("general").stream().map(Instance::state))
          .containsExactly(
              Instance.State.RUNNING, Instance.State.CREATING, Instance.State.CREATING);
      bench.seconds(9);
      assertThat(bench.list("nodes")).hasSize(1);
      bench.seconds(1);
      assertThat(bench.list("nodes")).hasSize(3);
      bench.seconds(3);
      assertThat(bench.list("nodes")).allMatch(node -> Conditions.isTrue(node, "Ready"));
      assertThat(bench.list("nodes"))
          .allMatch(node ->
              Fields.text(Fields.labels(node), "mangru.io/playground").equals("true")
                  && Fields.text(Fields.labels(node), "mangru.io/node-group").equals("general"));
      assertThat(bench.list("coordination.k8s.io/leases")).hasSize(3);
      for (ObjectNode node : bench.list("nodes")) {
        NodeShape shape = NodeShapes.of(node);
        assertThat(groups.groupOf(shape).orElseThrow().id()).isEqualTo("general");
        assertThat(groups.instances("general").stream().map(Instance::id))
            .contains(shape.providerId());
        NodeShape template = groups.template("general").orElseThrow().node();
        assertThat(template.allocatable()).isEqualTo(shape.allocatable());
        assertThat(template.taints()).isEqualTo(shape.taints());
      }
    }
  }

  @Test
  void sizes_have_bounds_and_only_what_is_coming_can_be_taken_back() {
    try (Bench bench =
        new Bench(
            Scenarios.parse(
                """
                name: x
                nodeGroups:
                  - {name: g, min: 1, max: 3, cpu: 2, memory: 1Gi, bootSeconds: 20}
                """),
            1)) {
      SimulatedNodeGroups groups = bench.simulation.nodeGroups();
      groups.increase("g", 2);
      assertThatThrownBy(() -> groups.increase("g", 1))
          .isInstanceOf(MangruException.class)
          .hasMessage("node group g has 3 nodes and may have 3: cannot add 1");
      groups.decreaseTarget("g", 1);
      assertThat(groups.targetSize("g")).isEqualTo(2);
      assertThatThrownBy(() -> groups.decreaseTarget("g", 2))
          .hasMessage("node group g waits for 1 nodes: cannot take back 2");
      bench.seconds(21);
      assertThat(bench.list("nodes")).hasSize(2);
      List<NodeShape> both = bench.list("nodes").stream().map(NodeShapes::of).toList();
      assertThatThrownBy(() -> groups.delete("g", both)).hasMessageContaining("must keep 1");
      groups.delete("g", both.subList(0, 1));
      groups.delete("g", both.subList(0, 1));
      assertThat(groups.targetSize("g")).isEqualTo(1);
      bench.seconds(3);
      assertThat(bench.list("nodes")).hasSize(1);
      assertThat(groups.instances("g")).hasSize(1);
      assertThat(bench.list("coordination.k8s.io/leases")).hasSize(1);
      assertThatThrownBy(() -> groups.targetSize("h")).hasMessage("no node group h; there are [g]");
    }
  }

  @Test
  void some_creations_fail_and_say_why_and_can_be_removed() {
    try (Bench bench =
        new Bench(
            Scenarios.parse(
                """
                name: x
                nodeGroups:
                  - {name: g, min: 0, max: 1000, cpu: 2, memory: 1Gi, bootSeconds: 5,
                     failureRate: 0.2, failureClass: QuotaExceeded}
                """),
            1)) {
      SimulatedNodeGroups groups = bench.simulation.nodeGroups();
      groups.increase("g", 200);
      bench.seconds(6);
      List<Instance> failed =
          groups.instances("g").stream().filter(each -> each.failure() != null).toList();
      assertThat(failed).hasSizeBetween(20, 60);
      Instance.Failure why = failed.getFirst().failure();
      assertThat(why.errorClass()).isEqualTo(Instance.ErrorClass.QUOTA_EXCEEDED);
      assertThat(bench.list("nodes")).hasSize(200 - failed.size());
      groups.deleteInstances("g", failed.stream().map(Instance::id).toList());
      assertThat(groups.targetSize("g")).isEqualTo(200 - failed.size());
    }
  }

  @Test
  void a_machine_takes_its_pods_along() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.create("apps/deployments", Bench.deployment("web", 4, "100m", ""));
      bench.seconds(15);
      NodeShape first = NodeShapes.of(bench.list("nodes").getFirst());
      bench.simulation.nodeGroups().delete("general", List.of(first));
      bench.seconds(20);
      assertThat(bench.pods("web-"))
          .hasSize(4)
          .allMatch(Pods::ready)
          .noneMatch(pod -> Pods.node(pod).equals(first.name()));
    }
  }

  @Test
  void a_node_that_dies_is_noticed_and_its_pods_move_on() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.create("apps/deployments", Bench.deployment("web", 2, "100m", ""));
      bench.seconds(15);
      String dead = Fields.name(bench.list("nodes").getFirst());
      bench.mutate(
          "nodes",
          "",
          dead,
          node -> {
            Fields.object(node, "metadata", "annotations").put("mangru.io/playground-dead", "true");
            return node;
          });
      bench.seconds(60);
      assertThat(Fields.text(Conditions.find(bench.get("nodes", "", dead), "Ready"), "status"))
          .isEqualTo("Unknown");
      assertThat(bench.pods("web-").stream().filter(Pods::ready)).hasSize(1);
      bench.seconds(320);
      assertThat(bench.pods("web-"))
          .hasSize(2)
          .allMatch(Pods::ready)
          .noneMatch(pod -> Pods.node(pod).equals(dead));
      assertThat(bench.events(dead)).anyMatch(it -> it.startsWith("NodeNotReady"));
    }
  }

  // ---- scheduler

  @Test
  void pods_spread_to_where_there_is_most_room() {
    try (Bench bench = Bench.ofNodes(3)) {
      bench.create("apps/deployments", Bench.deployment("web", 6, "500m", ""));
      bench.seconds(5);
      Map<String, Long> counts =
          bench.pods("web-").stream()
              .collect(Collectors.groupingBy(Pods::node, Collectors.counting()));
      assertThat(counts.values()).containsExactly(2L, 2L, 2L);
    }
  }

  @Test
  void a_pod_that_fits_nowhere_says_why_and_is_placed_when_there_is_room() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.seconds(3);
      bench.create("pods", pod("big", "").replace("'cpu':'1'", "'cpu':'3900m'"));
      bench.create("pods", pod("big2", "").replace("'cpu':'1'", "'cpu':'3900m'"));
      bench.create("pods", pod("late", ""));
      bench.seconds(3);
      ObjectNode late = bench.get("pods", "default", "late");
      var scheduled = Conditions.find(late, "PodScheduled");
      assertThat(Fields.text(scheduled, "status")).isEqualTo("False");
      assertThat(Fields.text(scheduled, "reason")).isEqualTo("Unschedulable");
      assertThat(Fields.text(scheduled, "message"))
          .startsWith("0/2 nodes are available: 2 Insufficient cpu.");
      assertThat(bench.events("late"))
          .hasSize(1)
          .allMatch(it -> it.startsWith("FailedScheduling: 0/2 nodes are available"));
      bench.simulation.nodeGroups().increase("general", 1);
      bench.seconds(20);
      assertThat(Pods.ready(bench.get("pods", "default", "late"))).isTrue();
    }
  }

  @Test
  void higher_priority_is_placed_first() {
    try (Bench bench = Bench.ofNodes(1)) {
      bench.seconds(3);
      bench.create("pods", pod("a-low", "").replace("'cpu':'1'", "'cpu':'3'"));
      bench.create("pods", pod("b-high", "'priority':1000,").replace("'cpu':'1'", "'cpu':'3'"));
      bench.seconds(1);
      assertThat(nodeOf(bench, "b-high")).isNotEmpty();
      assertThat(nodeOf(bench, "a-low")).isEmpty();
    }
  }

  @Test
  void selectors_affinity_and_taints_are_respected() {
    try (Bench bench = Bench.ofNodes(3)) {
      bench.seconds(3);
      List<String> nodes = bench.list("nodes").stream().map(Fields::name).toList();
      label(bench, nodes.get(1), "disk", "fast");
      bench.mutate(
          "nodes",
          "",
          nodes.get(2),
          node -> {
            Fields.array(Fields.object(node, "spec"), "taints")
                .addObject()
                .put("key", "gpu")
                .put("value", "yes")
                .put("effect", "NoSchedule");
            return node;
          });
      bench.create("pods", pod("selected", "'nodeSelector':{'disk':'fast'},"));
      bench.create(
          "pods",
          pod(
              "affine",
              """
              'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':
               {'nodeSelectorTerms':[{'matchExpressions':
                [{'key':'disk','operator':'In','values':['fast']}]}]}}},
              """));
      bench.create(
          "pods",
          pod(
              "tolerant",
              "'tolerations':[{'key':'gpu','operator':'Exists'}],'nodeSelector':"
                  + "{'kubernetes.io/hostname':'"
                  + nodes.get(2)
                  + "'},"));
      bench.create(
          "pods",
          pod("intolerant", "'nodeSelector':{'kubernetes.io/hostname':'" + nodes.get(2) + "'},"));
      bench.seconds(2);
      assertThat(nodeOf(bench, "selected")).isEqualTo(nodes.get(1));
      assertThat(nodeOf(bench, "affine")).isEqualTo(nodes.get(1));
      assertThat(nodeOf(bench, "tolerant")).isEqualTo(nodes.get(2));
      assertThat(nodeOf(bench, "intolerant")).isEmpty();
      assertThat(
              Fields.text(
                  Conditions.find(bench.get("pods", "default", "intolerant"), "PodScheduled"),
                  "message"))
          .contains("1 node(s) had untolerated taint {gpu: yes}")
          .contains("2 node(s) didn't match Pod's node affinity/selector");
    }
  }

  @Test
  void pods_that_repel_each_other_take_a_node_each() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.seconds(3);
      String apart =
          """
          'affinity':{'podAntiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':
           [{'topologyKey':'kubernetes.io/hostname','labelSelector':
             {'matchLabels':{'app':'x'}}}]}},
          """;
      for (String name : List.of("one", "two", "three")) {
        bench.create("pods", pod(name, apart));
        bench.seconds(1);
      }
      assertThat(nodeOf(bench, "one")).isNotEmpty().isNotEqualTo(nodeOf(bench, "two"));
      assertThat(nodeOf(bench, "three")).isEmpty();
    }
  }

  @Test
  void a_spread_constraint_keeps_zones_even() {
    try (Bench bench = Bench.ofNodes(2)) {
      bench.seconds(3);
      List<String> nodes = bench.list("nodes").stream().map(Fields::name).toList();
      bench.create(
          "pods",
          pod("filler", "'nodeName':'" + nodes.get(0) + "',")
              .replace("'app':'x'", "'app':'y'")
              .replace("'cpu':'1'", "'cpu':'3'"));
      bench.seconds(1);
      String spread =
          """
          'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'kubernetes.io/hostname',
           'whenUnsatisfiable':'DoNotSchedule','labelSelector':{'matchLabels':{'app':'x'}}}],
          """;
      for (String name : List.of("a", "b", "c")) {
        bench.create("pods", pod(name, spread).replace("'cpu':'1'", "'cpu':'500m'"));
      }
      bench.seconds(2);
      List<String> places = List.of(nodeOf(bench, "a"), nodeOf(bench, "b"), nodeOf(bench, "c"));
      assertThat(places.subList(0, 2)).containsExactlyInAnyOrderElementsOf(nodes);
      assertThat(places).doesNotContain("");
    }
  }

  @Test
  void cordoned_and_softly_tainted_nodes_are_avoided() {
    try (Bench bench = Bench.ofNodes(3)) {
      bench.seconds(3);
      List<String> nodes = bench.list("nodes").stream().map(Fields::name).toList();
      bench.mutate(
          "nodes",
          "",
          nodes.get(0),
          node -> {
            Fields.object(node, "spec").put("unschedulable", true);
            return node;
          });
      bench.mutate(
          "nodes",
          "",
          nodes.get(1),
          node -> {
            Fields.array(Fields.object(node, "spec"), "taints")
                .addObject()
                .put("key", "DeletionCandidateOfClusterAutoscaler")
                .put("effect", "PreferNoSchedule");
            return node;
          });
      bench.create("apps/deployments", Bench.deployment("web", 3, "1", ""));
      bench.seconds(5);
      assertThat(bench.pods("web-")).allMatch(pod -> Pods.node(pod).equals(nodes.get(2)));
      bench.scale("web", 4);
      bench.seconds(5);
      assertThat(bench.pods("web-").stream().map(Pods::node)).contains(nodes.get(1));
      assertThat(bench.get("nodes", "", nodes.get(0)).path("spec").path("taints").toString())
          .contains("node.kubernetes.io/unschedulable");
    }
  }
}
