package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a cluster adds to a new object beyond its kind's defaults: addresses of services, a name
/// label of namespaces, service account and tolerations of pods, and that custom kinds are served.
final class Admission {

  private static final String DEFINITION_READY = "the definition is served as long as it exists";

  /// First and last of the addresses that services get: 10.96.0.10 to 10.96.255.254.
  private static final int FIRST_SERVICE = 10;

  private static final int LAST_SERVICE = 65_534;
  private static final int FIRST_NODE_PORT = 30_000;
  private static final int LAST_NODE_PORT = 32_767;

  /// Seconds that a pod stays on a node that is not ready or not reachable (admission plugin
  /// `DefaultTolerationSeconds`).
  private static final int TOLERATION_SECONDS = 300;

  private final ObjectStore store;
  private final InstantSource clock;

  Admission(ObjectStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /// @throws KubeApiException 404 if the namespace is not there, 403 if it is being deleted
  void requireActiveNamespace(String resource, String namespace, String name) {
    ObjectNode found = store.get(Registry.NAMESPACES, "", namespace);
    if (found.path("metadata").hasNonNull("deletionTimestamp")) {
      throw KubeApiException.forbidden(
          resource,
          name,
          "unable to create new content in namespace "
              + namespace
              + " because it is being terminated");
    }
  }

  /// Completes a new object, in its storage version.
  void admit(String resource, ObjectNode object) {
    switch (resource) {
      case "services" -> service(object);
      case "pods" -> pod(object);
      case Registry.NAMESPACES -> nameLabel(object);
      case Registry.DEFINITIONS -> serve(object);
      case String _ -> {
        // Nothing to add.
      }
    }
  }

  /// Completes a changed object, in its storage version.
  void admitUpdate(String resource, ObjectNode before, ObjectNode after) {
    if (resource.equals("services") && after.get("spec") instanceof ObjectNode spec) {
      Trees.copyIfAbsent("clusterIP", before.path("spec"), spec);
      Trees.copyIfAbsent("clusterIPs", before.path("spec"), spec);
      service(after);
    } else if (resource.equals(Registry.DEFINITIONS)
        && !after.path("metadata").hasNonNull("deletionTimestamp")) {
      serve(after);
    }
  }

  private static void nameLabel(ObjectNode namespace) {
    ObjectNode meta = Trees.metadata(namespace);
    ObjectNode labels =
        meta.get("labels") instanceof ObjectNode present ? present : meta.putObject("labels");
    labels.put("kubernetes.io/metadata.name", meta.path("name").asString(""));
  }

  // ---- pods ------------------------------------------------------------------------------------

  private static void pod(ObjectNode pod) {
    if (!(pod.get("spec") instanceof ObjectNode spec)) {
      return;
    }
    if (spec.path("serviceAccountName").asString("").isEmpty()) {
      spec.put("serviceAccountName", "default").put("serviceAccount", "default");
    }
    if (!spec.has("priority")) {
      spec.put("priority", 0);
    }
    if (!spec.has("preemptionPolicy")) {
      spec.put("preemptionPolicy", "PreemptLowerPriority");
    }
    ArrayNode tolerations =
        spec.get("tolerations") instanceof ArrayNode present
            ? present
            : spec.putArray("tolerations");
    for (String key : List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")) {
      boolean there = false;
      for (JsonNode toleration : tolerations) {
        String tolerated = toleration.path("key").asString("");
        there |= tolerated.equals(key) || tolerated.isEmpty();
      }
      if (!there) {
        tolerations
            .addObject()
            .put("key", key)
            .put("operator", "Exists")
            .put("effect", "NoExecute")
            .put("tolerationSeconds", TOLERATION_SECONDS);
      }
    }
  }

  // ---- services --------------------------------------------------------------------------------

  private void service(ObjectNode service) {
    if (!(service.get("spec") instanceof ObjectNode spec)) {
      return;
    }
    String type = spec.path("type").asString("ClusterIP");
    if (type.equals("ExternalName")) {
      return;
    }
    if (spec.path("clusterIP").asString("").isEmpty()) {
      spec.put("clusterIP", freeAddress());
    }
    if (spec.path("clusterIPs").isEmpty()) {
      spec.putArray("clusterIPs").add(spec.path("clusterIP").asString(""));
    }
    if (type.equals("NodePort") || type.equals("LoadBalancer")) {
      Set<Integer> taken = new HashSet<>();
      for (ObjectNode other : store.list("services", "").items()) {
        other.path("spec").path("ports").forEach(port -> taken.add(port.path("nodePort").asInt(0)));
      }
      for (JsonNode port : spec.path("ports")) {
        if (port instanceof ObjectNode open && open.path("nodePort").asInt(0) == 0) {
          open.put("nodePort", freePort(taken));
        }
      }
    }
  }

  private String freeAddress() {
    Set<String> taken = new HashSet<>();
    for (ObjectNode other : store.list("services", "").items()) {
      taken.add(other.path("spec").path("clusterIP").asString(""));
    }
    for (int i = FIRST_SERVICE; i <= LAST_SERVICE; i++) {
      String address = "10.96.%d.%d".formatted(i >> 8, i & 0xff);
      if (taken.add(address)) {
        return address;
      }
    }
    throw KubeApiException.internal("no address of 10.96.0.0/16 is left for a service");
  }

  private static int freePort(Set<Integer> taken) {
    for (int port = FIRST_NODE_PORT; port <= LAST_NODE_PORT; port++) {
      if (taken.add(port)) {
        return port;
      }
    }
    throw KubeApiException.internal(
        "no node port from %d to %d is left".formatted(FIRST_NODE_PORT, LAST_NODE_PORT));
  }

  // ---- definitions of custom kinds -------------------------------------------------------------

  /// A definition is served at once: its names are accepted and it is established.
  private void serve(ObjectNode definition) {
    JsonNode spec = definition.path("spec");
    ObjectNode status =
        definition.get("status") instanceof ObjectNode present
            ? present
            : definition.putObject("status");
    if (spec.get("names") instanceof ObjectNode names) {
      status.set("acceptedNames", names.deepCopy());
    }
    ArrayNode versions =
        status.get("storedVersions") instanceof ArrayNode present
            ? present
            : status.putArray("storedVersions");
    for (JsonNode version : spec.path("versions")) {
      String name = version.path("name").asString("");
      boolean known = versions.valueStream().anyMatch(v -> v.asString("").equals(name));
      if (version.path("storage").asBoolean(false) && !known) {
        versions.add(name);
      }
    }
    if (status.path("conditions").isEmpty()) {
      ArrayNode conditions = status.putArray("conditions");
      conditions.add(condition("NamesAccepted", "NoConflicts", "no conflicts found"));
      conditions.add(condition("Established", "InitialNamesAccepted", DEFINITION_READY));
    }
  }

  private ObjectNode condition(String type, String reason, String message) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", type)
        .put("status", "True")
        .put("lastTransitionTime", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString())
        .put("reason", reason)
        .put("message", message);
  }
}
