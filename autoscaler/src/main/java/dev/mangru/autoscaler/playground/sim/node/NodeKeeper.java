package dev.mangru.autoscaler.playground.sim.node;

import dev.mangru.autoscaler.playground.schema.Quantity;
import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Conditions;
import dev.mangru.autoscaler.playground.sim.cluster.Events;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Keeps nodes alive: kubelets renew leases and post their status, and the node lifecycle
/// controller taints and marks those that do not. Not thread-safe.
///
/// A node with the annotation `mangru.io/playground-dead: "true"` stops answering, for people who
/// want to see what happens then.
public final class NodeKeeper {

  /// Kubelet's nodeLeaseDurationSeconds and its renewal after a quarter of that.
  private static final int LEASE_SECONDS = 40;

  private static final Duration RENEW = Duration.ofSeconds(10);

  /// Kubelet's nodeStatusReportFrequency.
  private static final Duration REPORT = Duration.ofMinutes(5);

  /// A node is ready this long after it joined.
  private static final Duration SETTLES = Duration.ofSeconds(2);

  /// Controller manager's nodeMonitorGracePeriod, as of Kubernetes 1.32.
  private static final Duration GRACE = Duration.ofSeconds(50);

  private static final String DEAD = "mangru.io/playground-dead";
  private static final String UNREACHABLE = "node.kubernetes.io/unreachable";
  private static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
  private static final String NAMESPACE = "kube-node-lease";
  private static final String CONTROLLER = "node-controller";
  private static final double MILLI = 1000;
  private static final DateTimeFormatter MICRO_TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final Cluster cluster;
  private final Events events;
  private final Map<String, Instant> renewed = new HashMap<>();
  private final Map<String, Instant> answered = new HashMap<>();

  /// The keeper of a cluster's nodes.
  public NodeKeeper(Cluster cluster, Events events) {
    this.cluster = cluster;
    this.events = events;
  }

  static boolean isDead(JsonNode node) {
    return Fields.annotation(node, DEAD).equals("true");
  }

  static String address(JsonNode node) {
    return Fields.text(Fields.at(node, "status", "addresses").path(0), "address");
  }

  static double cores(JsonNode node) {
    String cpu = Fields.text(node, "status", "capacity", "cpu");
    return cpu.isEmpty() ? 0 : Quantity.milli(cpu) / MILLI;
  }

  /// Looks after every node once.
  public void run(Instant now) {
    List<ObjectNode> nodes = cluster.list(Kinds.NODES);
    Set<String> names = new HashSet<>();
    for (ObjectNode node : nodes) {
      names.add(Fields.name(node));
      if (isDead(node)) {
        mourn(node, now);
      } else {
        answered.put(Fields.name(node), now);
        renew(node, now);
        report(node, now);
      }
      cordon(node, now);
    }
    if (!renewed.keySet().equals(names)) {
      renewed.keySet().retainAll(names);
      answered.keySet().retainAll(names);
      for (ObjectNode lease : cluster.list(Kinds.LEASES, NAMESPACE)) {
        if (!names.contains(Fields.name(lease))) {
          cluster.delete(Kinds.LEASES, lease, DeleteOptions.immediate());
        }
      }
    }
  }

  // ---- the kubelet's part
  // ----------------------------------------------------------------------

  private void renew(ObjectNode node, Instant now) {
    String name = Fields.name(node);
    Instant last = renewed.get(name);
    if (last != null && last.plus(RENEW).isAfter(now)) {
      return;
    }
    renewed.put(name, now);
    ObjectNode lease = cluster.find(Kinds.LEASES, NAMESPACE, name);
    String time = micro(now);
    if (lease == null) {
      ObjectNode fresh = Fields.newObject("coordination.k8s.io/v1", "Lease", NAMESPACE, name);
      Fields.array(Fields.object(fresh, "metadata"), "ownerReferences")
          .addObject()
          .put("apiVersion", "v1")
          .put("kind", "Node")
          .put("name", name)
          .put("uid", Fields.uid(node));
      fresh
          .putObject("spec")
          .put("holderIdentity", name)
          .put("leaseDurationSeconds", LEASE_SECONDS)
          .put("renewTime", time);
      cluster.create(Kinds.LEASES, fresh);
    } else {
      cluster.change(
          Kinds.LEASES, lease, copy -> Fields.object(copy, "spec").put("renewTime", time));
    }
  }

  /// Kubernetes' MicroTime: always six digits of a second.
  private static String micro(Instant now) {
    return MICRO_TIME.format(now);
  }

  private void report(ObjectNode node, Instant now) {
    JsonNode ready = Conditions.find(node, "Ready");
    boolean isReady = Fields.text(ready, "status").equals("True");
    Instant created = Fields.time(node, "metadata", "creationTimestamp");
    Instant heartbeat = Fields.time(ready, "lastHeartbeatTime");
    if (isReady && heartbeat != null && heartbeat.plus(REPORT).isAfter(now)) {
      return;
    }
    if (!isReady && created != null && created.plus(SETTLES).isAfter(now)) {
      return;
    }
    ObjectNode after =
        cluster.change(
            Kinds.NODES,
            node,
            copy -> {
              NodeObjects.ready(copy, now);
              Taints.remove(copy, UNREACHABLE);
              for (JsonNode condition : Fields.at(copy, "status", "conditions")) {
                if (condition instanceof ObjectNode one) {
                  one.put("lastHeartbeatTime", Fields.stamp(now));
                }
              }
            });
    if (after != null && !isReady) {
      String name = Fields.name(node);
      events.normal(
          node, Kubelets.COMPONENT, "NodeReady", "Node " + name + " status is now: NodeReady", now);
      events.normal(
          node,
          CONTROLLER,
          "RegisteredNode",
          "Node " + name + " event: Registered Node " + name + " in Controller",
          now);
    }
  }

  // ---- the controller's part
  // -------------------------------------------------------------------

  private void cordon(ObjectNode node, Instant now) {
    boolean cordoned = Fields.flag(node, "spec", "unschedulable");
    if (cordoned == Taints.has(node, UNSCHEDULABLE, "NoSchedule")) {
      return;
    }
    cluster.change(
        Kinds.NODES,
        node,
        copy -> {
          if (Fields.flag(copy, "spec", "unschedulable")) {
            Taints.add(copy, UNSCHEDULABLE, "NoSchedule", now);
          } else {
            Taints.remove(copy, UNSCHEDULABLE);
          }
        });
  }

  /// A node that has not answered for a while is unknown, its pods are not ready, and after what
  /// they tolerate they are deleted.
  private void mourn(ObjectNode node, Instant now) {
    String name = Fields.name(node);
    Instant last = answered.computeIfAbsent(name, _ -> now);
    if (last.plus(GRACE).isAfter(now)) {
      return;
    }
    if (!Fields.text(Conditions.find(node, "Ready"), "status").equals("Unknown")) {
      cluster.change(
          Kinds.NODES,
          node,
          copy -> {
            Conditions.set(
                copy,
                "Ready",
                "Unknown",
                "NodeStatusUnknown",
                "Kubelet stopped posting node status.",
                now);
            Taints.add(copy, UNREACHABLE, "NoSchedule", now);
            Taints.add(copy, UNREACHABLE, "NoExecute", now);
          });
      events.normal(
          node, CONTROLLER, "NodeNotReady", "Node " + name + " status is now: NodeNotReady", now);
    }
    Instant since = Conditions.since(node, "Ready");
    for (ObjectNode pod : cluster.list(Kinds.PODS)) {
      if (Pods.node(pod).equals(name)) {
        abandon(pod, since == null ? now : since, now);
      }
    }
  }

  private void abandon(ObjectNode pod, Instant since, Instant now) {
    if (Pods.ready(pod)) {
      cluster.change(
          Kinds.PODS,
          pod,
          copy ->
              Conditions.setOfPod(
                  copy, "Ready", "False", "NodeNotReady", "Node is not ready", now));
    }
    Long tolerated = toleratedSeconds(pod);
    if (tolerated != null && !since.plusSeconds(tolerated).isAfter(now)) {
      events.normal(
          pod,
          "taint-eviction-controller",
          "TaintManagerEviction",
          "Marking for deletion Pod " + Fields.namespace(pod) + "/" + Fields.name(pod),
          now);
      // Nobody is left to end it gracefully.
      cluster.delete(Kinds.PODS, pod, DeleteOptions.immediate());
    }
  }

  /// Null for a pod that stays whatever happens.
  private static @Nullable Long toleratedSeconds(ObjectNode pod) {
    for (JsonNode toleration : Fields.at(pod, "spec", "tolerations")) {
      String key = Fields.text(toleration, "key");
      String effect = Fields.text(toleration, "effect");
      if ((key.equals(UNREACHABLE) || key.isEmpty())
          && (effect.equals("NoExecute") || effect.isEmpty())) {
        return toleration.has("tolerationSeconds")
            ? toleration.path("tolerationSeconds").asLong(0)
            : null;
      }
    }
    return 0L;
  }
}
