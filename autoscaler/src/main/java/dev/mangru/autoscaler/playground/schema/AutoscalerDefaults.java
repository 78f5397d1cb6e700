package dev.mangru.autoscaler.playground.schema;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What Kubernetes fills into `autoscaling/v2` HorizontalPodAutoscalers (upstream
/// `pkg/apis/autoscaling/v2/defaults.go`).
final class AutoscalerDefaults {

  /// Percent of the request; upstream's `DefaultCPUUtilization`.
  static final int CPU_UTILIZATION = 80;

  private static final int POLICY_PERIOD_SECONDS = 15;

  private AutoscalerDefaults() {}

  static void autoscaler(ObjectNode autoscaler) {
    ObjectNode spec = Nodes.object(autoscaler, "spec");
    Nodes.fill(spec, "minReplicas", 1);
    if (spec.path("metrics").isEmpty()) {
      ObjectNode metric = spec.putArray("metrics").addObject().put("type", "Resource");
      metric
          .putObject("resource")
          .put("name", "cpu")
          .putObject("target")
          .put("type", "Utilization")
          .put("averageUtilization", CPU_UTILIZATION);
    }
    if (spec.get("behavior") instanceof ObjectNode behavior) {
      ObjectNode up = Nodes.object(behavior, "scaleUp");
      Nodes.fill(up, "stabilizationWindowSeconds", 0);
      Nodes.fill(up, "selectPolicy", "Max");
      if (isMissing(up.get("policies"))) {
        ArrayNode policies = up.putArray("policies");
        policy(policies, "Pods", 4);
        policy(policies, "Percent", 100);
      }
      ObjectNode down = Nodes.object(behavior, "scaleDown");
      Nodes.fill(down, "selectPolicy", "Max");
      if (isMissing(down.get("policies"))) {
        policy(down.putArray("policies"), "Percent", 100);
      }
    }
  }

  /// A list that is given and empty stays: validation refuses it, as upstream.
  private static boolean isMissing(@Nullable JsonNode policies) {
    return policies == null || policies.isNull();
  }

  private static void policy(ArrayNode policies, String type, int value) {
    policies
        .addObject()
        .put("type", type)
        .put("value", value)
        .put("periodSeconds", POLICY_PERIOD_SECONDS);
  }
}
