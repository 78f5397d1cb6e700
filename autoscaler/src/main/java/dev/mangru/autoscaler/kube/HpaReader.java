package dev.mangru.autoscaler.kube;

import dev.mangru.autoscaler.control.Behavior;
import dev.mangru.autoscaler.control.Condition;
import dev.mangru.autoscaler.control.Hpa;
import dev.mangru.autoscaler.control.HpaSpec;
import dev.mangru.autoscaler.control.HpaStatus;
import dev.mangru.autoscaler.control.LabelSelector;
import dev.mangru.autoscaler.control.MetricSelector;
import dev.mangru.autoscaler.control.MetricSpec;
import dev.mangru.autoscaler.control.MetricStatus;
import dev.mangru.autoscaler.control.TargetRef;
import dev.mangru.autoscaler.horizontal.ScalingRules;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.autoscaling.v2.CrossVersionObjectReference;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingPolicy;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingRules;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerCondition;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerSpec;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerStatus;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricIdentifier;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricTarget;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricValueStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// HorizontalPodAutoscalers as they come from the API, with the defaults that it fills in.
final class HpaReader {

  private HpaReader() {}

  /// An autoscaler whose spec cannot be used is read with its target and bounds alone, and says why
  /// ([Hpa#fault]).
  static Hpa read(HorizontalPodAutoscaler object) {
    String fault = null;
    HpaSpec spec;
    try {
      spec = spec(object.getSpec());
    } catch (RuntimeException e) {
      // Whatever it is that the API server let in.
      fault = e instanceof IllegalArgumentException ? e.getMessage() : e.toString();
      spec = bounds(object.getSpec());
    }
    HorizontalPodAutoscalerStatus status = object.getStatus();
    Long generation = object.getMetadata().getGeneration();
    List<Hpa.StatusWriter> writers = new ArrayList<>();
    List<ManagedFieldsEntry> managed = object.getMetadata().getManagedFields();
    for (ManagedFieldsEntry each : managed == null ? List.<ManagedFieldsEntry>of() : managed) {
      Instant time = PodReader.time(each.getTime());
      if (Objects.equals(each.getSubresource(), "status")
          && each.getManager() != null
          && time != null) {
        writers.add(new Hpa.StatusWriter(each.getManager(), time));
      }
    }
    return new Hpa(
        object.getMetadata().getNamespace(),
        object.getMetadata().getName(),
        object.getMetadata().getUid(),
        object.getMetadata().getResourceVersion(),
        generation == null ? 0 : generation,
        status == null ? null : status.getObservedGeneration(),
        spec,
        status == null ? HpaStatus.EMPTY : status(status, spec),
        writers,
        fault);
  }

  // ---- spec ------------------------------------------------------------------------------------

  private static HpaSpec spec(HorizontalPodAutoscalerSpec spec) {
    List<MetricSpec> metrics = new ArrayList<>();
    spec.getMetrics().forEach(each -> metrics.add(metric(each)));
    Integer min = spec.getMinReplicas();
    return new HpaSpec(
        reference(spec.getScaleTargetRef()),
        min == null ? 1 : min,
        Objects.requireNonNullElse(spec.getMaxReplicas(), 0),
        metrics,
        spec.getBehavior() == null
            ? null
            : new Behavior(
                rules(spec.getBehavior().getScaleUp(), ScalingRules.DEFAULT_UP),
                rules(spec.getBehavior().getScaleDown(), ScalingRules.DEFAULT_DOWN),
                tolerance(spec.getBehavior().getScaleUp()),
                tolerance(spec.getBehavior().getScaleDown())));
  }

  private static HpaSpec bounds(@Nullable HorizontalPodAutoscalerSpec spec) {
    return new HpaSpec(
        reference(spec == null ? null : spec.getScaleTargetRef()),
        spec == null ? 1 : Objects.requireNonNullElse(spec.getMinReplicas(), 1),
        spec == null ? 0 : Objects.requireNonNullElse(spec.getMaxReplicas(), 0),
        List.of(),
        null);
  }

  private static TargetRef reference(@Nullable CrossVersionObjectReference reference) {
    return reference == null
        ? new TargetRef("", "", "")
        : new TargetRef(
            Objects.requireNonNullElse(reference.getApiVersion(), ""),
            Objects.requireNonNullElse(reference.getKind(), ""),
            Objects.requireNonNullElse(reference.getName(), ""));
  }

  private static MetricSpec metric(
      io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec metric) {
    String type = Objects.requireNonNullElse(metric.getType(), "");
    if (type.equals("Resource") && metric.getResource() != null) {
      return new MetricSpec.Resource(
          metric.getResource().getName(), target(metric.getResource().getTarget()));
    }
    if (type.equals("ContainerResource") && metric.getContainerResource() != null) {
      return new MetricSpec.ContainerResource(
          metric.getContainerResource().getName(),
          metric.getContainerResource().getContainer(),
          target(metric.getContainerResource().getTarget()));
    }
    if (type.equals("Pods") && metric.getPods() != null) {
      return new MetricSpec.Pods(
          metric(metric.getPods().getMetric()), target(metric.getPods().getTarget()));
    }
    if (type.equals("Object") && metric.getObject() != null) {
      return new MetricSpec.OfObject(
          metric(metric.getObject().getMetric()),
          reference(metric.getObject().getDescribedObject()),
          target(metric.getObject().getTarget()));
    }
    if (type.equals("External") && metric.getExternal() != null) {
      return new MetricSpec.External(
          metric(metric.getExternal().getMetric()), target(metric.getExternal().getTarget()));
    }
    return new MetricSpec.Unknown(type);
  }

  private static MetricSpec.Metric metric(@Nullable MetricIdentifier metric) {
    if (metric == null) {
      return new MetricSpec.Metric("", null);
    }
    MetricSelector selector = null;
    if (metric.getSelector() != null) {
      List<LabelSelector.Requirement> expressions = new ArrayList<>();
      for (LabelSelectorRequirement each : metric.getSelector().getMatchExpressions()) {
        expressions.add(
            new LabelSelector.Requirement(
                each.getKey(), operator(each.getOperator()), each.getValues()));
      }
      selector =
          new MetricSelector(
              Objects.requireNonNullElse(
                  metric.getSelector().getMatchLabels(), Map.<String, String>of()),
              expressions);
    }
    return new MetricSpec.Metric(Objects.requireNonNullElse(metric.getName(), ""), selector);
  }

  private static LabelSelector.Operator operator(String name) {
    for (LabelSelector.Operator each : LabelSelector.Operator.values()) {
      if (each.kubernetesName().equals(name)) {
        return each;
      }
    }
    throw new IllegalArgumentException("a selector cannot compare by '" + name + "'");
  }

  private static MetricSpec.Target target(@Nullable MetricTarget target) {
    return target == null
        ? new MetricSpec.Target(null, null, null)
        : new MetricSpec.Target(
            target.getAverageUtilization(),
            Quantities.milli(target.getAverageValue()),
            Quantities.milli(target.getValue()));
  }

  private static ScalingRules rules(@Nullable HPAScalingRules rules, ScalingRules defaults) {
    if (rules == null) {
      return defaults;
    }
    Integer window = rules.getStabilizationWindowSeconds();
    String select = rules.getSelectPolicy();
    List<ScalingRules.Policy> policies = new ArrayList<>();
    for (HPAScalingPolicy each : rules.getPolicies()) {
      policies.add(
          new ScalingRules.Policy(
              each.getType().equals("Pods") ? ScalingRules.Unit.PODS : ScalingRules.Unit.PERCENT,
              each.getValue(),
              Duration.ofSeconds(each.getPeriodSeconds())));
    }
    return new ScalingRules(
        window == null ? defaults.stabilizationWindow() : Duration.ofSeconds(window),
        select == null ? defaults.select() : select(select),
        policies.isEmpty() ? defaults.policies() : policies);
  }

  private static ScalingRules.Select select(String name) {
    return switch (name) {
      case "Max" -> ScalingRules.Select.MAX;
      case "Min" -> ScalingRules.Select.MIN;
      case "Disabled" -> ScalingRules.Select.DISABLED;
      default -> throw new IllegalArgumentException("there is no selectPolicy '" + name + "'");
    };
  }

  private static @Nullable Double tolerance(@Nullable HPAScalingRules rules) {
    return rules == null ? null : Quantities.number(rules.getTolerance());
  }

  // ---- status ----------------------------------------------------------------------------------

  private static HpaStatus status(HorizontalPodAutoscalerStatus status, HpaSpec spec) {
    List<Condition> conditions = new ArrayList<>();
    for (HorizontalPodAutoscalerCondition each : status.getConditions()) {
      Instant since = PodReader.time(each.getLastTransitionTime());
      conditions.add(
          new Condition(
              each.getType(),
              Condition.Status.of(each.getStatus()),
              Objects.requireNonNullElse(each.getReason(), ""),
              Objects.requireNonNullElse(each.getMessage(), ""),
              since == null ? Instant.EPOCH : since));
    }
    List<MetricStatus> metrics = new ArrayList<>();
    for (int i = 0; i < status.getCurrentMetrics().size(); i++) {
      MetricSpec metric = i < spec.metrics().size() ? spec.metrics().get(i) : null;
      metrics.add(metric(status.getCurrentMetrics().get(i), metric));
    }
    return new HpaStatus(
        PodReader.time(status.getLastScaleTime()),
        Objects.requireNonNullElse(status.getCurrentReplicas(), 0),
        Objects.requireNonNullElse(status.getDesiredReplicas(), 0),
        metrics,
        conditions);
  }

  /// A status' metric, which stands where the spec's does.
  private static MetricStatus metric(
      io.fabric8.kubernetes.api.model.autoscaling.v2.MetricStatus metric,
      @Nullable MetricSpec spec) {
    MetricValueStatus now = null;
    String name = "";
    if (metric.getResource() != null) {
      now = metric.getResource().getCurrent();
      name = metric.getResource().getName();
    } else if (metric.getContainerResource() != null) {
      now = metric.getContainerResource().getCurrent();
      name = metric.getContainerResource().getName();
    } else if (metric.getPods() != null) {
      now = metric.getPods().getCurrent();
      name = metric.getPods().getMetric().getName();
    } else if (metric.getObject() != null) {
      now = metric.getObject().getCurrent();
      name = metric.getObject().getMetric().getName();
    } else if (metric.getExternal() != null) {
      now = metric.getExternal().getCurrent();
      name = metric.getExternal().getMetric().getName();
    }
    if (now == null) {
      return MetricStatus.NONE;
    }
    boolean same = spec != null && spec.type().equals(metric.getType()) && name(spec).equals(name);
    return new MetricStatus(
        same ? spec : new MetricSpec.Unknown(metric.getType()),
        now.getAverageUtilization(),
        Quantities.milli(now.getAverageValue()),
        Quantities.milli(now.getValue()));
  }

  private static String name(MetricSpec spec) {
    return switch (spec) {
      case MetricSpec.Resource(String resource, MetricSpec.Target _) -> resource;
      case MetricSpec.ContainerResource(String resource, String _, MetricSpec.Target _) -> resource;
      case MetricSpec.Pods(MetricSpec.Metric metric, MetricSpec.Target _) -> metric.name();
      case MetricSpec.OfObject(MetricSpec.Metric metric, TargetRef _, MetricSpec.Target _) ->
          metric.name();
      case MetricSpec.External(MetricSpec.Metric metric, MetricSpec.Target _) -> metric.name();
      case MetricSpec.Unknown(String type) -> type;
    };
  }
}
