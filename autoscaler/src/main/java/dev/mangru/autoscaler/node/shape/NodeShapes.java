package dev.mangru.autoscaler.node.shape;

import dev.mangru.model.error.MangruException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads [NodeShape]s out of Kubernetes `v1/Node` objects. Pure.
public final class NodeShapes {

  private NodeShapes() {}

  /// The node that an object describes.
  ///
  /// @throws MangruException with `BAD_DATA` when a quantity or time cannot be read
  public static NodeShape of(ObjectNode object) {
    JsonNode metadata = object.path("metadata");
    JsonNode spec = object.path("spec");
    JsonNode status = object.path("status");
    JsonNode ready = condition(status, "Ready");
    Resources capacity = Trees.resources(status.path("capacity"), 0);
    JsonNode allocatable = status.path("allocatable");
    return new NodeShape(
        Trees.text(metadata, "name"),
        Trees.map(metadata.path("labels")),
        Trees.map(metadata.path("annotations")),
        taints(spec.path("taints")),
        spec.path("unschedulable").asBoolean(false),
        capacity,
        Trees.present(allocatable) ? Trees.resources(allocatable, 0) : capacity,
        Trees.text(ready, "status").equals("True"),
        Trees.instant(ready, "lastTransitionTime"),
        Trees.instant(metadata, "creationTimestamp"),
        Trees.present(metadata.path("deletionTimestamp")),
        Trees.text(spec, "providerID"));
  }

  private static JsonNode condition(JsonNode status, String type) {
    for (JsonNode each : status.path("conditions")) {
      if (Trees.text(each, "type").equals(type)) {
        return each;
      }
    }
    return status.path("conditions").path("none");
  }

  private static List<Taint> taints(JsonNode list) {
    List<Taint> taints = new ArrayList<>(list.size());
    for (JsonNode each : list) {
      taints.add(
          new Taint(
              Trees.text(each, "key"), Trees.text(each, "value"), Trees.text(each, "effect")));
    }
    return taints;
  }
}
