package dev.mangru.autoscaler.playground.schema;

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
    switch (type.qualifiedKind()) {
      case "Deployment.apps", "ReplicaSet.apps", "DaemonSet.apps" ->
          selector(old, object, problems);
      case "Service" -> service(old, object, problems);
      case String _ -> {
        // Nothing more.
      }
    }
  }

  private static void selector(ObjectNode old, ObjectNode object, Problems problems) {
    same(old.path("spec"), object.path("spec"), "selector", "spec.selector", problems);
  }

  private static void service(ObjectNode old, ObjectNode object, Problems problems) {
    JsonNode before = old.path("spec").path("clusterIP");
    JsonNode after = object.path("spec").path("clusterIP");
    if (!before.asString("").isEmpty()
        && !before.equals(after)
        && !Nodes.text(object.path("spec"), "type").equals("ExternalName")
        && !Nodes.text(old.path("spec"), "type").equals("ExternalName")) {
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
