package dev.mangru.autoscaler.node.shape;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Whether a pod may run on a node: the filters of the Kubernetes scheduler, in its order and in
/// its words. Pure.
///
/// What is preferred only (soft affinity, `PreferNoSchedule`, `ScheduleAnyway`) plays no part. Pods
/// with dynamic resource claims are refused as not supported rather than guessed at.
public final class Feasibility {

  private Feasibility() {}

  /// Whether the pod may be put on the node.
  ///
  /// @param pod where it is bound now does not matter; take it off `cluster` to ask about moving it
  /// @param node looked up by name in `cluster`; one that is not there counts as new and empty
  /// @param cluster the pods that already have their place
  public static Fit check(PodShape pod, NodeShape node, ClusterShape cluster) {
    NodeRoom room = cluster.room(node.name());
    return check(pod, room == null ? new NodeRoom(node) : room, cluster);
  }

  /// Whether the pod may be put on the node of `room`.
  public static Fit check(PodShape pod, NodeRoom room, ClusterShape cluster) {
    Fit.Refused refused = alone(pod, room);
    if (refused == null && !pod.volumes().isEmpty()) {
      refused = volumes(pod, room.node(), cluster);
    }
    if (refused == null && !pod.placement().spread().isEmpty()) {
      refused = spread(pod, room.node(), cluster);
    }
    if (refused == null) {
      refused = neighbours(pod, room.node(), cluster);
    }
    return refused == null ? Fit.Fits.YES : refused;
  }

  /// Whether the pod may be put on the node of `room`, without the reason: the way to look for a
  /// place among many nodes, most of which are full.
  public static boolean fits(PodShape pod, NodeRoom room, ClusterShape cluster) {
    return room.holds(pod.requests()) && check(pod, room, cluster).fits();
  }

  /// What a scheduler tells of a pod that fits nowhere: `0/3 nodes are available: 1 Insufficient
  /// cpu, 2 node(s) were unschedulable.`
  public static String summary(Collection<Fit> fits) {
    Map<String, Integer> reasons = new LinkedHashMap<>();
    for (Fit fit : fits) {
      if (fit instanceof Fit.Refused refused) {
        refused.reasons().forEach(reason -> reasons.merge(reason, 1, Integer::sum));
      }
    }
    if (fits.isEmpty()) {
      return "0/0 nodes are available: no nodes available to schedule pods.";
    }
    List<String> counted =
        reasons.entrySet().stream().map(e -> e.getValue() + " " + e.getKey()).sorted().toList();
    return "0/" + fits.size() + " nodes are available: " + String.join(", ", counted) + ".";
  }

  /// The rules that need nothing but the node and what is on it.
  private static Fit.@Nullable Refused alone(PodShape pod, NodeRoom room) {
    PodPlacement placement = pod.placement();
    NodeShape node = room.node();
    if (!placement.schedulingGates().isEmpty()) {
      return refused(
          Fit.Cause.SCHEDULING_GATE, "Scheduling is blocked due to non-empty scheduling gates");
    }
    if (!placement.resourceClaims().isEmpty()) {
      return refused(
          Fit.Cause.NOT_SUPPORTED,
          "dynamic resource claims are not supported: " + placement.resourceClaims());
    }
    if (node.unschedulable() && !placement.tolerates(Unschedulable.TAINT)) {
      return refused(Fit.Cause.UNSCHEDULABLE, "node(s) were unschedulable");
    }
    Taint taint = placement.firstUntolerated(node);
    if (taint != null) {
      return refused(
          Fit.Cause.TAINT,
          "node(s) had untolerated taint {" + taint.key() + ": " + taint.value() + "}");
    }
    if (!placement.selects(node)) {
      return refused(Fit.Cause.NODE_AFFINITY, "node(s) didn't match Pod's node affinity/selector");
    }
    if (portTaken(placement.hostPorts(), room)) {
      return refused(
          Fit.Cause.HOST_PORT, "node(s) didn't have free ports for the requested pod ports");
    }
    if (!room.holds(pod.requests())) {
      return new Fit.Refused(Fit.Cause.RESOURCES, room.shortages(pod.requests()));
    }
    return null;
  }

  /// What a cordon is to tolerations. A holder, since it is asked for only on cordoned nodes.
  private static final class Unschedulable {
    static final Taint TAINT = new Taint("node.kubernetes.io/unschedulable", "", "NoSchedule");
  }

  private static boolean portTaken(List<HostPort> ports, NodeRoom room) {
    if (ports.isEmpty()) {
      return false;
    }
    for (PodShape other : room.pods()) {
      for (HostPort taken : other.placement().hostPorts()) {
        for (HostPort port : ports) {
          if (port.conflicts(taken)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static Fit.@Nullable Refused volumes(PodShape pod, NodeShape node, ClusterShape cluster) {
    for (PodVolume volume : pod.volumes()) {
      if (!(volume instanceof PodVolume.Claim(_, String name, boolean ephemeral))) {
        continue;
      }
      VolumeClaim claim = cluster.claim(pod.namespace(), name);
      if (claim == null) {
        if (ephemeral) {
          continue; // made with the pod, bound where the pod goes
        }
        return refused(Fit.Cause.VOLUME, "persistentvolumeclaim \"" + name + "\" not found");
      }
      if (!claim.bound() && !claim.waitsForConsumer()) {
        return refused(Fit.Cause.VOLUME, "pod has unbound immediate PersistentVolumeClaims");
      }
      if (claim.readWriteOncePod() && cluster.claimInUse(pod.namespace(), name)) {
        return refused(
            Fit.Cause.VOLUME,
            "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod"
                + " access mode");
      }
      if (!claim.nodeTerms().isEmpty()
          && claim.nodeTerms().stream().noneMatch(term -> term.matches(node))) {
        return refused(Fit.Cause.VOLUME, "node(s) had volume node affinity conflict");
      }
    }
    return null;
  }

  /// What makes two spread questions the same.
  private record SpreadQuestion(
      SpreadConstraint constraint,
      List<String> keys,
      String namespace,
      @Nullable PodPlacement placement) {}

  private static Fit.@Nullable Refused spread(PodShape pod, NodeShape node, ClusterShape cluster) {
    List<SpreadConstraint> constraints = pod.placement().spread();
    List<String> keys = constraints.stream().map(SpreadConstraint::topologyKey).toList();
    for (SpreadConstraint each : constraints) {
      String value = node.labels().get(each.topologyKey());
      if (value == null) {
        return refused(
            Fit.Cause.TOPOLOGY_SPREAD,
            "node(s) didn't match pod topology spread constraints (missing required label)");
      }
      DomainCounts counts = spreadCounts(pod, each, keys, cluster);
      int fewest = counts.domains() < each.minDomains() ? 0 : counts.smallest();
      int self = each.selector().matches(pod.labels()) ? 1 : 0;
      if (counts.in(value) + self - fewest > each.maxSkew()) {
        return refused(
            Fit.Cause.TOPOLOGY_SPREAD, "node(s) didn't match pod topology spread constraints");
      }
    }
    return null;
  }

  private static DomainCounts spreadCounts(
      PodShape pod, SpreadConstraint constraint, List<String> keys, ClusterShape cluster) {
    PodPlacement placement = pod.placement();
    boolean choosy = constraint.honorNodeAffinity() || constraint.honorNodeTaints();
    Object question =
        new SpreadQuestion(constraint, keys, pod.namespace(), choosy ? placement : null);
    return cluster.counts(
        question,
        () ->
            new DomainCounts(
                constraint.topologyKey(),
                node ->
                    node.labels().keySet().containsAll(keys)
                        && (!constraint.honorNodeAffinity() || placement.selects(node))
                        && (!constraint.honorNodeTaints() || placement.toleratesAll(node)),
                other ->
                    !other.isTerminating()
                        && other.namespace().equals(pod.namespace())
                        && constraint.selector().matches(other.labels())));
  }

  private static Fit.@Nullable Refused neighbours(
      PodShape pod, NodeShape node, ClusterShape cluster) {
    if (!pod.placement().affinity().isEmpty() && !attracted(pod, node, cluster)) {
      return refused(Fit.Cause.POD_AFFINITY, "node(s) didn't match pod affinity rules");
    }
    for (PodTerm term : pod.placement().antiAffinity()) {
      String value = node.labels().get(term.topologyKey());
      if (value != null && termCounts(List.of(term), term, cluster).in(value) > 0) {
        return refused(Fit.Cause.POD_AFFINITY, "node(s) didn't match pod anti-affinity rules");
      }
    }
    if (cluster.repelled(pod, node)) {
      return refused(
          Fit.Cause.POD_AFFINITY, "node(s) didn't satisfy existing pods anti-affinity rules");
    }
    return null;
  }

  /// Whether pods that match all terms are in the node's domain of each. When there are none
  /// anywhere, the first of a series may go where its own labels match.
  private static boolean attracted(PodShape pod, NodeShape node, ClusterShape cluster) {
    List<PodTerm> terms = pod.placement().affinity();
    boolean all = true;
    int anywhere = 0;
    for (PodTerm term : terms) {
      String value = node.labels().get(term.topologyKey());
      if (value == null) {
        return false;
      }
      DomainCounts counts = termCounts(terms, term, cluster);
      anywhere += counts.total();
      all &= counts.in(value) > 0;
    }
    return all || (anywhere == 0 && matchesAll(terms, pod, cluster));
  }

  /// What makes two affinity questions the same.
  private record TermQuestion(List<PodTerm> terms, String topologyKey) {}

  private static DomainCounts termCounts(List<PodTerm> terms, PodTerm term, ClusterShape cluster) {
    return cluster.counts(
        new TermQuestion(terms, term.topologyKey()),
        () ->
            new DomainCounts(
                term.topologyKey(), _ -> true, other -> matchesAll(terms, other, cluster)));
  }

  private static boolean matchesAll(List<PodTerm> terms, PodShape pod, ClusterShape cluster) {
    Map<String, String> labels = cluster.namespaceLabels(pod.namespace());
    for (PodTerm term : terms) {
      if (!term.matches(pod, labels)) {
        return false;
      }
    }
    return true;
  }

  private static Fit.Refused refused(Fit.Cause cause, String reason) {
    return new Fit.Refused(cause, List.of(reason));
  }
}
