package dev.mangru.autoscaler.conformance;

import dev.mangru.autoscaler.control.Behavior;
import dev.mangru.autoscaler.control.Condition;
import dev.mangru.autoscaler.control.Decide;
import dev.mangru.autoscaler.control.Hpa;
import dev.mangru.autoscaler.control.HpaEvent;
import dev.mangru.autoscaler.control.HpaInput;
import dev.mangru.autoscaler.control.HpaMemory;
import dev.mangru.autoscaler.control.HpaOutcome;
import dev.mangru.autoscaler.control.HpaSettings;
import dev.mangru.autoscaler.control.HpaSpec;
import dev.mangru.autoscaler.control.HpaStatus;
import dev.mangru.autoscaler.control.MetricReading;
import dev.mangru.autoscaler.control.MetricSpec;
import dev.mangru.autoscaler.control.MetricStatus;
import dev.mangru.autoscaler.control.OtherHpa;
import dev.mangru.autoscaler.control.PodFacts;
import dev.mangru.autoscaler.control.Scale;
import dev.mangru.autoscaler.control.ScaleReading;
import dev.mangru.autoscaler.control.TargetRef;
import dev.mangru.autoscaler.horizontal.Pod;
import dev.mangru.autoscaler.horizontal.PodSample;
import dev.mangru.autoscaler.horizontal.ScalingRules;
import dev.mangru.autoscaler.horizontal.Stabilization.Recommendation;
import dev.mangru.autoscaler.horizontal.Tolerance;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One whole pass over one autoscaler: translates a case's input, lets [Decide] decide, plays the
/// cluster's answer to the write. Nothing is decided here.
final class HpaReconcileCase {

  /// An event that a case expects not to be there at all.
  private static final String NONE = "none";

  private final JsonNode input;
  private final List<String> failures;

  private HpaReconcileCase(JsonNode input) {
    this.input = input;
    this.failures = input.path("failures").valueStream().map(JsonNode::asString).toList();
  }

  static void run(JsonNode input, ObjectNode got) {
    new HpaReconcileCase(input).run(got);
  }

  private void run(ObjectNode got) {
    HpaInput gathered = gathered();
    HpaOutcome outcome = Decide.decide(gathered);
    List<HpaEvent> events = new ArrayList<>(outcome.events());
    HpaStatus status = outcome.status();
    boolean updated = false;
    if (outcome.rescale() != null) {
      updated = !failures.contains("updateScale");
      HpaOutcome.Settled settled =
          updated
              ? Decide.written(gathered, outcome)
              : Decide.notWritten(gathered, outcome, "the case says that this fails");
      status = settled.status();
      events.add(settled.event());
    }
    got.put("desiredReplicas", status.desiredReplicas())
        .put("scaleUpdated", updated)
        .put("statusWritten", !status.equals(gathered.hpa().status()));
    ArrayNode conditions = got.putArray("conditions");
    for (Condition each : status.conditions()) {
      conditions
          .addObject()
          .put("type", each.type())
          .put("status", each.status().text())
          .put("reason", each.reason());
    }
    for (MetricStatus metric : status.metrics()) {
      if (metric.metric() instanceof MetricSpec.Resource(String resource, MetricSpec.Target _)
          && resource.equals("cpu")) {
        got.put("currentCpuUtilizationPercent", metric.utilizationPercent());
      }
    }
    event(events, got);
  }

  /// The event of the rescale, or that there is none.
  private static void event(List<HpaEvent> events, ObjectNode got) {
    if (events.isEmpty()) {
      got.putObject("event").put(NONE, true);
      return;
    }
    HpaEvent last = events.getLast();
    got.putObject("event")
        .put("type", last.type())
        .put("reason", last.reason())
        .put("message", last.message());
  }

  private HpaInput gathered() {
    HpaSpec spec = spec();
    JsonNode scale = input.path("scale");
    ScaleReading reading =
        failures.contains("getScale")
            ? new ScaleReading.Failed("the case says that this fails")
            : new ScaleReading.Known(
                new Scale(
                    scale.path("specReplicas").asInt(),
                    scale.path("statusReplicas").asInt(),
                    scale.path("selector").asString(""),
                    "1"));
    List<OtherHpa> others = new ArrayList<>();
    for (JsonNode each : input.path("otherHpaSelectors")) {
      others.add(
          new OtherHpa(each.path("hpa").asString(), each.path("selector").asString(""), null));
    }
    Hpa hpa = new Hpa("test-namespace", "test-hpa", "1", "1", 1, null, spec, status(), List.of());
    List<MetricReading> readings = spec.metrics().stream().map(this::reading).toList();
    return new HpaInput(hpa, reading, pods(), readings, others, memory(), settings(), HpaCases.NOW);
  }

  private HpaSpec spec() {
    JsonNode hpa = input.path("hpa");
    JsonNode target = hpa.path("scaleTargetRef");
    List<MetricSpec> metrics = new ArrayList<>();
    hpa.path("metrics").forEach(each -> metrics.add(metric(each)));
    JsonNode min = hpa.path("minReplicas");
    return new HpaSpec(
        reference(target),
        min.isNumber() ? min.asInt() : 1,
        hpa.path("maxReplicas").asInt(),
        metrics,
        behavior(hpa.path("behavior")));
  }

  private static TargetRef reference(JsonNode node) {
    return new TargetRef(
        node.path("apiVersion").asString(""),
        node.path("kind").asString(""),
        node.path("name").asString(""));
  }

  private static @Nullable Behavior behavior(JsonNode node) {
    if (!node.isObject()) {
      return null;
    }
    return new Behavior(
        HpaCases.rules(node.path("scaleUp"), ScalingRules.DEFAULT_UP),
        HpaCases.rules(node.path("scaleDown"), ScalingRules.DEFAULT_DOWN),
        fraction(node.path("scaleUp").path("tolerance")),
        fraction(node.path("scaleDown").path("tolerance")));
  }

  private static @Nullable Double fraction(JsonNode node) {
    return node.isNumber() ? node.asDouble() : null;
  }

  private static MetricSpec metric(JsonNode node) {
    JsonNode goal = node.path("target");
    MetricSpec.Target target =
        new MetricSpec.Target(
            goal.path("averageUtilization").isNumber()
                ? goal.path("averageUtilization").asInt()
                : null,
            HpaCases.number(goal.path("averageValueMilli")),
            HpaCases.number(goal.path("valueMilli")));
    String type = node.path("type").asString("");
    MetricSpec.Metric metric = new MetricSpec.Metric(node.path("metric").asString(""), null);
    String resource = node.path("name").asString("");
    return switch (type) {
      case "Resource" -> new MetricSpec.Resource(resource, target);
      case "ContainerResource" ->
          new MetricSpec.ContainerResource(resource, node.path("container").asString(""), target);
      case "Pods" -> new MetricSpec.Pods(metric, target);
      case "Object" ->
          new MetricSpec.OfObject(metric, reference(node.path("describedObject")), target);
      case "External" -> new MetricSpec.External(metric, target);
      default -> new MetricSpec.Unknown(type);
    };
  }

  private MetricReading reading(MetricSpec metric) {
    return switch (metric) {
      case MetricSpec.Resource _ -> usage(null);
      case MetricSpec.ContainerResource(String _, String container, MetricSpec.Target _) ->
          usage(container);
      case MetricSpec.Pods(MetricSpec.Metric wanted, MetricSpec.Target _) -> perPod(wanted.name());
      case MetricSpec.OfObject _ -> {
        JsonNode value = input.path("customObjectValueMilli");
        yield failures.contains("customMetrics") || !value.isNumber()
            ? new MetricReading.Failed("no object metric")
            : new MetricReading.Values(List.of(value.asLong()), HpaCases.NOW);
      }
      case MetricSpec.External _ ->
          failures.contains("externalMetrics")
              ? new MetricReading.Failed("no external metric")
              : new MetricReading.Values(
                  input.path("externalValuesMilli").valueStream().map(JsonNode::asLong).toList(),
                  HpaCases.NOW);
      case MetricSpec.Unknown _ -> new MetricReading.Failed("nothing to read");
    };
  }

  private MetricReading usage(@Nullable String container) {
    return failures.contains("resourceMetrics")
        ? new MetricReading.Failed("no resource metrics")
        : new MetricReading.PerPod(HpaCases.samples(input, container));
  }

  private MetricReading perPod(String metric) {
    if (failures.contains("customMetrics")) {
      return new MetricReading.Failed("no pods metric");
    }
    Map<String, PodSample> samples = new LinkedHashMap<>();
    for (JsonNode each : input.path("customPodValues")) {
      if (each.path("metric").asString(metric).equals(metric)) {
        samples.put(
            each.path("pod").asString(),
            new PodSample(each.path("valueMilli").asLong(), HpaCases.NOW, HpaCases.DEFAULT_WINDOW));
      }
    }
    return new MetricReading.PerPod(samples);
  }

  /// The status before the pass: as the case says, else as upstream's tests set it up.
  private HpaStatus status() {
    int replicas = input.path("scale").path("specReplicas").asInt();
    JsonNode initial = input.path("initialStatus");
    JsonNode lastScale =
        initial.has("lastScaleTime")
            ? initial.path("lastScaleTime")
            : input.path("hpa").path("lastScaleTime");
    Instant scaled = lastScale.isNumber() ? HpaCases.time(lastScale) : null;
    if (!initial.isObject()) {
      return new HpaStatus(scaled, replicas, replicas, List.of(), List.of());
    }
    List<Condition> conditions = new ArrayList<>();
    for (JsonNode each : initial.path("conditions")) {
      JsonNode since = each.path("lastTransitionTime");
      conditions.add(
          new Condition(
              each.path("type").asString(""),
              Condition.Status.of(each.path("status").asString("")),
              each.path("reason").asString(""),
              each.path("message").asString(""),
              since.isNumber() ? HpaCases.time(since) : HpaCases.NOW));
    }
    List<MetricStatus> metrics = new ArrayList<>();
    List<MetricSpec> specs = spec().metrics();
    for (JsonNode each : initial.path("currentMetrics")) {
      JsonNode now = each.path("current");
      metrics.add(
          new MetricStatus(
              metrics.size() < specs.size() ? specs.get(metrics.size()) : null,
              now.path("averageUtilization").isNumber()
                  ? now.path("averageUtilization").asInt()
                  : null,
              HpaCases.number(now.path("averageValueMilli")),
              HpaCases.number(now.path("valueMilli"))));
    }
    return new HpaStatus(
        scaled,
        initial.path("currentReplicas").asInt(replicas),
        initial.path("desiredReplicas").asInt(replicas),
        metrics,
        conditions);
  }

  private HpaMemory memory() {
    JsonNode known = input.path("recommendations");
    if (!known.isArray()) {
      return HpaMemory.NONE;
    }
    List<Recommendation> recommendations = HpaCases.recommendations(input);
    return HpaMemory.NONE.recommending(recommendations);
  }

  private HpaSettings settings() {
    JsonNode controller = input.path("controller");
    double tolerance = controller.path("tolerance").asDouble();
    return new HpaSettings(
        new Tolerance(tolerance, tolerance),
        HpaCases.seconds(controller.path("downscaleStabilizationSeconds")),
        HpaCases.seconds(controller.path("cpuInitializationPeriodSeconds")),
        HpaCases.seconds(controller.path("initialReadinessDelaySeconds")),
        controller.path("scaleUpLimitFactor").asInt(),
        controller.path("scaleUpLimitMinimum").asInt(),
        HpaSettings.FromZero.MIN_REPLICAS);
  }

  /// Every container of a case has one request, whatever the resource is called.
  private List<PodFacts> pods() {
    List<Pod> plain = HpaCases.pods(input);
    List<PodFacts> pods = new ArrayList<>();
    for (int i = 0; i < plain.size(); i++) {
      Pod pod = plain.get(i);
      Map<String, String> labels = new HashMap<>();
      input
          .path("pods")
          .path(i)
          .path("labels")
          .properties()
          .forEach(each -> labels.put(each.getKey(), each.getValue().asString()));
      pods.add(
          new PodFacts(
              pod.name(),
              labels,
              pod.phase(),
              pod.deleting(),
              pod.readiness(),
              pod.started(),
              requests(pod.requestMilli()),
              pod.containers().stream()
                  .map(each -> new PodFacts.Container(each.name(), requests(each.requestMilli())))
                  .toList()));
    }
    return pods;
  }

  private Map<String, Long> requests(@Nullable Long milli) {
    Map<String, Long> requests = new HashMap<>();
    if (milli != null) {
      for (JsonNode metric : input.path("hpa").path("metrics")) {
        requests.put(metric.path("name").asString(""), milli);
      }
    }
    return requests;
  }
}
