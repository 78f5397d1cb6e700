package dev.mangru.autoscaler.playground.schema;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What Kubernetes fills into pods and pod templates (upstream `pkg/apis/core/v1/defaults.go`), and
/// into pods what its default admission adds.
final class PodDefaults {

  /// Octal 0644, the mode of files of secrets and config maps.
  private static final int FILE_MODE = 420;

  private PodDefaults() {}

  /// A pod itself: its specification, requests from limits, and what admission adds.
  static void pod(ObjectNode pod) {
    ObjectNode spec = Nodes.object(pod, "spec");
    spec(spec);
    Nodes.fill(spec, "enableServiceLinks", true);
    for (ObjectNode container : containers(spec)) {
      requestsFromLimits(container);
    }
    Nodes.fill(spec, "serviceAccountName", "default");
    Nodes.fill(spec, "serviceAccount", Nodes.text(spec, "serviceAccountName"));
    Nodes.fill(spec, "priority", 0);
    Nodes.fill(spec, "preemptionPolicy", "PreemptLowerPriority");
    tolerate(spec, "node.kubernetes.io/not-ready");
    tolerate(spec, "node.kubernetes.io/unreachable");
  }

  /// The specification of a pod or of a template.
  static void spec(ObjectNode spec) {
    Nodes.fill(spec, "restartPolicy", "Always");
    Nodes.fill(spec, "terminationGracePeriodSeconds", 30);
    Nodes.fill(spec, "dnsPolicy", "ClusterFirst");
    Nodes.fill(spec, "schedulerName", "default-scheduler");
    Nodes.object(spec, "securityContext");
    if (!Nodes.text(spec, "serviceAccountName").isEmpty()) {
      Nodes.fill(spec, "serviceAccount", Nodes.text(spec, "serviceAccountName"));
    } else if (!Nodes.text(spec, "serviceAccount").isEmpty()) {
      Nodes.fill(spec, "serviceAccountName", Nodes.text(spec, "serviceAccount"));
    }
    boolean hostNetwork = spec.path("hostNetwork").asBoolean(false);
    for (ObjectNode container : containers(spec)) {
      container(container, hostNetwork);
    }
    Nodes.objects(spec, "volumes").forEach(PodDefaults::volume);
    Nodes.objects(spec, "topologySpreadConstraints").forEach(PodDefaults::spread);
  }

  /// All containers: plain, init and ephemeral ones.
  static List<ObjectNode> containers(JsonNode spec) {
    return List.of("initContainers", "containers", "ephemeralContainers").stream()
        .flatMap(list -> Nodes.objects(spec, list).stream())
        .toList();
  }

  private static void container(ObjectNode container, boolean hostNetwork) {
    Nodes.fill(container, "terminationMessagePath", "/dev/termination-log");
    Nodes.fill(container, "terminationMessagePolicy", "File");
    Nodes.fill(container, "imagePullPolicy", pullPolicy(Nodes.text(container, "image")));
    Nodes.object(container, "resources");
    for (ObjectNode port : Nodes.objects(container, "ports")) {
      Nodes.fill(port, "protocol", "TCP");
      if (hostNetwork && port.path("hostPort").asInt(0) == 0) {
        port.put("hostPort", port.path("containerPort").asInt(0));
      }
    }
    for (String name : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
      if (container.get(name) instanceof ObjectNode probe) {
        probe(probe);
      }
    }
    for (String name : List.of("postStart", "preStop")) {
      if (container.path("lifecycle").get(name) instanceof ObjectNode handler) {
        handler(handler);
      }
    }
    for (ObjectNode variable : Nodes.objects(container, "env")) {
      if (variable.path("valueFrom").get("fieldRef") instanceof ObjectNode reference) {
        Nodes.fill(reference, "apiVersion", "v1");
      }
    }
  }

  private static void probe(ObjectNode probe) {
    Nodes.fill(probe, "timeoutSeconds", 1);
    Nodes.fill(probe, "periodSeconds", 10);
    Nodes.fill(probe, "successThreshold", 1);
    Nodes.fill(probe, "failureThreshold", 3);
    handler(probe);
    if (probe.get("grpc") instanceof ObjectNode grpc && Nodes.absent(grpc, "service")) {
      grpc.put("service", "");
    }
  }

  private static void handler(ObjectNode handler) {
    if (handler.get("httpGet") instanceof ObjectNode get) {
      Nodes.fill(get, "path", "/");
      Nodes.fill(get, "scheme", "HTTP");
    }
  }

  private static void volume(ObjectNode volume) {
    if (volume.size() <= 1) {
      volume.putObject("emptyDir");
    }
    for (String name : List.of("secret", "configMap", "projected", "downwardAPI")) {
      if (volume.get(name) instanceof ObjectNode source) {
        Nodes.fill(source, "defaultMode", FILE_MODE);
      }
    }
    if (volume.get("hostPath") instanceof ObjectNode path && Nodes.absent(path, "type")) {
      path.put("type", "");
    }
  }

  private static void spread(ObjectNode constraint) {
    Nodes.fill(constraint, "nodeAffinityPolicy", "Honor");
    Nodes.fill(constraint, "nodeTaintsPolicy", "Ignore");
  }

  private static void requestsFromLimits(ObjectNode container) {
    if (!(container.path("resources").get("limits") instanceof ObjectNode limits)
        || limits.isEmpty()) {
      return;
    }
    ObjectNode requests = Nodes.object(Nodes.object(container, "resources"), "requests");
    for (Map.Entry<String, JsonNode> limit : limits.properties()) {
      if (Nodes.absent(requests, limit.getKey())) {
        requests.set(limit.getKey(), limit.getValue());
      }
    }
  }

  /// Admission's DefaultTolerationSeconds.
  private static void tolerate(ObjectNode spec, String key) {
    ArrayNode tolerations =
        spec.get("tolerations") instanceof ArrayNode list ? list : spec.putArray("tolerations");
    for (JsonNode toleration : tolerations.values()) {
      boolean sameKey =
          Nodes.text(toleration, "key").equals(key) || Nodes.absent(toleration, "key");
      String effect = Nodes.text(toleration, "effect");
      if (sameKey && (effect.isEmpty() || effect.equals("NoExecute"))) {
        return;
      }
    }
    tolerations
        .addObject()
        .put("key", key)
        .put("operator", "Exists")
        .put("effect", "NoExecute")
        .put("tolerationSeconds", 300);
  }

  /// `Always` for the tag `latest` or none, as the image may change under it.
  private static String pullPolicy(String image) {
    if (image.contains("@")) {
      return "IfNotPresent";
    }
    int colon = image.indexOf(':', image.lastIndexOf('/') + 1);
    return colon < 0 || image.substring(colon + 1).equals("latest") ? "Always" : "IfNotPresent";
  }

  /// The quality of service class: upstream `pkg/apis/core/v1/helper/qos`.
  static String qosClass(JsonNode spec) {
    boolean anything = false;
    boolean guaranteed = true;
    List<ObjectNode> containers =
        List.of("initContainers", "containers").stream()
            .flatMap(list -> Nodes.objects(spec, list).stream())
            .toList();
    for (ObjectNode container : containers) {
      JsonNode resources = container.path("resources");
      for (String name : List.of("cpu", "memory")) {
        String request = Nodes.text(resources.path("requests"), name);
        String limit = Nodes.text(resources.path("limits"), name);
        anything |= isPositive(request) || isPositive(limit);
        guaranteed &= isPositive(limit) && (request.isEmpty() || sameQuantity(request, limit));
      }
    }
    if (!anything) {
      return "BestEffort";
    }
    return guaranteed ? "Guaranteed" : "Burstable";
  }

  private static boolean isPositive(String quantity) {
    return Quantity.tryParse(quantity).map(value -> value.signum() > 0).orElse(false);
  }

  private static boolean sameQuantity(String a, String b) {
    return Quantity.parse(a).compareTo(Quantity.parse(b)) == 0;
  }
}
