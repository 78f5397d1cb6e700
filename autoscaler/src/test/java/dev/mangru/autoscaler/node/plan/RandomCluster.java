package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.HostPort;
import dev.mangru.autoscaler.node.shape.LabelSelector;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodOwner;
import dev.mangru.autoscaler.node.shape.PodPlacement;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.PodTerm;
import dev.mangru.autoscaler.node.shape.Resources;
import dev.mangru.autoscaler.node.shape.SpreadConstraint;
import dev.mangru.autoscaler.node.shape.Taint;
import dev.mangru.autoscaler.node.shape.Toleration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/// Nodes and pods by chance, with every kind of constraint now and then.
final class RandomCluster {

  private static final String ZONE = "topology.kubernetes.io/zone";
  private static final String HOST = "kubernetes.io/hostname";

  private final SplittableRandom random;

  RandomCluster(SplittableRandom random) {
    this.random = random;
  }

  NodeShape node(String name) {
    NodeShape node =
        NodeShape.of(
            name,
            Resources.ofNode(
                1_000L * (1 + random.nextInt(4)),
                (1L + random.nextInt(4)) << 30,
                2 + random.nextInt(10)));
    Map<String, String> labels = new HashMap<>(node.labels());
    if (random.nextInt(8) > 0) {
      labels.put(ZONE, "z" + random.nextInt(3));
    }
    List<Taint> taints =
        random.nextInt(6) == 0 ? List.of(new Taint("gpu", "yes", "NoSchedule")) : List.of();
    return node.withLabels(labels).withTaints(taints);
  }

  List<NodeShape> nodes(int count) {
    List<NodeShape> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(node("n" + i));
    }
    return nodes;
  }

  /// Pods of one controller.
  List<PodShape> pods(String app, int count) {
    PodShape template =
        PodShape.of(
                "shop",
                app,
                Resources.ofPod(50L * random.nextInt(20), (64L << 20) * random.nextInt(12)))
            .withLabels(Map.of("app", app, "tier", "t" + random.nextInt(2)))
            .ownedBy(new PodOwner("apps/v1", "ReplicaSet", app, "uid-" + app))
            .placed(placement(app));
    List<PodShape> pods = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pods.add(template.named(app + "-" + i));
    }
    return pods;
  }

  private PodPlacement placement(String app) {
    LabelSelector own = LabelSelector.of(Map.of("app", app));
    LabelSelector tier = LabelSelector.of(Map.of("tier", "t" + random.nextInt(2)));
    List<PodTerm> affinity = new ArrayList<>();
    List<PodTerm> antiAffinity = new ArrayList<>();
    List<SpreadConstraint> spread = new ArrayList<>();
    List<HostPort> ports = new ArrayList<>();
    switch (random.nextInt(8)) {
      case 0 -> affinity.add(new PodTerm(own, ZONE, Set.of("shop"), null));
      case 1 -> antiAffinity.add(new PodTerm(own, HOST, Set.of("shop"), null));
      case 2 -> antiAffinity.add(new PodTerm(tier, ZONE, Set.of("shop"), null));
      case 3 -> spread.add(spread(HOST, own));
      case 4 -> spread.add(spread(ZONE, own));
      case 5 -> ports.add(new HostPort("", "TCP", 8080 + random.nextInt(2)));
      default -> {}
    }
    List<Toleration> tolerations =
        random.nextInt(4) == 0
            ? List.of(new Toleration("gpu", "Exists", "", ""))
            : List.<Toleration>of();
    Map<String, String> selector =
        random.nextInt(10) == 0 ? Map.of(ZONE, "z" + random.nextInt(3)) : Map.of();
    return new PodPlacement(
        selector, null, tolerations, affinity, antiAffinity, spread, ports, List.of(), List.of());
  }

  private SpreadConstraint spread(String key, LabelSelector selector) {
    return new SpreadConstraint(
        1 + random.nextInt(2),
        key,
        selector,
        1 + random.nextInt(2),
        random.nextBoolean(),
        random.nextBoolean());
  }
}
