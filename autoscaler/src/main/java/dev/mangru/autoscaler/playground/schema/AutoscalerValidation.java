package dev.mangru.autoscaler.playground.schema;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Whether an `autoscaling/v2` HorizontalPodAutoscaler makes sense (upstream
/// `pkg/apis/autoscaling/validation`).
final class AutoscalerValidation {

  /// Metric source type to the field that holds it.
  private static final Map<String, String> SOURCES =
      Map.of(
          "ContainerResource", "containerResource",
          "External", "external",
          "Object", "object",
          "Pods", "pods",
          "Resource", "resource");

  private static final int MAX_WINDOW_SECONDS = 3600;
  private static final int MAX_PERIOD_SECONDS = 1800;

  private AutoscalerValidation() {}

  static void autoscaler(JsonNode object, Problems problems) {
    JsonNode spec = object.path("spec");
    JsonNode min = spec.path("minReplicas");
    JsonNode max = spec.path("maxReplicas");
    if (min.asInt(1) < 0) {
      problems.invalid("spec.minReplicas", min, "must be greater than or equal to 0");
    }
    if (max.asInt(0) < 1) {
      problems.invalid("spec.maxReplicas", number(max), "must be greater than 0");
    }
    if (max.asInt(0) < min.asInt(1)) {
      problems.invalid(
          "spec.maxReplicas", number(max), "must be greater than or equal to `minReplicas`");
    }
    target(spec.path("scaleTargetRef"), "spec.scaleTargetRef", problems);
    Checks.oneOf(
        spec, "selectionStrategy", "spec", List.of("LabelSelector", "OwnerReference"), problems);
    boolean outside = false;
    JsonNode metrics = spec.path("metrics");
    for (int i = 0; i < metrics.size(); i++) {
      metric(metrics.get(i), "spec.metrics[" + i + "]", problems);
      String type = Nodes.text(metrics.get(i), "type");
      outside |= type.equals("Object") || type.equals("External");
    }
    if (min.isNumber() && min.asInt(1) == 0 && !outside) {
      problems.forbidden(
          "spec.metrics",
          "must specify at least one Object or External metric to support scaling to zero"
              + " replicas");
    }
    for (String side : List.of("scaleUp", "scaleDown")) {
      if (spec.path("behavior").path(side).isObject()) {
        rules(spec.path("behavior").path(side), "spec.behavior." + side, problems);
      }
    }
  }

  /// Upstream prints what Go holds: a missing number is 0.
  private static JsonNode number(JsonNode value) {
    return value.isNumber() ? value : Nodes.empty().numberNode(0);
  }

  private static void target(JsonNode target, String path, Problems problems) {
    for (String field : List.of("kind", "name")) {
      if (Checks.present(target, field, path, problems)) {
        String value = Nodes.text(target, field);
        if (value.contains("/") || value.contains("%")) {
          problems.invalid(path + "." + field, value, "may not contain '/' or '%'");
        }
      }
    }
  }

  private static void metric(JsonNode metric, String path, Problems problems) {
    String type = Nodes.text(metric, "type");
    String expected = SOURCES.getOrDefault(type, "");
    if (type.isEmpty()) {
      problems.required(path + ".type", "must specify a metric source type");
    } else if (expected.isEmpty()) {
      problems.notSupported(path + ".type", type, List.copyOf(SOURCES.keySet()));
    } else if (!metric.path(expected).isObject()) {
      problems.required(
          path + "." + expected, "must populate information for the given metric source");
    }
    for (String source : SOURCES.values().stream().sorted().toList()) {
      if (!metric.path(source).isObject()) {
        continue;
      }
      if (!source.equals(expected) && !expected.isEmpty()) {
        problems.forbidden(path + "." + source, "must populate the given metric source only");
      }
      source(source, metric.path(source), path + "." + source, problems);
    }
  }

  private static void source(String kind, JsonNode source, String path, Problems problems) {
    JsonNode target = source.path("target");
    String at = path + ".target";
    metricTarget(target, at, problems);
    boolean value = target.has("value");
    boolean average = target.has("averageValue");
    switch (kind) {
      case "resource", "containerResource" -> {
        if (Nodes.text(source, "name").isEmpty()) {
          problems.required(path + ".name", "must specify a resource name");
        }
        if (kind.equals("containerResource") && Nodes.text(source, "container").isEmpty()) {
          problems.required(path + ".container", "must specify a container");
        }
        boolean utilization = target.has("averageUtilization");
        if (!utilization && !average) {
          problems.required(
              at + ".averageUtilization",
              "must set either a target raw value or a target utilization");
        } else if (utilization && average) {
          problems.forbidden(
              at + ".averageValue", "may not set both a target raw value and a target utilization");
        }
      }
      case "pods" -> {
        identifier(source.path("metric"), path + ".metric", problems);
        if (!average) {
          problems.required(at + ".averageValue", "must specify a positive target averageValue");
        }
      }
      case "object" -> {
        target(source.path("describedObject"), path + ".describedObject", problems);
        identifier(source.path("metric"), path + ".metric", problems);
        if (!value && !average) {
          problems.required(at + ".averageValue", "must set either a target value or averageValue");
        } else if (value && average) {
          problems.forbidden(
              at + ".averageValue", "may not set both a target value and averageValue");
        }
      }
      case String _ -> {
        identifier(source.path("metric"), path + ".metric", problems);
        if (!value && !average) {
          problems.required(
              at + ".averageValue",
              "must set either a target value for metric or a per-pod target");
        } else if (value && average) {
          problems.forbidden(
              at + ".averageValue",
              "may not set both a target value for metric and a per-pod target");
        }
      }
    }
  }

  private static void identifier(JsonNode metric, String path, Problems problems) {
    String name = Nodes.text(metric, "name");
    if (name.isEmpty()) {
      problems.required(path + ".name", "must specify a metric name");
    } else if (name.contains("/") || name.contains("%")) {
      problems.invalid(path + ".name", name, "may not contain '/' or '%'");
    }
    Checks.labelSelector(metric.path("selector"), path + ".selector", problems);
  }

  private static void metricTarget(JsonNode target, String path, Problems problems) {
    String type = Nodes.text(target, "type");
    if (type.isEmpty()) {
      problems.required(path + ".type", "must specify a metric target type");
    } else if (!List.of("Utilization", "Value", "AverageValue").contains(type)) {
      problems.invalid(path + ".type", type, "must be either Utilization, Value, or AverageValue");
    }
    for (String field : List.of("value", "averageValue")) {
      if (target.has(field)) {
        boolean positive =
            Quantity.tryParse(Nodes.text(target, field))
                .map(amount -> amount.signum() > 0)
                .orElse(false);
        if (!positive) {
          problems.invalid(path + "." + field, target.path(field), "must be positive");
        }
      }
    }
    JsonNode utilization = target.path("averageUtilization");
    if (utilization.isNumber() && utilization.asInt(1) < 1) {
      problems.invalid(path + ".averageUtilization", utilization, "must be greater than 0");
    }
  }

  private static void rules(JsonNode rules, String path, Problems problems) {
    JsonNode window = rules.path("stabilizationWindowSeconds");
    if (window.asInt(0) < 0) {
      problems.invalid(
          path + ".stabilizationWindowSeconds", window, "must be greater than or equal to zero");
    } else if (window.asInt(0) > MAX_WINDOW_SECONDS) {
      problems.invalid(
          path + ".stabilizationWindowSeconds",
          window,
          "must be less than or equal to " + MAX_WINDOW_SECONDS);
    }
    Checks.oneOf(rules, "selectPolicy", path, List.of("Max", "Min", "Disabled"), problems);
    JsonNode tolerance = rules.path("tolerance");
    if (!tolerance.isMissingNode()) {
      Checks.quantity(tolerance, path + ".tolerance", problems);
    }
    JsonNode policies = rules.path("policies");
    if (policies.isEmpty()) {
      problems.required(path + ".policies", "must specify at least one Policy");
    }
    for (int i = 0; i < policies.size(); i++) {
      policy(policies.get(i), path + ".policies[" + i + "]", problems);
    }
  }

  private static void policy(JsonNode policy, String path, Problems problems) {
    String type = Nodes.text(policy, "type");
    if (!List.of("Percent", "Pods").contains(type)) {
      problems.notSupported(path + ".type", type, List.of("Percent", "Pods"));
    }
    for (String field : List.of("value", "periodSeconds")) {
      if (policy.path(field).asInt(0) <= 0) {
        problems.invalid(
            path + "." + field, number(policy.path(field)), "must be greater than zero");
      }
    }
    if (policy.path("periodSeconds").asInt(0) > MAX_PERIOD_SECONDS) {
      problems.invalid(
          path + ".periodSeconds",
          policy.path("periodSeconds"),
          "must be less than or equal to " + MAX_PERIOD_SECONDS);
    }
  }
}
