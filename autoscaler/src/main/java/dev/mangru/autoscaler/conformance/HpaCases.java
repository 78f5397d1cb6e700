package dev.mangru.autoscaler.conformance;

import dev.mangru.autoscaler.horizontal.Pod;
import dev.mangru.autoscaler.horizontal.PodGroups;
import dev.mangru.autoscaler.horizontal.PodRequests;
import dev.mangru.autoscaler.horizontal.PodSample;
import dev.mangru.autoscaler.horizontal.ReplicaCalculator;
import dev.mangru.autoscaler.horizontal.ReplicaLimits;
import dev.mangru.autoscaler.horizontal.ReplicaProposal;
import dev.mangru.autoscaler.horizontal.ScaleEvents;
import dev.mangru.autoscaler.horizontal.ScalingRules;
import dev.mangru.autoscaler.horizontal.Stabilization;
import dev.mangru.autoscaler.horizontal.Tolerance;
import dev.mangru.autoscaler.horizontal.UsageRatio;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One call of the engine for each `op` of a case. Only translates: nothing is decided here.
///
/// Times in cases are seconds relative to now.
final class HpaCases {

  static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  /// Kubernetes' window of a sample that does not tell its own.
  static final Duration DEFAULT_WINDOW = Duration.ofMinutes(1);

  static final Map<String, CaseFiles.Operation> OPERATIONS =
      Map.ofEntries(
          Map.entry("resourceUtilization", HpaCases::resourceUtilization),
          Map.entry("podsAverageValue", HpaCases::podsAverageValue),
          Map.entry("objectValue", HpaCases::value),
          Map.entry("externalValue", HpaCases::value),
          Map.entry("objectAverageValue", HpaCases::sharedValue),
          Map.entry("externalAverageValue", HpaCases::sharedValue),
          Map.entry("groupPods", HpaCases::groupPods),
          Map.entry("podRequests", HpaCases::podRequests),
          Map.entry("utilizationRatio", HpaCases::utilizationRatio),
          Map.entry("usageRatio", HpaCases::usageRatio),
          Map.entry("defaultLimit", HpaCases::defaultLimit),
          Map.entry("behaviorLimit", HpaCases::behaviorLimit),
          Map.entry(
              "scaleUpLimit",
              (input, got) ->
                  got.put("limit", ReplicaLimits.upLimit(current(input), rates(input)))),
          Map.entry(
              "scaleDownLimit",
              (input, got) ->
                  got.put("limit", ReplicaLimits.downLimit(current(input), rates(input)))),
          Map.entry("stabilizeGlobal", HpaCases::stabilizeGlobal),
          Map.entry("stabilizeBehavior", HpaCases::stabilizeBehavior),
          Map.entry("storeScaleEvent", HpaCases::storeScaleEvent),
          Map.entry("reconcile", HpaReconcileCase::run));

  private HpaCases() {}

  private static void resourceUtilization(JsonNode input, ObjectNode got) {
    String container = text(input.path("container"));
    Map<String, PodSample> samples = samples(input, container);
    ReplicaProposal proposal =
        ReplicaCalculator.forUtilization(
            current(input),
            pods(input),
            samples,
            input.path("resource").asString(),
            container,
            input.path("targetUtilization").asInt(),
            tolerance(input),
            startup(input));
    tell(proposal, "averageUsageMilli", got);
  }

  /// Usage by pod, of one container or of all.
  static Map<String, PodSample> samples(JsonNode input, @Nullable String container) {
    Map<String, PodSample> samples = new LinkedHashMap<>();
    for (JsonNode metric : input.path("podMetrics")) {
      List<PodSample.ContainerUsage> usage = new ArrayList<>();
      for (JsonNode each : metric.path("containers")) {
        usage.add(
            new PodSample.ContainerUsage(
                each.path("name").asString(), number(each.path("usageMilli"))));
      }
      PodSample sample =
          PodSample.of(usage, container, time(metric.path("timestamp")), window(metric));
      if (sample != null) {
        samples.put(metric.path("pod").asString(), sample);
      }
    }
    return samples;
  }

  private static void podsAverageValue(JsonNode input, ObjectNode got) {
    Map<String, PodSample> samples = new LinkedHashMap<>();
    for (JsonNode each : input.path("podValues")) {
      samples.put(
          each.path("pod").asString(),
          new PodSample(each.path("valueMilli").asLong(), NOW, DEFAULT_WINDOW));
    }
    tell(
        ReplicaCalculator.forAverageValue(
            current(input),
            pods(input),
            samples,
            input.path("resource").asString("").equals("cpu"),
            input.path("targetMilli").asLong(),
            tolerance(input),
            startup(input)),
        "usageMilli",
        got);
  }

  private static void value(JsonNode input, ObjectNode got) {
    tell(
        ReplicaCalculator.forValue(
            current(input),
            pods(input),
            metric(input),
            input.path("targetMilli").asLong(),
            tolerance(input)),
        "usageMilli",
        got);
  }

  private static void sharedValue(JsonNode input, ObjectNode got) {
    tell(
        ReplicaCalculator.forSharedValue(
            current(input), metric(input), input.path("targetMilli").asLong(), tolerance(input)),
        "usageMilli",
        got);
  }

  private static long metric(JsonNode input) {
    JsonNode external = input.path("externalValuesMilli");
    return external.isArray()
        ? ReplicaCalculator.sum(external.valueStream().map(JsonNode::asLong).toList())
        : input.path("objectValueMilli").asLong();
  }

  private static void tell(ReplicaProposal proposal, String usageKey, ObjectNode got) {
    switch (proposal) {
      case ReplicaProposal.Replicas(int replicas, Integer percent, long usage, String _) -> {
        got.put("replicas", replicas).put(usageKey, usage).put("utilizationPercent", percent);
      }
      case ReplicaProposal.CannotTell(ReplicaProposal.Cause cause, String reason) -> {
        got.put("error", cause.name()).put("reason", reason);
      }
    }
  }

  private static void groupPods(JsonNode input, ObjectNode got) {
    Map<String, PodSample> samples = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> each : input.path("metrics").properties()) {
      JsonNode sample = each.getValue();
      samples.put(each.getKey(), new PodSample(0, time(sample.path("timestamp")), window(sample)));
    }
    boolean cpu = input.path("resource").asString("").equals("cpu");
    PodGroups groups = PodGroups.of(pods(input), samples, cpu, startup(input));
    got.put("readyPodCount", groups.ready().size());
    names(groups.unready(), got.putArray("unready"));
    names(groups.missing(), got.putArray("missing"));
    names(groups.ignored(), got.putArray("ignored"));
  }

  private static void names(Set<String> pods, ArrayNode array) {
    pods.stream().sorted().forEach(array::add);
  }

  private static void podRequests(JsonNode input, ObjectNode got) {
    switch (PodRequests.of(
        pods(input), input.path("resource").asString(), text(input.path("container")))) {
      case PodRequests.Known(Map<String, Long> requests) -> {
        ObjectNode byPod = got.putObject("requestsMilli");
        requests.forEach(byPod::put);
      }
      case PodRequests.Unknown(ReplicaProposal.CannotTell why) ->
          got.put("error", why.cause().name()).put("reason", why.reason());
    }
  }

  private static void utilizationRatio(JsonNode input, ObjectNode got) {
    UsageRatio usage =
        UsageRatio.ofUtilization(
            milli(input.path("metricsMilli")),
            milli(input.path("requestsMilli")),
            input.path("targetUtilization").asInt());
    if (usage == null) {
      got.put("error", ReplicaProposal.Cause.NO_METRICS_MATCH_PODS.name());
      return;
    }
    got.put("ratio", usage.ratio())
        .put("utilizationPercent", usage.utilizationPercent())
        .put("averageUsageMilli", usage.averageMilli());
  }

  private static void usageRatio(JsonNode input, ObjectNode got) {
    UsageRatio usage =
        UsageRatio.ofAverage(milli(input.path("metricsMilli")), input.path("targetMilli").asLong());
    got.put("ratio", usage.ratio()).put("usageMilli", usage.averageMilli());
  }

  private static Map<String, Long> milli(JsonNode byPod) {
    Map<String, Long> values = new LinkedHashMap<>();
    byPod.properties().forEach(each -> values.put(each.getKey(), each.getValue().asLong()));
    return values;
  }

  private static void defaultLimit(JsonNode input, ObjectNode got) {
    tell(
        ReplicaLimits.withoutRules(
            current(input),
            input.path("desiredReplicas").asInt(),
            input.path("minReplicas").asInt(),
            input.path("maxReplicas").asInt(),
            input.path("scaleUpLimitFactor").asInt(),
            input.path("scaleUpLimitMinimum").asInt()),
        got);
  }

  private static void behaviorLimit(JsonNode input, ObjectNode got) {
    tell(
        ReplicaLimits.withRules(
            current(input),
            input.path("desiredReplicas").asInt(),
            input.path("minReplicas").asInt(),
            input.path("maxReplicas").asInt(),
            rates(input)),
        got);
  }

  private static void tell(ReplicaLimits.Limited limited, ObjectNode got) {
    got.put("replicas", limited.replicas()).put("reason", limited.reason().conditionReason());
  }

  private static void stabilizeGlobal(JsonNode input, ObjectNode got) {
    Stabilization.Stabilized result =
        Stabilization.downscaleOnly(
            recommendations(input),
            input.path("desiredReplicas").asInt(),
            seconds(input.path("downscaleStabilizationSeconds")),
            NOW);
    got.put("replicas", result.replicas()).put("storedCount", result.memory().size());
  }

  private static void stabilizeBehavior(JsonNode input, ObjectNode got) {
    Stabilization.Stabilized result =
        Stabilization.bothWays(
            recommendations(input),
            current(input),
            input.path("desiredReplicas").asInt(),
            seconds(input.path("scaleUpWindowSeconds")),
            seconds(input.path("scaleDownWindowSeconds")),
            NOW);
    got.put("replicas", result.replicas());
    ArrayNode stored = got.putArray("storedRecommendations");
    result.memory().forEach(each -> stored.add(each.replicas()));
  }

  static List<Stabilization.Recommendation> recommendations(JsonNode input) {
    List<Stabilization.Recommendation> memory = new ArrayList<>();
    for (JsonNode each : input.path("recommendations")) {
      memory.add(
          new Stabilization.Recommendation(each.path("replicas").asInt(), time(each.path("t"))));
    }
    return memory;
  }

  private static void storeScaleEvent(JsonNode input, ObjectNode got) {
    ScaleEvents before = events(input.path("previousEvents"));
    JsonNode rules = input.path("rules");
    got.put(
        "changeInPeriodBefore",
        before.changeWithin(seconds(input.path("changeQueryPeriodSeconds")), NOW));
    ScaleEvents after =
        before.plus(
            input.path("replicaChange").asInt(),
            rules.isNull() ? null : rules(rules, ScalingRules.DEFAULT_UP),
            NOW);
    ArrayNode stored = got.putArray("storedEvents");
    after
        .events()
        .forEach(event ->
            stored.addObject().put("change", event.change()).put("outdated", event.outdated()));
  }

  private static ReplicaLimits.Rates rates(JsonNode input) {
    return new ReplicaLimits.Rates(
        rules(input.path("scaleUp"), ScalingRules.DEFAULT_UP),
        rules(input.path("scaleDown"), ScalingRules.DEFAULT_DOWN),
        events(input.path("scaleUpEvents")),
        events(input.path("scaleDownEvents")),
        NOW);
  }

  static ScalingRules rules(JsonNode node, ScalingRules defaults) {
    if (!node.isObject()) {
      return defaults;
    }
    JsonNode window = node.path("stabilizationWindowSeconds");
    List<ScalingRules.Policy> policies = new ArrayList<>();
    for (JsonNode each : node.path("policies")) {
      policies.add(
          new ScalingRules.Policy(
              ScalingRules.Unit.valueOf(upper(each.path("type"))),
              each.path("value").asInt(),
              seconds(each.path("periodSeconds"))));
    }
    return new ScalingRules(
        window.isNumber() ? seconds(window) : defaults.stabilizationWindow(),
        node.path("selectPolicy").isString()
            ? ScalingRules.Select.valueOf(upper(node.path("selectPolicy")))
            : defaults.select(),
        node.path("policies").isArray() ? policies : defaults.policies());
  }

  private static ScaleEvents events(JsonNode node) {
    List<ScaleEvents.Event> events = new ArrayList<>();
    for (JsonNode each : node) {
      events.add(new ScaleEvents.Event(each.path("change").asInt(), time(each.path("t")), false));
    }
    return new ScaleEvents(events);
  }

  static List<Pod> pods(JsonNode input) {
    boolean podLevel = input.path("podLevelResources").asBoolean(false);
    List<Pod> pods = new ArrayList<>();
    for (JsonNode pod : input.path("pods")) {
      List<Pod.Container> containers = new ArrayList<>();
      pod.path("containers").forEach(each -> containers.add(container(each)));
      for (JsonNode each : pod.path("initContainers")) {
        if (each.path("restartPolicyAlways").asBoolean(false)) {
          containers.add(container(each));
        }
      }
      JsonNode started = pod.path("startTime");
      pods.add(
          new Pod(
              pod.path("name").asString(),
              pod.path("phase").isString()
                  ? Pod.Phase.valueOf(upper(pod.path("phase")))
                  : Pod.Phase.UNKNOWN,
              pod.path("deleted").asBoolean(false),
              readiness(pod),
              started.isNumber() ? time(started) : null,
              podLevel ? number(pod.path("podRequestMilli")) : null,
              containers));
    }
    return pods;
  }

  private static Pod.Container container(JsonNode node) {
    return new Pod.Container(node.path("name").asString(), number(node.path("requestMilli")));
  }

  private static Pod.@Nullable Readiness readiness(JsonNode pod) {
    return pod.path("ready").isString()
        ? new Pod.Readiness(
            Pod.Readiness.Status.valueOf(upper(pod.path("ready"))),
            time(pod.path("readyTransition")))
        : null;
  }

  private static PodGroups.Startup startup(JsonNode input) {
    return new PodGroups.Startup(
        seconds(input.path("cpuInitializationPeriodSeconds")),
        seconds(input.path("initialReadinessDelaySeconds")),
        NOW);
  }

  private static Tolerance tolerance(JsonNode input) {
    JsonNode tolerance = input.path("tolerance");
    return new Tolerance(
        tolerance.path("scaleDown").asDouble(), tolerance.path("scaleUp").asDouble());
  }

  private static int current(JsonNode input) {
    return input.path("currentReplicas").asInt();
  }

  private static Duration window(JsonNode sample) {
    JsonNode window = sample.path("windowSeconds");
    return window.isNumber() ? seconds(window) : DEFAULT_WINDOW;
  }

  static Instant time(JsonNode node) {
    return NOW.plusMillis(Math.round(node.asDouble() * 1_000));
  }

  static Duration seconds(JsonNode node) {
    return Duration.ofSeconds(node.asLong());
  }

  static @Nullable Long number(JsonNode node) {
    return node.isNumber() ? node.asLong() : null;
  }

  private static @Nullable String text(JsonNode node) {
    return node.isString() && !node.asString().isEmpty() ? node.asString() : null;
  }

  private static String upper(JsonNode node) {
    return node.asString().toUpperCase(Locale.ROOT);
  }
}
