package dev.mangru.autoscaler.playground.schema;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Which fields may not change once an object exists.
final class Immutable {

  private static final String MESSAGE = "field is immutable";

  private Immutable() {}

  static void check(ResourceType type, ObjectNode old, ObjectNode object, Problems problems) {
    for (String field : List.of("name", "namespace", "uid", "creationTimestamp")) {
      same(old.path("metadata"), object.path("metadata"), field, "metadata." + field, problems);
    }
    JsonNode before = old.path("spec");
    JsonNode after = object.path("spec");
    switch (type.qualifiedKind()) {
      case "Deployment.apps", "ReplicaSet.apps", "DaemonSet.apps" ->
          same(before, after, "selector", "spec.selector", problems);
      case "StatefulSet.apps" -> statefulSet(before, after, problems);
      case "Pod" -> pod(before, after, problems);
      case "Service" -> service(before, after, problems);
      case "ConfigMap", "Secret" -> configuration(old, object, problems);
      case "CustomResourceDefinition.apiextensions.k8s.io" -> {
        same(before, after, "group", "spec.group", problems);
        same(before, after, "scope", "spec.scope", problems);
        for (String field : List.of("plural", "kind")) {
          same(before.path("names"), after.path("names"), field, "spec.names." + field, problems);
        }
      }
      case "ControllerRevision.apps" -> same(old, object, "data", "data", problems);
      case String _ -> {
        // The other kinds may change as a whole.
      }
    }
  }

  private static void statefulSet(JsonNode before, JsonNode after, Problems problems) {
    List<String> free =
        List.of(
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds");
    if (!without(before, free).equals(without(after, free))) {
      problems.forbidden(
          "spec",
          "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',"
              + " 'updateStrategy', 'revisionHistoryLimit',"
              + " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
    }
  }

  /// A pod's images, deadlines, added tolerations and gates that open may change, and its node once
  /// from none; `ephemeralContainers` are only added.
  private static void pod(JsonNode before, JsonNode after, Problems problems) {
    for (String list : List.of("containers", "initContainers")) {
      if (before.path(list).size() != after.path(list).size()) {
        problems.forbidden("spec." + list, "pod updates may not add or remove containers");
        return;
      }
    }
    boolean tolerationsKept =
        before
            .path("tolerations")
            .valueStream()
            .allMatch(one -> after.path("tolerations").valueStream().anyMatch(one::equals));
    if (!tolerationsKept) {
      problems.forbidden(
          "spec.tolerations",
          "existing toleration can not be modified except its tolerationSeconds");
    }
    if (!podWithoutFree(before, before).equals(podWithoutFree(after, before))) {
      problems.forbidden(
          "spec",
          "pod updates may not change fields other than `spec.containers[*].image`,"
              + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`"
              + " (only additions to existing tolerations),`spec.terminationGracePeriodSeconds`"
              + " (allow it to be set to 1 if it was previously negative)");
    }
  }

  private static JsonNode podWithoutFree(JsonNode spec, JsonNode before) {
    List<String> free =
        new ArrayList<>(
            List.of(
                "activeDeadlineSeconds",
                "tolerations",
                "schedulingGates",
                "terminationGracePeriodSeconds",
                "ephemeralContainers"));
    if (Nodes.text(before, "nodeName").isEmpty()) {
      free.add("nodeName");
    }
    JsonNode rest = without(spec, free);
    for (String list : List.of("containers", "initContainers")) {
      Nodes.objects(rest, list).forEach(container -> container.remove("image"));
    }
    return rest;
  }

  private static void configuration(ObjectNode old, ObjectNode object, Problems problems) {
    if (!old.path("immutable").asBoolean(false)) {
      return;
    }
    if (!object.path("immutable").asBoolean(false)) {
      problems.forbidden("immutable", "field is immutable when `immutable` is set");
    }
    for (String field : List.of("data", "binaryData")) {
      if (!old.path(field).equals(object.path(field))) {
        problems.forbidden(field, "field is immutable when `immutable` is set");
      }
    }
  }

  private static JsonNode without(JsonNode object, List<String> fields) {
    JsonNode copy = object.deepCopy();
    if (copy instanceof ObjectNode node) {
      node.remove(fields);
    }
    return copy;
  }

  private static void service(JsonNode old, JsonNode spec, Problems problems) {
    JsonNode before = old.path("clusterIP");
    JsonNode after = spec.path("clusterIP");
    boolean external =
        Nodes.text(spec, "type").equals("ExternalName")
            || Nodes.text(old, "type").equals("ExternalName");
    if (!before.asString("").isEmpty() && !before.equals(after) && !external) {
      problems.invalid("spec.clusterIPs[0]", after, "may not change once set");
    }
  }

  static void same(JsonNode old, JsonNode now, String field, String path, Problems problems) {
    JsonNode before = old.path(field);
    if (!before.isMissingNode() && !before.equals(now.path(field))) {
      problems.invalid(path, now.path(field), MESSAGE);
    }
  }
}
