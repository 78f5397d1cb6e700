package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.PodCondition;
import dev.mangru.autoscaler.node.shape.PodShape;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Which pods want nodes. Immutable.
///
/// @param wanting pods for which no node is there, in the order given
/// @param leftOut keys of pods that wait and get no node, by the reason
public record PendingPods(List<PodShape> wanting, Map<String, List<String>> leftOut) {

  /// Delays the help for one pod; a duration in Go's notation such as `10m`.
  static final String DELAY = "cluster-autoscaler.kubernetes.io/pod-scale-up-delay";

  public PendingPods {
    wanting = List.copyOf(wanting);
    Map<String, List<String>> copy = new TreeMap<>();
    leftOut.forEach((reason, pods) -> copy.put(reason, List.copyOf(pods)));
    leftOut = Collections.unmodifiableMap(copy);
  }

  /// Looks through all pods.
  ///
  /// @param expendableBelow pods of a lower priority get no node
  /// @param delay pods younger than this get no node yet
  public static PendingPods of(
      Collection<PodShape> pods, int expendableBelow, Duration delay, Instant now) {
    List<PodShape> wanting = new ArrayList<>();
    Map<String, List<String>> leftOut = new TreeMap<>();
    for (PodShape pod : pods) {
      if (pod.nodeName() != null || pod.hasEnded()) {
        continue;
      }
      String reason = leftOut(pod, expendableBelow, delay, now);
      if (reason.isEmpty()) {
        wanting.add(pod);
      } else {
        leftOut.computeIfAbsent(reason, _ -> new ArrayList<>()).add(pod.key());
      }
    }
    return new PendingPods(wanting, leftOut);
  }

  private static String leftOut(PodShape pod, int expendableBelow, Duration delay, Instant now) {
    PodCondition scheduled = pod.life().condition("PodScheduled");
    if (pod.isTerminating()) {
      return "being deleted";
    }
    if (!pod.placement().schedulingGates().isEmpty()) {
      return "waiting for scheduling gates";
    }
    if (scheduled == null
        || !scheduled.status().equals("False")
        || !scheduled.reason().equals("Unschedulable")) {
      return "not yet looked at by the scheduler";
    }
    if (pod.ofDaemonSet()) {
      return "of a DaemonSet";
    }
    if (pod.priority() < expendableBelow) {
      return "expendable: priority below " + expendableBelow;
    }
    Instant created = pod.life().created();
    if (created != null && created.plus(delay(pod, delay)).isAfter(now)) {
      return "younger than the delay for new pods";
    }
    return "";
  }

  /// The longer of the pod's own delay and everybody's. One that cannot be read counts as none.
  private static Duration delay(PodShape pod, Duration everybody) {
    String own = pod.annotations().get(DELAY);
    Duration parsed = own == null ? Duration.ZERO : GoDuration.parse(own).orElse(Duration.ZERO);
    return parsed.compareTo(everybody) > 0 ? parsed : everybody;
  }
}
