package dev.mangru.autoscaler.playground.sim.cluster;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What controllers ask about pods.
public final class Pods {

  private Pods() {}

  /// `status.phase`; a new pod is `Pending`.
  public static String phase(JsonNode pod) {
    String phase = Fields.text(pod, "status", "phase");
    return phase.isEmpty() ? "Pending" : phase;
  }

  /// Whether its containers have ended for good.
  public static boolean finished(JsonNode pod) {
    String phase = phase(pod);
    return phase.equals("Succeeded") || phase.equals("Failed");
  }

  /// Whether it counts as a replica: neither finished nor on its way out.
  public static boolean active(JsonNode pod) {
    return !finished(pod) && !Fields.deleting(pod);
  }

  /// Whether it takes requests.
  public static boolean ready(JsonNode pod) {
    return Conditions.isTrue(pod, "Ready");
  }

  /// Whether it has been ready for `minReadySeconds`.
  public static boolean available(JsonNode pod, int minReadySeconds, Instant now) {
    if (!ready(pod)) {
      return false;
    }
    Instant since = Conditions.since(pod, "Ready");
    return minReadySeconds == 0
        || (since != null && !since.plusSeconds(minReadySeconds).isAfter(now));
  }

  /// The node it is bound to, or empty.
  public static String node(JsonNode pod) {
    return Fields.text(pod, "spec", "nodeName");
  }

  /// Pods by the uid of their controller, in the order given; those without one are left out.
  public static Map<String, List<ObjectNode>> byController(List<ObjectNode> pods) {
    Map<String, List<ObjectNode>> found = new HashMap<>();
    for (ObjectNode pod : pods) {
      String uid = Fields.text(Fields.controller(pod), "uid");
      if (!uid.isEmpty()) {
        found.computeIfAbsent(uid, _ -> new ArrayList<>()).add(pod);
      }
    }
    return found;
  }
}
