package dev.mangru.autoscaler.control;

import dev.mangru.autoscaler.control.MetricSpec.Target;
import dev.mangru.autoscaler.horizontal.Pod;
import dev.mangru.autoscaler.horizontal.PodGroups;
import dev.mangru.autoscaler.horizontal.PodSample;
import dev.mangru.autoscaler.horizontal.ReplicaCalculator;
import dev.mangru.autoscaler.horizontal.ReplicaProposal;
import dev.mangru.autoscaler.horizontal.Tolerance;
import dev.mangru.model.scale.Decision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One metric after the other, each to a [Proposal]. The words are those of Kubernetes.
///
/// @param pods those that the selector selects
record Proposals(HpaInput input, Scale scale, List<PodFacts> pods, Tolerance tolerance) {

  /// Pods whose usage is listed one by one in a record. Chosen; the snapshot holds all.
  private static final int LISTED_PODS = 100;

  Proposal of(MetricSpec spec, MetricReading reading) {
    return switch (spec) {
      case MetricSpec.Resource(String resource, Target target) ->
          resource(spec, reading, resource, null, target);
      case MetricSpec.ContainerResource(String resource, String container, Target target) ->
          resource(spec, reading, resource, container, target);
      case MetricSpec.Pods(MetricSpec.Metric metric, Target target) ->
          perPod(spec, reading, metric.name(), target);
      case MetricSpec.OfObject(MetricSpec.Metric metric, TargetRef object, Target target) ->
          object(spec, reading, metric.name(), object, target);
      case MetricSpec.External(MetricSpec.Metric metric, Target target) ->
          external(spec, reading, metric, target);
      case MetricSpec.Unknown(String type) -> {
        String error = "unknown metric source type \"" + type + "\"";
        yield failed("InvalidMetricSourceType", error, error, type + " metric");
      }
    };
  }

  // ---- Resource and ContainerResource ----------------------------------------------------------

  private Proposal resource(
      MetricSpec spec,
      MetricReading reading,
      String resource,
      @Nullable String container,
      Target target) {
    Long average = target.averageValueMilli();
    Integer utilization = target.utilizationPercent();
    String noun = container == null ? " resource" : " container resource";
    if (average != null && average > 0) {
      return counted(
          spec,
          reading,
          resource,
          resource + noun,
          Goal.average(average, unit(resource)),
          "failed to get " + resource + " usage: ",
          samples ->
              ReplicaCalculator.forAverageValue(
                  scale.specReplicas(),
                  forResource(resource),
                  samples,
                  resource.equals("cpu"),
                  average,
                  tolerance,
                  startup()));
    }
    String name = resource + noun + " utilization (percentage of request)";
    if (utilization == null || utilization <= 0) {
      return failedResource(
          spec,
          resource,
          "invalid resource metric source: neither an average utilization target nor an average"
              + " value (usage) target was set",
          name);
    }
    return counted(
        spec,
        reading,
        resource,
        name,
        Goal.utilization(utilization),
        "failed to get " + resource + " utilization: ",
        samples ->
            ReplicaCalculator.forUtilization(
                scale.specReplicas(),
                forResource(resource),
                samples,
                resource,
                container,
                utilization,
                tolerance,
                startup()));
  }

  private static String unit(String resource) {
    return switch (resource) {
      case "cpu" -> "cores";
      case "memory" -> "bytes";
      default -> "";
    };
  }

  private Proposal failedResource(MetricSpec spec, String resource, String error, String name) {
    return spec instanceof MetricSpec.ContainerResource
        ? failed(
            "FailedGetContainerResourceMetric",
            error,
            "failed to get " + resource + " container metric value: " + error,
            name)
        : failed(
            "FailedGetResourceMetric",
            error,
            "failed to get " + resource + " resource metric value: " + error,
            name);
  }

  /// What a value is compared with.
  ///
  /// @param percent null for an average
  /// @param milli of an average
  private record Goal(@Nullable Integer percent, long milli, String unit) {
    static Goal utilization(int percent) {
      return new Goal(percent, 0, "percent");
    }

    static Goal average(long milli, String unit) {
      return new Goal(null, milli, unit);
    }

    double target() {
      return percent == null ? milli / 1_000.0 : percent;
    }
  }

  private interface Count {
    ReplicaProposal by(Map<String, PodSample> samples);
  }

  private Proposal counted(
      MetricSpec spec,
      MetricReading reading,
      String resource,
      String name,
      Goal goal,
      String errorPrefix,
      Count count) {
    String unable = errorPrefix + "unable to get metrics for resource " + resource + ": ";
    return switch (reading) {
      case MetricReading.Failed(String problem) ->
          failedResource(spec, resource, unable + problem, name);
      case MetricReading.Values _ ->
          failedResource(spec, resource, unable + "the source gave no values for pods", name);
      case MetricReading.PerPod(Map<String, PodSample> samples) ->
          switch (count.by(samples)) {
            case ReplicaProposal.CannotTell(ReplicaProposal.Cause cause, String why) -> {
              boolean none = cause == ReplicaProposal.Cause.NO_METRICS_RETURNED;
              yield failedResource(spec, resource, (none ? unable : errorPrefix) + why, name);
            }
            case ReplicaProposal.Replicas told ->
                told(
                    told,
                    name,
                    new MetricStatus(spec, told.utilizationPercent(), told.usageMilli(), null),
                    goal,
                    samples,
                    resource.equals("cpu"),
                    resource);
          };
    };
  }

  private Proposal.Told told(
      ReplicaProposal.Replicas told,
      String name,
      MetricStatus status,
      Goal goal,
      Map<String, PodSample> samples,
      boolean cpu,
      String resource) {
    PodGroups groups = PodGroups.of(forResource(resource), samples, cpu, startup());
    Integer percent = told.utilizationPercent();
    double value = percent == null ? told.usageMilli() / 1_000.0 : percent;
    double ratio =
        goal.percent() == null || percent == null
            ? (double) told.usageMilli() / goal.milli()
            : (double) percent / goal.percent();
    int plain = (int) Math.ceil(ratio * groups.ready().size());
    String why = tolerance.contains(ratio) ? withinTolerance(ratio) : told.reason();
    Map<String, List<String>> members = new LinkedHashMap<>();
    members.put("ready", sorted(groups.ready()));
    members.put("unready", sorted(groups.unready()));
    members.put("missing", sorted(groups.missing()));
    members.put("ignored", sorted(groups.ignored()));
    Map<String, String> facts = new TreeMap<>();
    facts.put("averageMilli", String.valueOf(told.usageMilli()));
    samples.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .limit(LISTED_PODS)
        .forEach(
            each -> facts.put("pod " + each.getKey(), each.getValue().valueMilli() + " milli"));
    Instant oldest =
        samples.values().stream().map(PodSample::timestamp).min(Instant::compareTo).orElse(null);
    Decision.Input record =
        new Decision.Input(
            name,
            value,
            goal.unit(),
            goal.target(),
            ratio,
            told.replicas(),
            false,
            oldest,
            members,
            facts,
            null,
            told.reason());
    return new Proposal.Told(told.replicas(), name, status, plain, why, record);
  }

  // ---- Pods, Object, External ------------------------------------------------------------------

  private Proposal perPod(MetricSpec spec, MetricReading reading, String metric, Target target) {
    String name = "pods metric " + metric;
    Long average = target.averageValueMilli();
    if (average == null || average <= 0) {
      return failedPods("invalid pods metric source: no target average value was set", name);
    }
    return switch (reading) {
      case MetricReading.Failed(String problem) ->
          failedPods("unable to get metric " + metric + ": " + problem, name);
      case MetricReading.Values _ ->
          failedPods("unable to get metric " + metric + ": no values for pods", name);
      case MetricReading.PerPod(Map<String, PodSample> samples) ->
          switch (ReplicaCalculator.forAverageValue(
              scale.specReplicas(),
              forResource(""),
              samples,
              false,
              average,
              tolerance,
              startup())) {
            case ReplicaProposal.CannotTell(ReplicaProposal.Cause _, String why) ->
                failedPods("unable to get metric " + metric + ": " + why, name);
            case ReplicaProposal.Replicas told ->
                told(
                    told,
                    name,
                    new MetricStatus(spec, null, told.usageMilli(), null),
                    Goal.average(average, ""),
                    samples,
                    false,
                    "");
          };
    };
  }

  private static Proposal failedPods(String error, String name) {
    return failed("FailedGetPodsMetric", error, "failed to get pods metric value: " + error, name);
  }

  private Proposal object(
      MetricSpec spec, MetricReading reading, String metric, TargetRef object, Target target) {
    String name = object.kind() + " metric " + metric;
    return whole(
        spec,
        reading,
        name,
        target,
        "FailedGetObjectMetric",
        "unable to get metric " + metric + ": " + object.text() + ": ",
        "failed to get object metric value: ");
  }

  private Proposal external(
      MetricSpec spec, MetricReading reading, MetricSpec.Metric metric, Target target) {
    MetricSelector selector = metric.selector();
    String text = selector == null ? "nil" : selector.kubernetesText();
    return whole(
        spec,
        reading,
        "external metric " + metric.name() + "(" + text + ")",
        target,
        "FailedGetExternalMetric",
        "unable to get external metric %s/%s/%s: "
            .formatted(input.hpa().namespace(), metric.name(), text),
        "failed to get " + metric.name() + " external metric value: ");
  }

  private Proposal whole(
      MetricSpec spec,
      MetricReading reading,
      String name,
      Target target,
      String conditionReason,
      String unable,
      String listed) {
    if (!(reading instanceof MetricReading.Values(List<Long> values, Instant measuredAt))) {
      String problem =
          reading instanceof MetricReading.Failed(String why) ? why : "the source gave no number";
      return failed(conditionReason, unable + problem, listed + unable + problem, name);
    }
    if (values.isEmpty()) {
      String problem = unable + "no metrics returned";
      return failed(conditionReason, problem, listed + problem, name);
    }
    long value = ReplicaCalculator.sum(values);
    Long whole = target.valueMilli();
    Long each = target.averageValueMilli();
    boolean shared = each != null && each > 0;
    Long set = shared ? each : whole;
    if (set == null || set <= 0) {
      String error =
          "invalid metric source: neither a value target nor an average value target was set";
      return failed(conditionReason, error, listed + error, name);
    }
    long goal = set;
    ReplicaProposal proposal =
        shared
            ? ReplicaCalculator.forSharedValue(scale.statusReplicas(), value, goal, tolerance)
            : ReplicaCalculator.forValue(
                scale.specReplicas(), forResource(""), value, goal, tolerance);
    return switch (proposal) {
      case ReplicaProposal.CannotTell(ReplicaProposal.Cause _, String why) ->
          failed(conditionReason, unable + why, listed + unable + why, name);
      case ReplicaProposal.Replicas told -> {
        double ratio =
            shared ? value / ((double) goal * scale.statusReplicas()) : (double) value / goal;
        int plain = shared ? (int) Math.ceil((double) value / goal) : told.replicas();
        String why = tolerance.contains(ratio) ? withinTolerance(ratio) : told.reason();
        Decision.Input record =
            new Decision.Input(
                name,
                value / 1_000.0,
                "",
                goal / 1_000.0,
                Double.isFinite(ratio) ? ratio : null,
                told.replicas(),
                false,
                measuredAt,
                Map.of(),
                Map.of("series", String.valueOf(values.size()), "valueMilli", value + ""),
                null,
                told.reason());
        MetricStatus status =
            shared
                ? new MetricStatus(spec, null, told.usageMilli(), null)
                : new MetricStatus(spec, null, null, told.usageMilli());
        yield new Proposal.Told(told.replicas(), name, status, plain, why, record);
      }
    };
  }

  // ---- shared ----------------------------------------------------------------------------------

  private static Proposal failed(String conditionReason, String error, String listed, String name) {
    return new Proposal.Failed(
        conditionReason,
        error,
        listed,
        new Decision.Input(
            name, null, "", null, null, null, false, null, Map.of(), Map.of(), error, ""));
  }

  private String withinTolerance(double ratio) {
    return "ratio "
        + ratio
        + " is within "
        + (1 - tolerance.scaleDown())
        + " to "
        + (1 + tolerance.scaleUp());
  }

  private List<Pod> forResource(String resource) {
    List<Pod> views = new ArrayList<>(pods.size());
    for (PodFacts pod : pods) {
      views.add(pod.forResource(resource));
    }
    return views;
  }

  private PodGroups.Startup startup() {
    HpaSettings settings = input.settings();
    return new PodGroups.Startup(
        settings.cpuInitialization(), settings.initialReadinessDelay(), input.now());
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }
}
