package dev.mangru.autoscaler.playground.schema;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What Kubernetes fills into services, endpoints, secrets, nodes, namespaces and definitions.
final class OtherDefaults {

  private OtherDefaults() {}

  static void service(ObjectNode service) {
    ObjectNode spec = Nodes.object(service, "spec");
    Nodes.fill(spec, "sessionAffinity", "None");
    Nodes.fill(spec, "type", "ClusterIP");
    if (Nodes.text(spec, "sessionAffinity").equals("ClientIP")) {
      ObjectNode client = Nodes.object(Nodes.object(spec, "sessionAffinityConfig"), "clientIP");
      Nodes.fill(client, "timeoutSeconds", 10_800);
    }
    for (ObjectNode port : Nodes.objects(spec, "ports")) {
      Nodes.fill(port, "protocol", "TCP");
      JsonNode target = port.path("targetPort");
      if (target.isMissingNode()
          || target.isNull()
          || target.asString("").isEmpty()
          || target.asString("").equals("0")) {
        port.set("targetPort", port.path("port"));
      }
    }
    String type = Nodes.text(spec, "type");
    if (!type.equals("ExternalName")) {
      Nodes.fill(spec, "internalTrafficPolicy", "Cluster");
      Nodes.fill(spec, "ipFamilyPolicy", "SingleStack");
      if (spec.path("ipFamilies").isEmpty()) {
        spec.putArray("ipFamilies").add("IPv4");
      }
    }
    if (type.equals("NodePort") || type.equals("LoadBalancer")) {
      Nodes.fill(spec, "externalTrafficPolicy", "Cluster");
    }
    if (type.equals("LoadBalancer")) {
      Nodes.fill(spec, "allocateLoadBalancerNodePorts", true);
    }
  }

  static void endpoints(ObjectNode endpoints) {
    for (ObjectNode subset : Nodes.objects(endpoints, "subsets")) {
      Nodes.objects(subset, "ports").forEach(port -> Nodes.fill(port, "protocol", "TCP"));
    }
  }

  static void endpointSlice(ObjectNode slice) {
    for (ObjectNode port : Nodes.objects(slice, "ports")) {
      Nodes.fill(port, "protocol", "TCP");
      if (Nodes.absent(port, "name")) {
        port.put("name", "");
      }
    }
  }

  /// `stringData` is for writing only: it becomes `data`.
  static void secret(ObjectNode secret) {
    Nodes.fill(secret, "type", "Opaque");
    if (secret.remove("stringData") instanceof ObjectNode texts) {
      ObjectNode data = Nodes.object(secret, "data");
      for (Map.Entry<String, JsonNode> text : texts.properties()) {
        byte[] bytes = text.getValue().asString("").getBytes(StandardCharsets.UTF_8);
        data.put(text.getKey(), Base64.getEncoder().encodeToString(bytes));
      }
    }
  }

  static void node(ObjectNode node) {
    if (node.get("status") instanceof ObjectNode status
        && status.path("allocatable").isEmpty()
        && status.get("capacity") instanceof ObjectNode capacity) {
      status.set("allocatable", capacity.deepCopy());
    }
  }

  static void namespace(ObjectNode namespace) {
    ObjectNode metadata = Nodes.object(namespace, "metadata");
    String name = Nodes.text(metadata, "name");
    if (!name.isEmpty()) {
      Nodes.object(metadata, "labels").put("kubernetes.io/metadata.name", name);
    }
  }

  static void definition(ObjectNode definition) {
    ObjectNode spec = Nodes.object(definition, "spec");
    ObjectNode names = Nodes.object(spec, "names");
    String kind = Nodes.text(names, "kind");
    if (!kind.isEmpty()) {
      Nodes.fill(names, "singular", kind.toLowerCase(Locale.ROOT));
      Nodes.fill(names, "listKind", kind + "List");
    }
    Nodes.fill(Nodes.object(spec, "conversion"), "strategy", "None");
  }
}
