package dev.mangru.autoscaler.node.shape;

import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// The effective request of a pod: the larger of the sum over its containers and sidecars and of
/// what each init container needs beside the sidecars started before it, plus the pod's overhead. A
/// request for the pod as a whole takes the place of its containers' for that resource. Pure.
final class PodRequests {

  private PodRequests() {}

  static Resources effective(JsonNode spec) {
    Resources sidecars = Resources.NONE;
    Resources starting = Resources.NONE;
    for (JsonNode container : spec.path("initContainers")) {
      Resources request = of(container);
      if (isSidecar(container)) {
        sidecars = sidecars.plus(request);
        starting = starting.max(sidecars);
      } else {
        starting = starting.max(sidecars.plus(request));
      }
    }
    Resources running = sidecars;
    for (JsonNode container : spec.path("containers")) {
      running = running.plus(of(container));
    }
    Resources all = wholePod(spec.path("resources"), running.max(starting));
    all = all.plus(Trees.resources(spec.path("overhead"), 0));
    return new Resources(
        all.cpuMilli(), all.memoryBytes(), all.ephemeralBytes(), 1, all.extended());
  }

  /// Whether an init container keeps running beside the others.
  static boolean isSidecar(JsonNode initContainer) {
    return Trees.text(initContainer, "restartPolicy").equals("Always");
  }

  /// A resource with a limit and no request asks for its limit, as the API server defaults it.
  private static Resources of(JsonNode container) {
    JsonNode resources = container.path("resources");
    Resources limits = Trees.resources(resources.path("limits"), 0);
    JsonNode requests = resources.path("requests");
    Resources asked = Trees.resources(requests, 0);
    Map<String, Long> extended = new TreeMap<>(limits.extended());
    extended.putAll(asked.extended());
    return new Resources(
        requests.has("cpu") ? asked.cpuMilli() : limits.cpuMilli(),
        requests.has("memory") ? asked.memoryBytes() : limits.memoryBytes(),
        requests.has("ephemeral-storage") ? asked.ephemeralBytes() : limits.ephemeralBytes(),
        0,
        extended);
  }

  private static Resources wholePod(JsonNode resources, Resources containers) {
    JsonNode requests = resources.path("requests");
    if (!Trees.present(requests)) {
      return containers;
    }
    Resources asked = Trees.resources(requests, 0);
    Map<String, Long> extended = new TreeMap<>(containers.extended());
    extended.putAll(asked.extended());
    return new Resources(
        requests.has("cpu") ? asked.cpuMilli() : containers.cpuMilli(),
        requests.has("memory") ? asked.memoryBytes() : containers.memoryBytes(),
        containers.ephemeralBytes(),
        0,
        extended);
  }
}
