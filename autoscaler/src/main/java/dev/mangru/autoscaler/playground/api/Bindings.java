package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.schema.ResourceCatalog;
import dev.mangru.autoscaler.playground.schema.ResourceType;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.io.IOException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `/binding`: a scheduler says on which node a pod runs. Thread-safe.
final class Bindings {

  private final Registry registry;
  private final InstantSource clock;

  Bindings(Registry registry, InstantSource clock) {
    this.registry = registry;
    this.clock = clock;
  }

  /// Whether a path below `/api/v1` is `/namespaces/NS/bindings`, where the Binding itself says
  /// which pod it is for.
  static boolean isCollection(String group, List<String> segments) {
    return group.isEmpty()
        && segments.size() == 3
        && segments.getFirst().equals("namespaces")
        && segments.getLast().equals("bindings");
  }

  /// The path of a pod's binding without the pod's name.
  static ResourcePath path(ResourceCatalog catalog, String namespace) {
    ResourceType pods =
        catalog.byPlural("", "v1", "pods").orElseThrow(KubeApiException::noSuchPath);
    return new ResourcePath(pods, namespace, "", "binding", List.of());
  }

  void bind(ResourcePath asked, ApiExchange exchange) throws IOException {
    ObjectNode binding = JsonBodies.object(exchange.body(), exchange.header("Content-Type"));
    String said = binding.path("metadata").path("name").asString(asked.name());
    if (said.isEmpty() || (!asked.name().isEmpty() && !said.equals(asked.name()))) {
      throw KubeApiException.badRequest(
          "a Binding must have the name of its pod, found \"" + said + "\"");
    }
    ResourcePath path =
        new ResourcePath(asked.type(), asked.namespace(), said, "binding", List.of());
    String node = binding.path("target").path("name").asString("");
    String kind = binding.path("target").path("kind").asString("Node");
    if (node.isEmpty() || !(kind.isEmpty() || kind.equals("Node"))) {
      throw KubeApiException.badRequest(
          "a Binding's target must be a Node with a name, found " + binding.path("target"));
    }
    boolean dryRun = ObjectRoutes.writeOptions(exchange).dryRun();
    if (dryRun) {
      bound(
          path, binding, node, registry.get(path.type(), path.namespace(), path.name()).deepCopy());
    } else {
      registry
          .store()
          .mutate("pods", path.namespace(), path.name(), pod -> bound(path, binding, node, pod));
    }
    registry.store().flush();
    exchange.answer(201, Statuses.success(201));
  }

  private ObjectNode bound(ResourcePath path, ObjectNode binding, String node, ObjectNode pod) {
    String uid = binding.path("metadata").path("uid").asString("");
    if (!uid.isEmpty() && !uid.equals(pod.path("metadata").path("uid").asString(""))) {
      throw KubeApiException.conflict(
          "pods",
          path.name(),
          "the binding names the uid " + uid + ", which the pod does not have");
    }
    if (pod.path("metadata").hasNonNull("deletionTimestamp")) {
      throw KubeApiException.conflict(
          "pods/binding",
          path.name(),
          "pod " + path.name() + " is being deleted, cannot be assigned to a host");
    }
    String present = pod.path("spec").path("nodeName").asString("");
    if (!present.isEmpty()) {
      throw KubeApiException.conflict(
          "pods/binding",
          path.name(),
          "pod " + path.name() + " is already assigned to node \"" + present + "\"");
    }
    pod.withObject("/spec").put("nodeName", node);
    for (Map.Entry<String, JsonNode> annotation :
        binding.path("metadata").path("annotations").properties()) {
      pod.withObject("/metadata/annotations").set(annotation.getKey(), annotation.getValue());
    }
    schedule(pod);
    return pod;
  }

  private void schedule(ObjectNode pod) {
    ObjectNode status = pod.withObject("/status");
    ArrayNode conditions =
        status.get("conditions") instanceof ArrayNode present
            ? present
            : status.putArray("conditions");
    for (int i = conditions.size() - 1; i >= 0; i--) {
      if (conditions.get(i).path("type").asString("").equals("PodScheduled")) {
        conditions.remove(i);
      }
    }
    conditions
        .addObject()
        .put("type", "PodScheduled")
        .put("status", "True")
        .put("lastTransitionTime", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
  }
}
