package dev.mangru.autoscaler.conformance;

import dev.mangru.autoscaler.node.plan.Backoff;
import dev.mangru.autoscaler.node.plan.Balancer;
import dev.mangru.autoscaler.node.plan.ByPrice;
import dev.mangru.autoscaler.node.plan.ByPriority;
import dev.mangru.autoscaler.node.plan.Eligibility;
import dev.mangru.autoscaler.node.plan.Estimate;
import dev.mangru.autoscaler.node.plan.EstimationLimit;
import dev.mangru.autoscaler.node.plan.Estimator;
import dev.mangru.autoscaler.node.plan.Expander;
import dev.mangru.autoscaler.node.plan.GrowthOption;
import dev.mangru.autoscaler.node.plan.LeastNodes;
import dev.mangru.autoscaler.node.plan.LeastWaste;
import dev.mangru.autoscaler.node.plan.NodeSimilarity;
import dev.mangru.autoscaler.node.plan.PodGroup;
import dev.mangru.autoscaler.node.plan.Utilization;
import dev.mangru.autoscaler.node.provider.Instance;
import dev.mangru.autoscaler.node.provider.NodeTemplate;
import dev.mangru.autoscaler.node.shape.ClusterShape;
import dev.mangru.autoscaler.node.shape.NodeRoom;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.Resources;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One call of the planner for each `op` of a case. Only translates: nothing is decided here.
///
/// Times in cases are seconds relative to now.
final class ClusterAutoscalerCases {

  static final Map<String, CaseFiles.Operation> OPERATIONS =
      Map.ofEntries(
          Map.entry("podsToMove", ClusterAutoscalerDrainCases::podsToMove),
          Map.entry("rule", ClusterAutoscalerDrainCases::rule),
          Map.entry("isLongTerminating", ClusterAutoscalerDrainCases::isLongTerminating),
          Map.entry("filterUnremovable", ClusterAutoscalerCases::filterUnremovable),
          Map.entry("nodeUtilization", ClusterAutoscalerCases::nodeUtilization),
          Map.entry("binpack", ClusterAutoscalerCases::binpack),
          Map.entry("limiter", ClusterAutoscalerCases::limiter),
          Map.entry(
              "minLimit",
              (input, got) ->
                  got.put(
                      "limit",
                      EstimationLimit.tighter(
                          input.path("base").asLong(), input.path("target").asLong()))),
          Map.entry("leastWaste", ClusterAutoscalerCases::leastWaste),
          Map.entry("leastNodes", ClusterAutoscalerCases::leastNodes),
          Map.entry("priority", ClusterAutoscalerCases::priority),
          Map.entry("price", ClusterAutoscalerCases::price),
          Map.entry("balance", ClusterAutoscalerCases::balance),
          Map.entry("similarNodes", ClusterAutoscalerCases::similarNodes),
          Map.entry("backoff", ClusterAutoscalerCases::backoff));

  private static final String GPU = "nvidia.com/gpu";
  private static final Instant NOW = CaseTrees.NOW;

  private ClusterAutoscalerCases() {}

  private static void filterUnremovable(JsonNode input, ObjectNode got) {
    List<NodeShape> nodes = new ArrayList<>();
    input.path("nodes").forEach(each -> nodes.add(CaseTrees.node(each)));
    List<PodShape> pods = new ArrayList<>();
    for (JsonNode each : input.path("pods")) {
      pods.add(CaseTrees.pod(each).on(each.path("node").asString()));
    }
    JsonNode options = input.path("options");
    Eligibility.Rules rules =
        new Eligibility.Rules(
            options.path("utilizationThreshold").asDouble(),
            options.path("scaleDownUnreadyEnabled").asBoolean(),
            new Utilization.Rules(
                options.path("ignoreDaemonSetsUtilization").asBoolean(), false, null));
    ArrayNode candidates = got.putArray("candidates");
    ArrayNode unremovable = got.putArray("unremovable");
    for (NodeRoom room : ClusterShape.of(nodes, pods).rooms()) {
      switch (Eligibility.check(room, true, rules, NOW)) {
        case Eligibility.Result.Candidate _ -> candidates.add(room.node().name());
        case Eligibility.Result.Stays stays ->
            unremovable
                .addObject()
                .put("node", room.node().name())
                .put("reason", stays.reason().text());
      }
    }
  }

  private static void nodeUtilization(JsonNode input, ObjectNode got) {
    List<PodShape> pods = new ArrayList<>();
    input.path("pods").forEach(each -> pods.add(CaseTrees.pod(each)));
    Utilization.Rules rules =
        new Utilization.Rules(
            input.path("skipDaemonSetPods").asBoolean(),
            input.path("skipMirrorPods").asBoolean(),
            input.path("gpu").asBoolean(false) ? GPU : null);
    Resources offered = CaseTrees.resources(input.path("node"), 0);
    Optional<Utilization> utilization =
        Utilization.of(NodeShape.of("node", offered), pods, rules, NOW);
    if (utilization.isEmpty()) {
      got.put("error", true);
      return;
    }
    got.put("utilization", utilization.get().share());
    got.put("cpu", utilization.get().cpu());
    got.put("memory", utilization.get().memory());
  }

  private static void binpack(JsonNode input, ObjectNode got) {
    List<NodeShape> existing = new ArrayList<>();
    for (JsonNode each : input.path("existingNodes")) {
      existing.add(zoned(each.path("name").asString(), each));
    }
    List<PodGroup> groups = new ArrayList<>();
    for (JsonNode each : input.path("podGroups")) {
      PodShape example = CaseTrees.podOfGroup(each, "group-" + groups.size());
      List<PodShape> pods = new ArrayList<>();
      for (int i = 0; i < each.path("count").asInt(); i++) {
        pods.add(example.named(example.name() + "-" + i));
      }
      groups.add(new PodGroup(pods));
    }
    NodeTemplate template = new NodeTemplate(zoned("template", input.path("template")), List.of());
    EstimationLimit limit =
        new EstimationLimit(
            List.of(new EstimationLimit.Threshold(input.path("maxNodes").asLong(), Duration.ZERO)),
            Ticker.SYSTEM);
    Estimate estimate =
        Estimator.estimate(groups, template, ClusterShape.of(existing, List.of()), limit);
    got.put("newNodeCount", estimate.newNodes());
    got.put("nodeCount", estimate.newNodes() + estimate.reusedNodes());
    got.put("podCount", estimate.pods().size());
    ArrayNode placed = got.putArray("scheduledGroups");
    estimate.placed().forEach(placed::add);
  }

  private static NodeShape zoned(String name, JsonNode tree) {
    Resources offered =
        Resources.ofNode(
            tree.path("cpuMilli").asLong(),
            tree.path("memoryMiB").asLong() << 20,
            tree.path("pods").asLong());
    Map<String, String> labels = new HashMap<>(CaseTrees.texts(tree.path("labels")));
    labels.put("kubernetes.io/hostname", name);
    if (tree.hasNonNull("zone")) {
      labels.put("topology.kubernetes.io/zone", tree.path("zone").asString());
    }
    return NodeShape.of(name, offered).withLabels(labels);
  }

  private static void limiter(JsonNode input, ObjectNode got) {
    List<EstimationLimit.Threshold> thresholds = new ArrayList<>();
    for (JsonNode each : input.path("thresholds")) {
      thresholds.add(
          new EstimationLimit.Threshold(
              each.path("maxNodes").asLong(),
              Duration.ofSeconds(each.path("maxDurationSeconds").asLong())));
    }
    long[] nanos = {0};
    EstimationLimit limit = new EstimationLimit(thresholds, () -> nanos[0]);
    nanos[0] = Duration.ofSeconds(input.path("startedSecondsAgo").asLong()).toNanos();
    for (JsonNode each : input.path("operations")) {
      String operation = each.asString();
      if (operation.equals("reset")) {
        limit.reset();
      } else if (limit.allow() != operation.equals("allow")) {
        got.put("allowedNodes", "not " + operation + " after " + limit.nodes());
        return;
      }
    }
    got.put("allowedNodes", limit.nodes());
  }

  private static void leastWaste(JsonNode input, ObjectNode got) {
    List<GrowthOption> options = new ArrayList<>();
    for (JsonNode each : input.path("options")) {
      List<PodShape> pods = new ArrayList<>();
      each.path("pods").forEach(pod -> pods.add(CaseTrees.pod(pod)));
      NodeShape node = NodeShape.of("node", CaseTrees.resources(each.path("node"), 0));
      options.add(option(each, node, pods));
    }
    best(new LeastWaste(), options, got);
  }

  private static void leastNodes(JsonNode input, ObjectNode got) {
    List<GrowthOption> options = new ArrayList<>();
    for (JsonNode each : input.path("options")) {
      options.add(option(each, NodeShape.of("node", Resources.NONE), List.of()));
    }
    best(new LeastNodes(), options, got);
  }

  private static void priority(JsonNode input, ObjectNode got) {
    Map<Integer, List<String>> priorities = new TreeMap<>();
    for (Map.Entry<String, JsonNode> each : input.path("priorities").properties()) {
      List<String> expressions = new ArrayList<>();
      each.getValue().forEach(expression -> expressions.add(expression.asString()));
      priorities.put(Integer.parseInt(each.getKey()), expressions);
    }
    List<GrowthOption> options = new ArrayList<>();
    for (JsonNode each : input.path("options")) {
      NodeShape node = NodeShape.of("node", Resources.NONE);
      options.add(new GrowthOption(each.asString(), true, node, 1, List.of()));
    }
    best(new ByPriority(priorities), options, got);
  }

  private static void price(JsonNode input, ObjectNode got) {
    JsonNode podPrices = input.path("podPrices");
    JsonNode nodePrices = input.path("nodePrices");
    ByPrice.Prices prices =
        new ByPrice.Prices() {
          @Override
          public OptionalDouble node(NodeShape node) {
            return number(nodePrices.path(node.name()));
          }

          @Override
          public OptionalDouble pod(PodShape pod) {
            return number(podPrices.path(pod.name()));
          }
        };
    List<GrowthOption> options = new ArrayList<>();
    for (JsonNode each : input.path("options")) {
      Map<String, Long> gpus =
          each.path("nodeGpu").asLong(0) > 0
              ? Map.of(GPU, each.path("nodeGpu").asLong())
              : Map.of();
      Resources offered = new Resources(each.path("nodeCpuMilli").asLong(), 0, 0, 0, gpus);
      List<PodShape> pods = new ArrayList<>();
      for (JsonNode pod : each.path("pods")) {
        pods.add(PodShape.of("default", pod.asString(), Resources.NONE));
      }
      options.add(option(each, NodeShape.of(each.path("node").asString(), offered), pods));
    }
    long preferred = input.path("preferredNodeCpuMilli").asLong();
    best(new ByPrice(prices, preferred, Set.of(GPU)), options, got);
  }

  private static OptionalDouble number(JsonNode value) {
    return value.isNumber() ? OptionalDouble.of(value.asDouble()) : OptionalDouble.empty();
  }

  private static GrowthOption option(JsonNode tree, NodeShape node, List<PodShape> pods) {
    return new GrowthOption(
        tree.path("group").asString(),
        tree.path("exists").asBoolean(true),
        node,
        tree.path("nodeCount").asInt(),
        pods);
  }

  private static void best(Expander expander, List<GrowthOption> options, ObjectNode got) {
    List<String> warnings = new ArrayList<>();
    ArrayNode best = got.putArray("best");
    expander.best(options, warnings).forEach(option -> best.add(option.group()));
    ArrayNode warned = got.putArray("warnedGroups");
    warnings.forEach(warned::add);
  }

  private static void balance(JsonNode input, ObjectNode got) {
    List<Balancer.Size> groups = new ArrayList<>();
    for (JsonNode each : input.path("groups")) {
      groups.add(
          new Balancer.Size(
              each.path("id").asString(), each.path("size").asInt(), each.path("max").asInt()));
    }
    ObjectNode sizes = got.putObject("newSizes");
    Balancer.balance(groups, input.path("newNodes").asInt()).forEach(sizes::put);
  }

  private static void similarNodes(JsonNode input, ObjectNode got) {
    Set<String> ignored = new HashSet<>();
    input.path("ignoredLabels").forEach(each -> ignored.add(each.asString()));
    JsonNode ratios = input.path("ratios");
    got.put(
        "similar",
        NodeSimilarity.similar(
            CaseTrees.template(input.path("a")),
            CaseTrees.template(input.path("b")),
            ignored,
            new NodeSimilarity.Ratios(
                ratios.path("maxCapacityMemoryDifferenceRatio").asDouble(),
                ratios.path("maxAllocatableDifferenceRatio").asDouble(),
                ratios.path("maxFreeDifferenceRatio").asDouble())));
  }

  private static void backoff(JsonNode input, ObjectNode got) {
    Backoff backoff =
        Backoff.none(
            CaseTrees.seconds(input.path("initialSeconds")),
            CaseTrees.seconds(input.path("maxSeconds")),
            CaseTrees.seconds(input.path("resetSeconds")));
    for (JsonNode step : input.path("steps")) {
      Instant now = NOW.plus(CaseTrees.seconds(step.path("t")));
      String group = step.path("group").asString("");
      String code = step.path("errorCode").asString("");
      switch (step.path("do").asString("check")) {
        case "backoff" -> backoff = backoff.failed(group, Instance.ErrorClass.OTHER, code, "", now);
        case "removeStale" -> backoff = backoff.withoutStale(now);
        case "remove", "removeBackoff" -> backoff = backoff.succeeded(group);
        case "check" -> {
          if (!holds(step, backoff, now)) {
            got.put("allStepsHold", false);
            return;
          }
        }
        default -> throw new IllegalArgumentException("no such step: " + step);
      }
    }
    got.put("allStepsHold", true);
  }

  private static boolean holds(JsonNode step, Backoff backoff, Instant now) {
    if (step.path("check").asString().equals("entries")) {
      return backoff.entries().size() == step.path("count").asInt();
    }
    Backoff.Entry entry = backoff.at(step.path("group").asString(), now);
    boolean codeHolds =
        !step.hasNonNull("errorCode")
            || (entry != null && entry.code().equals(step.path("errorCode").asString()));
    return (entry != null) == step.path("backedOff").asBoolean() && codeHolds;
  }
}
