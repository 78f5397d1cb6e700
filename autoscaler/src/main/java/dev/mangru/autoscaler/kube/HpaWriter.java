package dev.mangru.autoscaler.kube;

import dev.mangru.autoscaler.control.Condition;
import dev.mangru.autoscaler.control.Hpa;
import dev.mangru.autoscaler.control.HpaStatus;
import dev.mangru.autoscaler.control.LabelSelector;
import dev.mangru.autoscaler.control.MetricSelector;
import dev.mangru.autoscaler.control.MetricSpec;
import dev.mangru.autoscaler.control.MetricStatus;
import dev.mangru.autoscaler.control.TargetRef;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Statuses as the API wants them: a merge patch that replaces all of it, provided that the object
/// still has the version that was read.
final class HpaWriter {

  static final JsonMapper JSON = new JsonMapper();

  private HpaWriter() {}

  static ObjectNode patch(Hpa hpa, HpaStatus status) {
    ObjectNode patch = JSON.createObjectNode();
    patch.putObject("metadata").put("resourceVersion", hpa.resourceVersion());
    ObjectNode to = patch.putObject("status");
    to.put("observedGeneration", hpa.generation());
    to.put("currentReplicas", status.currentReplicas());
    to.put("desiredReplicas", status.desiredReplicas());
    Instant scaled = status.lastScaleTime();
    if (scaled == null) {
      to.putNull("lastScaleTime");
    } else {
      to.put("lastScaleTime", time(scaled));
    }
    if (status.metrics().isEmpty()) {
      to.putNull("currentMetrics");
    } else {
      ArrayNode metrics = to.putArray("currentMetrics");
      status.metrics().forEach(each -> metric(each, metrics.addObject()));
    }
    ArrayNode conditions = to.putArray("conditions");
    for (Condition each : status.conditions()) {
      conditions
          .addObject()
          .put("type", each.type())
          .put("status", each.status().text())
          .put("lastTransitionTime", time(each.lastTransition()))
          .put("reason", each.reason())
          .put("message", each.message());
    }
    return patch;
  }

  /// To the second, as Kubernetes' times are.
  static String time(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static void metric(MetricStatus status, ObjectNode to) {
    switch (status.metric()) {
      case null -> to.put("type", ""); // its place among the others must stay
      case MetricSpec.Unknown(String type) -> to.put("type", type);
      case MetricSpec.Resource(String resource, MetricSpec.Target _) -> {
        ObjectNode block = to.put("type", "Resource").putObject("resource");
        current(status, block.put("name", resource));
      }
      case MetricSpec.ContainerResource(String resource, String container, MetricSpec.Target _) -> {
        ObjectNode block = to.put("type", "ContainerResource").putObject("containerResource");
        current(status, block.put("name", resource).put("container", container));
      }
      case MetricSpec.Pods(MetricSpec.Metric metric, MetricSpec.Target _) -> {
        ObjectNode block = to.put("type", "Pods").putObject("pods");
        identify(metric, block.putObject("metric"));
        current(status, block);
      }
      case MetricSpec.OfObject(MetricSpec.Metric metric, TargetRef object, MetricSpec.Target _) -> {
        ObjectNode block = to.put("type", "Object").putObject("object");
        identify(metric, block.putObject("metric"));
        block
            .putObject("describedObject")
            .put("apiVersion", object.apiVersion())
            .put("kind", object.kind())
            .put("name", object.name());
        current(status, block);
      }
      case MetricSpec.External(MetricSpec.Metric metric, MetricSpec.Target _) -> {
        ObjectNode block = to.put("type", "External").putObject("external");
        identify(metric, block.putObject("metric"));
        current(status, block);
      }
    }
  }

  private static void identify(MetricSpec.Metric metric, ObjectNode to) {
    to.put("name", metric.name());
    MetricSelector selector = metric.selector();
    if (selector == null) {
      return;
    }
    ObjectNode block = to.putObject("selector");
    if (!selector.matchLabels().isEmpty()) {
      ObjectNode labels = block.putObject("matchLabels");
      selector.matchLabels().forEach(labels::put);
    }
    if (!selector.expressions().isEmpty()) {
      ArrayNode expressions = block.putArray("matchExpressions");
      for (LabelSelector.Requirement each : selector.expressions()) {
        ObjectNode one = expressions.addObject();
        one.put("key", each.key()).put("operator", each.operator().kubernetesName());
        ArrayNode values = one.putArray("values");
        each.values().forEach(values::add);
      }
    }
  }

  private static void current(MetricStatus status, ObjectNode block) {
    ObjectNode to = block.putObject("current");
    @Nullable Integer utilization = status.utilizationPercent();
    if (utilization != null) {
      to.put("averageUtilization", utilization);
    }
    Long average = status.averageValueMilli();
    if (average != null) {
      to.put("averageValue", Quantities.text(average));
    }
    Long value = status.valueMilli();
    if (value != null) {
      to.put("value", Quantities.text(value));
    }
  }
}
