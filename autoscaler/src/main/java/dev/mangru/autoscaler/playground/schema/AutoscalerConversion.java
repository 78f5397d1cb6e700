package dev.mangru.autoscaler.playground.schema;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `autoscaling/v1` and `v2`. What v1 has no field for travels in annotations, as upstream
/// (`pkg/apis/autoscaling/annotations.go`), so that nothing is lost on the way there and back.
final class AutoscalerConversion {

  private static final String PREFIX = "autoscaling.alpha.kubernetes.io/";
  static final String METRICS = PREFIX + "metrics";
  static final String CURRENT_METRICS = PREFIX + "current-metrics";
  static final String CONDITIONS = PREFIX + "conditions";
  static final String BEHAVIOR = PREFIX + "behavior";

  private static final JsonMapper JSON = new JsonMapper();

  private AutoscalerConversion() {}

  static void toV1(ObjectNode autoscaler) {
    if (autoscaler.get("spec") instanceof ObjectNode spec) {
      List<JsonNode> others = new ArrayList<>();
      for (JsonNode metric : spec.path("metrics").values()) {
        JsonNode percent = cpuUtilization(metric, "target");
        if (percent != null && !spec.has("targetCPUUtilizationPercentage")) {
          spec.set("targetCPUUtilizationPercentage", percent);
        } else {
          others.add(metric);
        }
      }
      spec.remove("metrics");
      if (!others.isEmpty()) {
        annotate(autoscaler, METRICS, JSON.createArrayNode().addAll(others));
      }
      JsonNode behavior = spec.remove("behavior");
      if (behavior != null) {
        annotate(autoscaler, BEHAVIOR, behavior);
      }
    }
    if (autoscaler.get("status") instanceof ObjectNode status) {
      statusToV1(autoscaler, status);
    }
  }

  private static void statusToV1(ObjectNode autoscaler, ObjectNode status) {
    JsonNode current = status.remove("currentMetrics");
    if (current != null && !current.isEmpty()) {
      List<JsonNode> others = new ArrayList<>();
      for (JsonNode metric : current.values()) {
        JsonNode percent = cpuUtilization(metric, "current");
        if (percent != null && !status.has("currentCPUUtilizationPercentage")) {
          status.set("currentCPUUtilizationPercentage", percent);
        }
        others.add(metric);
      }
      annotate(autoscaler, CURRENT_METRICS, JSON.createArrayNode().addAll(others));
    }
    JsonNode conditions = status.remove("conditions");
    if (conditions != null && !conditions.isEmpty()) {
      annotate(autoscaler, CONDITIONS, conditions);
    }
  }

  static void toV2(ObjectNode autoscaler) {
    ObjectNode spec = Nodes.object(autoscaler, "spec");
    ArrayNode metrics = JSON.createArrayNode();
    JsonNode percent = spec.remove("targetCPUUtilizationPercentage");
    if (percent != null && !percent.isNull()) {
      ObjectNode target =
          metrics
              .addObject()
              .put("type", "Resource")
              .putObject("resource")
              .put("name", "cpu")
              .putObject("target");
      target.put("type", "Utilization").set("averageUtilization", percent);
    }
    if (annotation(autoscaler, METRICS) instanceof ArrayNode others) {
      metrics.addAll(others);
    }
    if (!metrics.isEmpty()) {
      spec.set("metrics", metrics);
    }
    if (annotation(autoscaler, BEHAVIOR) instanceof ObjectNode behavior) {
      spec.set("behavior", behavior);
    }
    statusToV2(autoscaler);
    if (autoscaler.path("metadata").path("annotations").isEmpty()
        && autoscaler.get("metadata") instanceof ObjectNode metadata) {
      metadata.remove("annotations");
    }
  }

  private static void statusToV2(ObjectNode autoscaler) {
    JsonNode current = annotation(autoscaler, CURRENT_METRICS);
    JsonNode conditions = annotation(autoscaler, CONDITIONS);
    if (!(autoscaler.get("status") instanceof ObjectNode status)) {
      return;
    }
    JsonNode percent = status.remove("currentCPUUtilizationPercentage");
    if (current instanceof ArrayNode) {
      status.set("currentMetrics", current);
    } else if (percent != null) {
      status
          .putArray("currentMetrics")
          .addObject()
          .put("type", "Resource")
          .putObject("resource")
          .put("name", "cpu")
          .putObject("current")
          .set("averageUtilization", percent);
    }
    if (conditions instanceof ArrayNode) {
      status.set("conditions", conditions);
    }
  }

  private static @Nullable JsonNode cpuUtilization(JsonNode metric, String part) {
    JsonNode resource = metric.path("resource");
    return Nodes.text(metric, "type").equals("Resource")
            && Nodes.text(resource, "name").equals("cpu")
        ? resource.path(part).get("averageUtilization")
        : null;
  }

  private static void annotate(ObjectNode object, String name, JsonNode value) {
    Nodes.object(Nodes.object(object, "metadata"), "annotations").put(name, value.toString());
  }

  /// Takes the annotation away and reads it; null if there is none.
  private static @Nullable JsonNode annotation(ObjectNode object, String name) {
    if (!(object.path("metadata").get("annotations") instanceof ObjectNode annotations)) {
      return null;
    }
    JsonNode text = annotations.remove(name);
    if (text == null) {
      return null;
    }
    try {
      return JSON.readTree(text.asString(""));
    } catch (JacksonException e) {
      throw KubeApiException.badRequest(
          "annotation " + name + " holds no JSON: " + e.getOriginalMessage());
    }
  }
}
