package dev.mangru.autoscaler.playground.schema;

import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Whether budgets, services, configuration, leases, nodes, events and definitions make sense.
final class OtherValidation {

  /// Bytes of a config map's or secret's data; upstream's `MaxSecretSize`.
  private static final int MAX_DATA_BYTES = 1024 * 1024;

  private static final String CONFIG_KEY_MESSAGE =
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g."
          + " 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is"
          + " '[-._a-zA-Z0-9]+')";

  private OtherValidation() {}

  static void disruptionBudget(JsonNode object, Problems problems) {
    JsonNode spec = object.path("spec");
    if (!Nodes.absent(spec, "minAvailable") && !Nodes.absent(spec, "maxUnavailable")) {
      problems.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set");
    }
    Checks.intOrAtMostAll(spec, "minAvailable", "spec", problems);
    Checks.intOrAtMostAll(spec, "maxUnavailable", "spec", problems);
    Checks.labelSelector(spec.path("selector"), "spec.selector", problems);
    Checks.oneOf(
        spec,
        "unhealthyPodEvictionPolicy",
        "spec",
        List.of("AlwaysAllow", "IfHealthyBudget"),
        problems);
  }

  static void service(JsonNode object, Problems problems) {
    JsonNode spec = object.path("spec");
    String type = Nodes.text(spec, "type");
    Checks.oneOf(
        spec,
        "type",
        "spec",
        List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"),
        problems);
    Checks.oneOf(spec, "sessionAffinity", "spec", List.of("ClientIP", "None"), problems);
    JsonNode ports = spec.path("ports");
    boolean headless = Nodes.text(spec, "clusterIP").equals("None");
    if (ports.isEmpty() && !headless && !type.equals("ExternalName")) {
      problems.required("spec.ports", "");
    }
    if (type.equals("ExternalName") && Nodes.text(spec, "externalName").isEmpty()) {
      problems.required("spec.externalName", "");
    }
    Set<String> names = new HashSet<>();
    Set<String> numbers = new HashSet<>();
    for (int i = 0; i < ports.size(); i++) {
      JsonNode port = ports.get(i);
      String at = "spec.ports[" + i + "]";
      Checks.port(port, "port", at, problems);
      Checks.oneOf(port, "protocol", at, List.of("SCTP", "TCP", "UDP"), problems);
      String name = Nodes.text(port, "name");
      if (name.isEmpty() && ports.size() > 1) {
        problems.required(at + ".name", "");
      } else if (!name.isEmpty()) {
        Names.label(at + ".name", name, problems);
        if (!names.add(name)) {
          problems.duplicate(at + ".name", name);
        }
      }
      if (!numbers.add(port.path("port") + "/" + Nodes.text(port, "protocol"))) {
        problems.duplicate(at, port.path("port").asString(""));
      }
    }
    Names.labels("spec.selector", spec.path("selector"), problems);
  }

  static void configMap(JsonNode object, Problems problems) {
    long bytes = 0;
    for (String field : List.of("data", "binaryData")) {
      for (Map.Entry<String, JsonNode> entry : object.path(field).properties()) {
        key(field, entry.getKey(), problems);
        if (field.equals("binaryData")) {
          base64(field, entry, problems);
          if (object.path("data").has(entry.getKey())) {
            problems.invalid(field, entry.getKey(), "duplicate of key present in data");
          }
        }
        bytes += entry.getValue().asString("").length();
      }
    }
    if (bytes > MAX_DATA_BYTES) {
      problems.tooLong("data", MAX_DATA_BYTES);
    }
  }

  static void secret(JsonNode object, Problems problems) {
    long bytes = 0;
    for (Map.Entry<String, JsonNode> entry : object.path("data").properties()) {
      key("data", entry.getKey(), problems);
      base64("data", entry, problems);
      bytes += entry.getValue().asString("").length() * 3L / 4;
    }
    if (bytes > MAX_DATA_BYTES) {
      problems.tooLong("data", MAX_DATA_BYTES);
    }
  }

  private static void key(String field, String key, Problems problems) {
    if (!Names.isConfigKey(key)) {
      problems.invalid(field + "[" + key + "]", key, CONFIG_KEY_MESSAGE);
    }
  }

  private static void base64(String field, Map.Entry<String, JsonNode> entry, Problems problems) {
    try {
      Base64.getDecoder().decode(entry.getValue().asString(""));
    } catch (IllegalArgumentException e) {
      problems.invalid(
          field + "[" + entry.getKey() + "]",
          entry.getValue(),
          "illegal base64 data: " + e.getMessage());
    }
  }

  static void lease(JsonNode object, Problems problems) {
    JsonNode spec = object.path("spec");
    JsonNode duration = spec.path("leaseDurationSeconds");
    if (duration.isNumber() && duration.asInt(0) <= 0) {
      problems.invalid("spec.leaseDurationSeconds", duration, "must be greater than 0");
    }
    Checks.notNegative(spec, "leaseTransitions", "spec", problems);
  }

  static void node(JsonNode object, Problems problems) {
    JsonNode taints = object.path("spec").path("taints");
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < taints.size(); i++) {
      String at = "spec.taints[" + i + "]";
      String key = Nodes.text(taints.get(i), "key");
      Names.qualified(at + ".key", key, problems);
      String effect = Nodes.text(taints.get(i), "effect");
      if (effect.isEmpty()) {
        problems.required(at + ".effect", "");
      }
      Checks.oneOf(
          taints.get(i),
          "effect",
          at,
          List.of("NoExecute", "NoSchedule", "PreferNoSchedule"),
          problems);
      if (!seen.add(key + ":" + effect)) {
        problems.duplicate(at, key + ":" + effect);
      }
    }
    for (String field : List.of("capacity", "allocatable")) {
      for (Map.Entry<String, JsonNode> amount : object.path("status").path(field).properties()) {
        Checks.quantity(
            amount.getValue(), "status." + field + "[" + amount.getKey() + "]", problems);
      }
    }
  }

  static void event(JsonNode object, Problems problems) {
    String own = Nodes.text(object.path("metadata"), "namespace");
    String involved = Nodes.text(object.path("involvedObject"), "namespace");
    boolean fits =
        involved.isEmpty() ? own.isEmpty() || own.equals("default") : involved.equals(own);
    if (!fits) {
      problems.invalid("involvedObject.namespace", involved, "does not match event.namespace");
    }
  }
}
