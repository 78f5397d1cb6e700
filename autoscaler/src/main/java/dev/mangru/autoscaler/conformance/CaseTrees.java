package dev.mangru.autoscaler.conformance;

import dev.mangru.autoscaler.node.provider.NodeTemplate;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.PodShapes;
import dev.mangru.autoscaler.node.shape.Resources;
import dev.mangru.autoscaler.node.shape.Taint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads what the node autoscaler's cases say of pods and nodes. Pods become Kubernetes objects and
/// go through the same reader as those of a cluster.
final class CaseTrees {

  static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  /// Times further from now than this are not relative: seconds of the epoch in a taint.
  private static final long LARGEST_RELATIVE_SECONDS = 1_000_000_000;

  private static final JsonMapper JSON = new JsonMapper();

  private CaseTrees() {}

  /// Seconds with fractions; zero when not told.
  static Duration seconds(JsonNode value) {
    return value.isNumber()
        ? Duration.ofNanos(value.decimalValue().movePointRight(9).longValue())
        : Duration.ZERO;
  }

  static Map<String, String> texts(JsonNode tree) {
    Map<String, String> all = new HashMap<>();
    tree.properties().forEach(each -> all.put(each.getKey(), each.getValue().asString("")));
    return all;
  }

  static Resources resources(JsonNode tree, long pods) {
    long gpus = tree.path("gpu").asLong(0);
    return new Resources(
        tree.path("cpuMilli").asLong(0),
        tree.path("memory").asLong(0),
        0,
        pods,
        gpus > 0 ? Map.of("nvidia.com/gpu", gpus) : Map.of());
  }

  static NodeShape node(JsonNode tree) {
    List<Taint> taints = new ArrayList<>();
    for (JsonNode each : tree.path("taints")) {
      taints.add(
          new Taint(
              each.path("key").asString(),
              moment(each.path("value").asString("")),
              each.path("effect").asString("NoSchedule")));
    }
    return NodeShape.of(tree.path("name").asString(), resources(tree.path("allocatable"), 110))
        .withAnnotations(texts(tree.path("annotations")))
        .withTaints(taints)
        .ready(tree.path("ready").asBoolean(true), null);
  }

  /// A taint's value that is a time relative to now becomes one of the epoch.
  private static String moment(String value) {
    try {
      long seconds = Long.parseLong(value);
      return Math.abs(seconds) < LARGEST_RELATIVE_SECONDS
          ? Long.toString(NOW.getEpochSecond() + seconds)
          : value;
    } catch (NumberFormatException _) {
      return value; // not a time at all
    }
  }

  static NodeTemplate template(JsonNode tree) {
    List<PodShape> pods = new ArrayList<>();
    tree.path("podRequests").forEach(each -> pods.add(pod(each)));
    NodeShape node =
        new NodeShape(
            "node",
            texts(tree.path("labels")),
            Map.of(),
            List.of(),
            false,
            resources(tree.path("capacity"), 0),
            resources(tree.path("allocatable"), 0),
            true,
            null,
            null,
            false,
            "");
    return new NodeTemplate(node, pods);
  }

  /// A pod of the short form: requests and what runs it.
  static PodShape pod(JsonNode tree) {
    ObjectNode object = JSON.createObjectNode();
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("name", tree.path("name").asString("pod"));
    if (tree.path("daemonSet").asBoolean(false)) {
      ObjectNode owner = metadata.putArray("ownerReferences").addObject();
      owner.put("apiVersion", "apps/v1").put("kind", "DaemonSet");
      owner.put("name", "ds").put("controller", true);
    }
    if (tree.path("mirror").asBoolean(false)) {
      metadata.putObject("annotations").put("kubernetes.io/config.mirror", "yes");
    }
    if (tree.hasNonNull("deletionTimestamp")) {
      metadata.put("deletionTimestamp", at(tree.path("deletionTimestamp")));
    }
    ObjectNode spec = object.putObject("spec");
    container(spec.putArray("containers").addObject(), tree);
    for (JsonNode each : tree.path("initContainers")) {
      ObjectNode container = spec.withArray("initContainers").addObject();
      container(container, each);
      if (each.path("restartAlways").asBoolean(false)) {
        container.put("restartPolicy", "Always");
      }
    }
    return PodShapes.of(object);
  }

  private static void container(ObjectNode container, JsonNode tree) {
    ObjectNode requests = container.putObject("resources").putObject("requests");
    if (tree.hasNonNull("cpuMilli")) {
      requests.put("cpu", tree.path("cpuMilli").asLong() + "m");
    }
    if (tree.hasNonNull("memory")) {
      requests.put("memory", tree.path("memory").asLong() + "");
    }
    if (tree.hasNonNull("gpu")) {
      requests.put("nvidia.com/gpu", tree.path("gpu").asLong() + "");
    }
  }

  /// A pod of the binpacking cases.
  static PodShape podOfGroup(JsonNode tree, String name) {
    ObjectNode object = JSON.createObjectNode();
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("name", name).set("labels", tree.path("labels"));
    ObjectNode spec = object.putObject("spec");
    ObjectNode container = spec.putArray("containers").addObject();
    ObjectNode requests = container.putObject("resources").putObject("requests");
    requests.put("cpu", tree.path("cpuMilli").asLong() + "m");
    requests.put("memory", tree.path("memoryBytes").asLong() + "");
    if (tree.hasNonNull("hostPort")) {
      container.putArray("ports").addObject().set("hostPort", tree.path("hostPort"));
    }
    JsonNode spread = tree.path("topologySpread");
    if (spread.isObject()) {
      ArrayNode constraints = spec.putArray("topologySpreadConstraints");
      ObjectNode constraint = constraints.addObject();
      constraint.setAll((ObjectNode) spread);
      constraint.remove("matchLabels");
      constraint.putObject("labelSelector").set("matchLabels", spread.path("matchLabels"));
    }
    return PodShapes.of(object);
  }

  /// A pod of the drain cases: nearly a Kubernetes object, with times relative to now.
  static PodShape fullPod(JsonNode tree) {
    ObjectNode object = JSON.createObjectNode();
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("name", tree.path("name").asString(""));
    metadata.put("namespace", tree.path("namespace").asString(""));
    metadata.put("uid", tree.path("key").asString(""));
    metadata.set("labels", tree.path("labels"));
    metadata.set("annotations", tree.path("annotations"));
    if (tree.path("owner").isObject()) {
      metadata.putArray("ownerReferences").add(tree.path("owner"));
    }
    for (String time : List.of("creationTimestamp", "deletionTimestamp")) {
      if (tree.hasNonNull(time)) {
        metadata.put(time, at(tree.path(time)));
      }
    }
    ObjectNode spec = object.putObject("spec");
    spec.set("volumes", tree.path("volumes"));
    spec.set("restartPolicy", tree.path("restartPolicy"));
    spec.set("terminationGracePeriodSeconds", tree.path("terminationGracePeriodSeconds"));
    object.putObject("status").set("phase", tree.path("phase"));
    return PodShapes.of(object);
  }

  private static String at(JsonNode seconds) {
    return NOW.plus(seconds(seconds)).toString();
  }
}
