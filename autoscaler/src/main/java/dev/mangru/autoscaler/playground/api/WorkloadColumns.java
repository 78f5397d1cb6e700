package dev.mangru.autoscaler.playground.api;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Columns of what makes pods and of what scales it (kubernetes `pkg/printers/internalversion`).
final class WorkloadColumns {

  /// Per resource in its storage version.
  static final Map<String, TableColumns> ALL =
      Map.of(
          "apps/deployments",
          TableColumns.of(
              "Name|Ready|Up-to-date#|Available#|Age|+Containers|+Images|+Selector",
              WorkloadColumns::deployment),
          "apps/replicasets",
          TableColumns.of(
              "Name|Desired#|Current#|Ready#|Age|+Containers|+Images|+Selector",
              WorkloadColumns::replicaSet),
          "apps/daemonsets",
          TableColumns.of(
              "Name|Desired#|Current#|Ready#|Up-to-date#|Available#|Node Selector|Age|+Containers"
                  + "|+Images|+Selector",
              WorkloadColumns::daemonSet),
          "apps/statefulsets",
          TableColumns.of("Name|Ready|Age|+Containers|+Images", WorkloadColumns::statefulSet),
          "apps/controllerrevisions",
          TableColumns.of("Name|Controller|Revision#|Age", WorkloadColumns::revision),
          "autoscaling/horizontalpodautoscalers",
          TableColumns.of(
              "Name|Reference|Targets|MinPods|MaxPods#|Replicas#|Age", WorkloadColumns::autoscaler),
          "policy/poddisruptionbudgets",
          TableColumns.of(
              "Name|Min Available|Max Unavailable|Allowed Disruptions#|Age",
              WorkloadColumns::budget));

  /// Metrics that the column TARGETS names; the rest is counted.
  private static final int MAX_TARGETS = 2;

  private WorkloadColumns() {}

  private static List<Object> deployment(ObjectNode object, Instant now) {
    JsonNode spec = object.path("spec");
    JsonNode status = object.path("status");
    return List.of(
        name(object),
        status.path("readyReplicas").asInt(0) + "/" + spec.path("replicas").asInt(0),
        status.path("updatedReplicas").asInt(0),
        status.path("availableReplicas").asInt(0),
        age(object, now),
        containers(spec, "name"),
        containers(spec, "image"),
        HumanText.selector(spec.path("selector")));
  }

  private static List<Object> replicaSet(ObjectNode object, Instant now) {
    JsonNode spec = object.path("spec");
    JsonNode status = object.path("status");
    return List.of(
        name(object),
        spec.path("replicas").asInt(0),
        status.path("replicas").asInt(0),
        status.path("readyReplicas").asInt(0),
        age(object, now),
        containers(spec, "name"),
        containers(spec, "image"),
        HumanText.selector(spec.path("selector")));
  }

  private static List<Object> daemonSet(ObjectNode object, Instant now) {
    JsonNode spec = object.path("spec");
    JsonNode status = object.path("status");
    return List.of(
        name(object),
        status.path("desiredNumberScheduled").asInt(0),
        status.path("currentNumberScheduled").asInt(0),
        status.path("numberReady").asInt(0),
        status.path("updatedNumberScheduled").asInt(0),
        status.path("numberAvailable").asInt(0),
        HumanText.labels(spec.path("template").path("spec").path("nodeSelector")),
        age(object, now),
        containers(spec, "name"),
        containers(spec, "image"),
        HumanText.selector(spec.path("selector")));
  }

  private static List<Object> statefulSet(ObjectNode object, Instant now) {
    JsonNode spec = object.path("spec");
    return List.of(
        name(object),
        object.path("status").path("readyReplicas").asInt(0) + "/" + spec.path("replicas").asInt(0),
        age(object, now),
        containers(spec, "name"),
        containers(spec, "image"));
  }

  private static List<Object> revision(ObjectNode object, Instant now) {
    String controller = HumanText.NONE;
    for (JsonNode owner : object.path("metadata").path("ownerReferences")) {
      if (owner.path("controller").asBoolean(false)) {
        String apiVersion = owner.path("apiVersion").asString("");
        int slash = apiVersion.indexOf('/');
        controller =
            owner.path("kind").asString("").toLowerCase(java.util.Locale.ROOT)
                + (slash < 0 ? "" : "." + apiVersion.substring(0, slash))
                + "/"
                + owner.path("name").asString("");
      }
    }
    return List.of(name(object), controller, object.path("revision").asLong(0), age(object, now));
  }

  private static List<Object> autoscaler(ObjectNode object, Instant now) {
    JsonNode spec = object.path("spec");
    JsonNode status = object.path("status");
    JsonNode target = spec.path("scaleTargetRef");
    return List.of(
        name(object),
        target.path("kind").asString("") + "/" + target.path("name").asString(""),
        targets(spec.path("metrics"), status.path("currentMetrics")),
        spec.has("minReplicas") ? spec.path("minReplicas").asString("") : "<unset>",
        spec.path("maxReplicas").asInt(0),
        status.path("currentReplicas").asInt(0),
        age(object, now));
  }

  private static String targets(JsonNode metrics, JsonNode statuses) {
    if (metrics.isEmpty()) {
      return HumanText.NONE;
    }
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < metrics.size() && i < MAX_TARGETS; i++) {
      texts.add(target(metrics.path(i), statuses.path(i)));
    }
    String text = String.join(", ", texts);
    int more = metrics.size() - MAX_TARGETS;
    return more > 0 ? text + " + " + more + " more..." : text;
  }

  private static String target(JsonNode metric, JsonNode status) {
    String type = metric.path("type").asString("");
    return switch (type) {
      case "Resource" -> resource(metric.path("resource"), status.path("resource"));
      case "ContainerResource" ->
          resource(metric.path("containerResource"), status.path("containerResource"));
      case "Pods" ->
          ratio(
              status.path("pods").path("current").path("averageValue"),
              metric.path("pods").path("target").path("averageValue"));
      case "Object" -> valueOrAverage(metric.path("object"), status.path("object"));
      case "External" -> valueOrAverage(metric.path("external"), status.path("external"));
      case String _ -> "<unknown type>";
    };
  }

  private static String resource(JsonNode metric, JsonNode status) {
    JsonNode target = metric.path("target");
    JsonNode current = status.path("current");
    String name = metric.path("name").asString("");
    if (target.has("averageValue")) {
      return name + ": " + ratio(current.path("averageValue"), target.path("averageValue"));
    }
    String wanted =
        target.has("averageUtilization")
            ? target.path("averageUtilization").asString("") + "%"
            : "<auto>";
    String is =
        current.has("averageUtilization")
            ? current.path("averageUtilization").asString("") + "%"
            : HumanText.UNKNOWN;
    return name + ": " + is + "/" + wanted;
  }

  private static String valueOrAverage(JsonNode metric, JsonNode status) {
    JsonNode target = metric.path("target");
    JsonNode current = status.path("current");
    return target.has("averageValue")
        ? ratio(current.path("averageValue"), target.path("averageValue")) + " (avg)"
        : ratio(current.path("value"), target.path("value"));
  }

  private static String ratio(JsonNode current, JsonNode target) {
    return HumanText.scalar(current, HumanText.UNKNOWN)
        + "/"
        + HumanText.scalar(target, HumanText.UNKNOWN);
  }

  private static List<Object> budget(ObjectNode object, Instant now) {
    JsonNode spec = object.path("spec");
    return List.of(
        name(object),
        HumanText.scalar(spec.path("minAvailable"), "N/A"),
        HumanText.scalar(spec.path("maxUnavailable"), "N/A"),
        object.path("status").path("disruptionsAllowed").asInt(0),
        age(object, now));
  }

  private static String containers(JsonNode spec, String field) {
    List<String> texts = new ArrayList<>();
    for (JsonNode container : spec.path("template").path("spec").path("containers")) {
      texts.add(container.path(field).asString(""));
    }
    return String.join(",", texts);
  }

  static String name(ObjectNode object) {
    return object.path("metadata").path("name").asString("");
  }

  static String age(ObjectNode object, Instant now) {
    return HumanText.age(object.path("metadata").path("creationTimestamp"), now);
  }
}
