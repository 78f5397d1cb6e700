package dev.mangru.autoscaler.playground.sim.workload;

import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Makes pods out of templates. Defaults come when the pod is created; the priority of the two
/// classes that every cluster has is put in here, since priority classes are not served.
final class PodFactory {

  private static final int SYSTEM_NODE_CRITICAL = 2_000_001_000;
  private static final int SYSTEM_CLUSTER_CRITICAL = 2_000_000_000;

  private PodFactory() {}

  /// A pod for `owner`, without a name.
  static ObjectNode pod(JsonNode owner, String apiVersion, String kind) {
    JsonNode template = Fields.at(owner, "spec", "template");
    ObjectNode pod = Fields.newObject("v1", "Pod", Fields.namespace(owner), "");
    ObjectNode metadata = Fields.object(pod, "metadata");
    copy(template.path("metadata"), metadata, "labels");
    copy(template.path("metadata"), metadata, "annotations");
    Fields.own(pod, owner, apiVersion, kind);
    pod.set("spec", template.path("spec").deepCopy());
    ObjectNode spec = Fields.object(pod, "spec");
    if (!spec.has("priority")) {
      spec.put("priority", priority(Fields.text(spec, "priorityClassName")));
    }
    return pod;
  }

  private static void copy(JsonNode from, ObjectNode to, String field) {
    if (from.path(field).isObject()) {
      to.set(field, from.path(field).deepCopy());
    }
  }

  private static int priority(String priorityClass) {
    return switch (priorityClass) {
      case "system-node-critical" -> SYSTEM_NODE_CRITICAL;
      case "system-cluster-critical" -> SYSTEM_CLUSTER_CRITICAL;
      default -> 0;
    };
  }
}
