package dev.mangru.autoscaler.playground.schema;

import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/// Whether a workload of `apps/v1` makes sense (upstream `pkg/apis/apps/validation`).
final class WorkloadValidation {

  private WorkloadValidation() {}

  static void workload(ResourceType type, JsonNode object, Problems problems) {
    JsonNode spec = object.path("spec");
    Checks.notNegative(spec, "replicas", "spec", problems);
    Checks.notNegative(spec, "minReadySeconds", "spec", problems);
    Checks.notNegative(spec, "revisionHistoryLimit", "spec", problems);
    selector(type, spec, problems);
    template(spec, problems);
    switch (type.kind()) {
      case "Deployment" -> deployment(spec, problems);
      case "DaemonSet" ->
          strategy(
              spec.path("updateStrategy"),
              "spec.updateStrategy",
              List.of("RollingUpdate", "OnDelete"),
              problems);
      case "StatefulSet" -> statefulSet(spec, problems);
      case String _ -> {
        // A replica set has nothing more.
      }
    }
  }

  private static void selector(ResourceType type, JsonNode spec, Problems problems) {
    JsonNode selector = spec.path("selector");
    if (!selector.isObject()) {
      problems.required("spec.selector", "");
      return;
    }
    Checks.labelSelector(selector, "spec.selector", problems);
    if (Checks.isEmptySelector(selector)) {
      problems.invalid(
          "spec.selector",
          selector,
          "empty selector is invalid for " + type.kind().toLowerCase(Locale.ROOT));
      return;
    }
    JsonNode labels = spec.path("template").path("metadata").path("labels");
    if (!Checks.matches(selector, labels)) {
      problems.invalid(
          "spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
    }
  }

  private static void template(JsonNode spec, Problems problems) {
    JsonNode template = spec.path("template");
    if (!template.isObject()) {
      problems.required("spec.template", "");
      return;
    }
    JsonNode metadata = template.path("metadata");
    Names.labels("spec.template.labels", metadata.path("labels"), problems);
    Names.annotations("spec.template.annotations", metadata.path("annotations"), problems);
    JsonNode podSpec = template.path("spec");
    PodValidation.spec(podSpec, "spec.template.spec", problems);
    String restart = Nodes.text(podSpec, "restartPolicy");
    if (!restart.isEmpty() && !restart.equals("Always")) {
      problems.notSupported("spec.template.spec.restartPolicy", restart, List.of("Always"));
    }
    if (!Nodes.absent(podSpec, "activeDeadlineSeconds")) {
      problems.forbidden(
          "spec.template.spec.activeDeadlineSeconds",
          "activeDeadlineSeconds in ReplicaSet is not Supported");
    }
  }

  private static void deployment(JsonNode spec, Problems problems) {
    JsonNode strategy = spec.path("strategy");
    strategy(strategy, "spec.strategy", List.of("Recreate", "RollingUpdate"), problems);
    if (Nodes.text(strategy, "type").equals("Recreate")
        && !Nodes.absent(strategy, "rollingUpdate")) {
      problems.forbidden(
          "spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
    }
    JsonNode deadline = spec.path("progressDeadlineSeconds");
    Checks.notNegative(spec, "progressDeadlineSeconds", "spec", problems);
    if (deadline.isNumber() && deadline.asInt(0) <= spec.path("minReadySeconds").asInt(0)) {
      problems.invalid(
          "spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
    }
  }

  private static void strategy(
      JsonNode strategy, String path, List<String> supported, Problems problems) {
    Checks.oneOf(strategy, "type", path, supported, problems);
    JsonNode rolling = strategy.path("rollingUpdate");
    String at = path + ".rollingUpdate";
    Checks.intOrAtMostAll(rolling, "maxUnavailable", at, problems);
    Checks.intOrPercent(rolling, "maxSurge", at, problems);
    if (isZero(rolling.path("maxUnavailable")) && isZero(rolling.path("maxSurge"))) {
      problems.invalid(
          at + ".maxUnavailable",
          rolling.path("maxUnavailable"),
          "may not be 0 when `maxSurge` is 0");
    }
  }

  private static boolean isZero(JsonNode value) {
    return (value.isNumber() && value.asInt(1) == 0)
        || (value.isString() && value.stringValue().equals("0%"));
  }

  private static void statefulSet(JsonNode spec, Problems problems) {
    Checks.oneOf(
        spec, "podManagementPolicy", "spec", List.of("OrderedReady", "Parallel"), problems);
    JsonNode strategy = spec.path("updateStrategy");
    Checks.oneOf(
        strategy, "type", "spec.updateStrategy", List.of("RollingUpdate", "OnDelete"), problems);
    Checks.notNegative(
        strategy.path("rollingUpdate"), "partition", "spec.updateStrategy.rollingUpdate", problems);
  }
}
