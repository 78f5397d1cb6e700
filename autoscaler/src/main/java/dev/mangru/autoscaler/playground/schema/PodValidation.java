package dev.mangru.autoscaler.playground.schema;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Whether the specification of a pod makes sense (upstream `pkg/apis/core/validation`).
final class PodValidation {

  private static final List<String> PULL_POLICIES = List.of("Always", "IfNotPresent", "Never");
  private static final List<String> PROTOCOLS = List.of("TCP", "UDP", "SCTP");
  private static final List<String> EFFECTS =
      List.of("NoSchedule", "PreferNoSchedule", "NoExecute");
  private static final int MAX_WEIGHT = 100;

  private PodValidation() {}

  /// @param path of the specification, such as `spec` or `spec.template.spec`
  static void spec(JsonNode spec, String path, Problems problems) {
    Set<String> volumes = volumes(spec, path, problems);
    if (spec.path("containers").isEmpty()) {
      problems.required(path + ".containers", "");
    }
    Set<String> names = new HashSet<>();
    for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
      List<JsonNode> containers = List.copyOf(spec.path(list).values());
      for (int i = 0; i < containers.size(); i++) {
        String at = path + "." + list + "[" + i + "]";
        container(containers.get(i), at, names, volumes, problems);
      }
    }
    Checks.oneOf(spec, "restartPolicy", path, List.of("Always", "OnFailure", "Never"), problems);
    Checks.oneOf(
        spec,
        "dnsPolicy",
        path,
        List.of("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
        problems);
    Checks.notNegative(spec, "terminationGracePeriodSeconds", path, problems);
    Names.labels(path + ".nodeSelector", spec.path("nodeSelector"), problems);
    tolerations(spec.path("tolerations"), path + ".tolerations", problems);
    spread(spec.path("topologySpreadConstraints"), path + ".topologySpreadConstraints", problems);
    affinity(spec.path("affinity"), path + ".affinity", problems);
  }

  private static Set<String> volumes(JsonNode spec, String path, Problems problems) {
    Set<String> names = new HashSet<>();
    JsonNode volumes = spec.path("volumes");
    for (int i = 0; i < volumes.size(); i++) {
      String at = path + ".volumes[" + i + "]";
      if (Checks.present(volumes.get(i), "name", at, problems)) {
        String name = Nodes.text(volumes.get(i), "name");
        Names.label(at + ".name", name, problems);
        if (!names.add(name)) {
          problems.duplicate(at + ".name", name);
        }
      }
      if (volumes.get(i).size() > 2) {
        problems.forbidden(at, "may not specify more than 1 volume type");
      }
    }
    return names;
  }

  private static void container(
      JsonNode container, String path, Set<String> names, Set<String> volumes, Problems problems) {
    if (Checks.present(container, "name", path, problems)) {
      String name = Nodes.text(container, "name");
      Names.label(path + ".name", name, problems);
      if (!names.add(name)) {
        problems.duplicate(path + ".name", name);
      }
    }
    Checks.present(container, "image", path, problems);
    Checks.oneOf(container, "imagePullPolicy", path, PULL_POLICIES, problems);
    ports(container.path("ports"), path + ".ports", problems);
    JsonNode env = container.path("env");
    for (int i = 0; i < env.size(); i++) {
      Checks.present(env.get(i), "name", path + ".env[" + i + "]", problems);
    }
    JsonNode mounts = container.path("volumeMounts");
    for (int i = 0; i < mounts.size(); i++) {
      String at = path + ".volumeMounts[" + i + "]";
      String name = Nodes.text(mounts.get(i), "name");
      if (name.isEmpty()) {
        problems.required(at + ".name", "");
      } else if (!volumes.contains(name)) {
        problems.notFound(at + ".name", name);
      }
      Checks.present(mounts.get(i), "mountPath", at, problems);
    }
    resources(container.path("resources"), path + ".resources", problems);
    for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
      probe(container.path(probe), path + "." + probe, problems);
    }
  }

  private static void ports(JsonNode ports, String path, Problems problems) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < ports.size(); i++) {
      String at = path + "[" + i + "]";
      Checks.port(ports.get(i), "containerPort", at, problems);
      Checks.oneOf(ports.get(i), "protocol", at, PROTOCOLS, problems);
      String name = Nodes.text(ports.get(i), "name");
      if (!name.isEmpty() && !names.add(name)) {
        problems.duplicate(at + ".name", name);
      }
    }
  }

  private static void resources(JsonNode resources, String path, Problems problems) {
    for (Map.Entry<String, JsonNode> limit : resources.path("limits").properties()) {
      Checks.quantity(limit.getValue(), path + ".limits[" + limit.getKey() + "]", problems);
    }
    for (Map.Entry<String, JsonNode> request : resources.path("requests").properties()) {
      String name = request.getKey();
      Optional<BigDecimal> amount =
          Checks.quantity(request.getValue(), path + ".requests[" + name + "]", problems);
      String limit = Nodes.text(resources.path("limits"), name);
      Optional<BigDecimal> most = Quantity.tryParse(limit);
      if (amount.isPresent() && most.isPresent() && amount.get().compareTo(most.get()) > 0) {
        problems.invalid(
            path + ".requests",
            request.getValue(),
            "must be less than or equal to " + name + " limit of " + limit);
      }
    }
  }

  private static void probe(JsonNode probe, String path, Problems problems) {
    if (!probe.isObject()) {
      return;
    }
    for (String field :
        List.of(
            "initialDelaySeconds",
            "timeoutSeconds",
            "periodSeconds",
            "successThreshold",
            "failureThreshold")) {
      Checks.notNegative(probe, field, path, problems);
    }
    long handlers =
        List.of("exec", "httpGet", "tcpSocket", "grpc").stream().filter(probe::has).count();
    if (handlers == 0) {
      problems.required(path, "must specify a handler type");
    } else if (handlers > 1) {
      problems.forbidden(path, "may not specify more than 1 handler type");
    }
  }

  private static void tolerations(JsonNode tolerations, String path, Problems problems) {
    for (int i = 0; i < tolerations.size(); i++) {
      JsonNode toleration = tolerations.get(i);
      String at = path + "[" + i + "]";
      String key = Nodes.text(toleration, "key");
      String operator = Nodes.text(toleration, "operator");
      if (!key.isEmpty()) {
        Names.qualified(at + ".key", key, problems);
      } else if (!operator.equals("Exists")) {
        problems.invalid(
            at + ".operator",
            operator,
            "operator must be Exists when `key` is empty, which means \"match all values and all"
                + " keys\"");
      }
      Checks.oneOf(toleration, "operator", at, List.of("Equal", "Exists"), problems);
      if (operator.equals("Exists") && !Nodes.text(toleration, "value").isEmpty()) {
        problems.invalid(
            at + ".operator", toleration, "value must be empty when `operator` is 'Exists'");
      }
      Checks.oneOf(toleration, "effect", at, EFFECTS, problems);
      if (toleration.has("tolerationSeconds")
          && !Nodes.text(toleration, "effect").equals("NoExecute")) {
        problems.invalid(
            at + ".effect",
            Nodes.text(toleration, "effect"),
            "effect must be 'NoExecute' when `tolerationSeconds` is set");
      }
    }
  }

  private static void spread(JsonNode constraints, String path, Problems problems) {
    for (int i = 0; i < constraints.size(); i++) {
      JsonNode constraint = constraints.get(i);
      String at = path + "[" + i + "]";
      if (constraint.path("maxSkew").asInt(0) <= 0) {
        problems.invalid(at + ".maxSkew", constraint.path("maxSkew"), "must be greater than zero");
      }
      Checks.present(constraint, "topologyKey", at, problems);
      Checks.present(constraint, "whenUnsatisfiable", at, problems);
      Checks.oneOf(
          constraint,
          "whenUnsatisfiable",
          at,
          List.of("DoNotSchedule", "ScheduleAnyway"),
          problems);
      Checks.labelSelector(constraint.path("labelSelector"), at + ".labelSelector", problems);
    }
  }

  private static void affinity(JsonNode affinity, String path, Problems problems) {
    String preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    for (String kind : List.of("nodeAffinity", "podAffinity", "podAntiAffinity")) {
      JsonNode terms = affinity.path(kind).path(preferred);
      for (int i = 0; i < terms.size(); i++) {
        int weight = terms.get(i).path("weight").asInt(0);
        if (weight < 1 || weight > MAX_WEIGHT) {
          problems.invalid(
              path + "." + kind + "." + preferred + "[" + i + "].weight",
              terms.get(i).path("weight"),
              "must be in the range 1-100");
        }
      }
    }
    String required = "requiredDuringSchedulingIgnoredDuringExecution";
    JsonNode nodeAffinity = affinity.path("nodeAffinity").path(required);
    if (nodeAffinity.isObject() && nodeAffinity.path("nodeSelectorTerms").isEmpty()) {
      problems.required(
          path + ".nodeAffinity." + required + ".nodeSelectorTerms",
          "must have at least one node selector term");
    }
    for (String kind : List.of("podAffinity", "podAntiAffinity")) {
      JsonNode terms = affinity.path(kind).path(required);
      for (int i = 0; i < terms.size(); i++) {
        String at = path + "." + kind + "." + required + "[" + i + "]";
        Checks.present(terms.get(i), "topologyKey", at, problems);
        Checks.labelSelector(terms.get(i).path("labelSelector"), at + ".labelSelector", problems);
      }
    }
  }
}
