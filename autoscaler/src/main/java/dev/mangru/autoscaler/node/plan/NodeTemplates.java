package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.provider.NodeTemplate;
import dev.mangru.autoscaler.node.shape.NodeRoom;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodOwner;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.Taint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a new node of a group will look like to a scheduler: a real node of the group made clean,
/// or else what the provider tells, with the pods that run on every node. Pure.
public final class NodeTemplates {

  /// Taints that tell of a node's state and that a new, healthy node does not have.
  private static final Set<String> STATUS_TAINTS =
      Set.of(
          "node.kubernetes.io/not-ready",
          "node.kubernetes.io/unreachable",
          "node.kubernetes.io/memory-pressure",
          "node.kubernetes.io/disk-pressure",
          "node.kubernetes.io/pid-pressure",
          "node.kubernetes.io/network-unavailable",
          "node.kubernetes.io/unschedulable",
          "node.kubernetes.io/out-of-service",
          "node.cloudprovider.kubernetes.io/uninitialized",
          "node.cloudprovider.kubernetes.io/shutdown",
          Eligibility.TO_BE_DELETED,
          Eligibility.DELETION_CANDIDATE);

  private static final List<String> STARTUP_PREFIXES =
      List.of(
          "startup-taint.cluster-autoscaler.kubernetes.io/",
          "ignore-taint.cluster-autoscaler.kubernetes.io/");

  private NodeTemplates() {}

  /// The template of a group; empty when there is no real node and the provider tells nothing.
  ///
  /// @param group its name becomes part of the template's
  /// @param rooms nodes of the group with their pods
  /// @param provided what the provider tells
  /// @param daemonSets one pod of each DaemonSet, as it would be made
  /// @param startupTaints further taints that go away once a node has started
  public static Optional<NodeTemplate> of(
      String group,
      Collection<NodeRoom> rooms,
      Optional<NodeTemplate> provided,
      Collection<PodShape> daemonSets,
      Set<String> startupTaints) {
    Optional<NodeRoom> newest =
        rooms.stream()
            .filter(room -> room.node().ready() && !room.node().deleting())
            .max(
                Comparator.<NodeRoom, Instant>comparing(
                        room -> Optional.ofNullable(room.node().created()).orElse(Instant.MIN))
                    .thenComparing(room -> room.node().name()));
    Optional<NodeTemplate> base =
        newest.map(room -> new NodeTemplate(room.node(), overhead(room))).or(() -> provided);
    return base.map(template -> {
      NodeShape node = clean(template.node(), "template-node-for-" + group, startupTaints);
      return new NodeTemplate(node, withDaemonSets(node, template.pods(), daemonSets));
    });
  }

  /// A node as it would be new: under another name, ready, without cordon and passing taints.
  public static NodeShape clean(NodeShape node, String name, Set<String> startupTaints) {
    List<Taint> lasting =
        node.taints().stream().filter(taint -> lasts(taint.key(), startupTaints)).toList();
    return node.named(name).withTaints(lasting).cordoned(false).ready(true, null);
  }

  /// The pods of a template on a further node made from it.
  static List<PodShape> podsFor(NodeTemplate template, String node) {
    List<PodShape> pods = new ArrayList<>();
    for (PodShape pod : template.pods()) {
      pods.add(pod.named(pod.name() + "-on-" + node).on(node));
    }
    return pods;
  }

  private static boolean lasts(String key, Set<String> startupTaints) {
    return !STATUS_TAINTS.contains(key)
        && !startupTaints.contains(key)
        && STARTUP_PREFIXES.stream().noneMatch(key::startsWith);
  }

  private static List<PodShape> overhead(NodeRoom room) {
    return room.pods().stream()
        .filter(pod -> (pod.ofDaemonSet() || pod.isMirror()) && !pod.isTerminating())
        .toList();
  }

  private static List<PodShape> withDaemonSets(
      NodeShape node, List<PodShape> pods, Collection<PodShape> daemonSets) {
    List<PodShape> all = new ArrayList<>(pods);
    Set<String> there = new HashSet<>();
    pods.forEach(pod -> there.add(controller(pod)));
    for (PodShape pod : daemonSets) {
      boolean tolerated =
          node.taints().stream()
              .allMatch(taint -> !taint.keepsAway() || pod.placement().tolerates(taint));
      if (tolerated && pod.placement().selects(node) && there.add(controller(pod))) {
        all.add(pod);
      }
    }
    return all;
  }

  private static String controller(PodShape pod) {
    PodOwner owner = pod.owner();
    return owner == null ? "pod " + pod.key() : pod.namespace() + " " + owner.kind() + owner.name();
  }
}
