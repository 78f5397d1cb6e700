package dev.mangru.autoscaler.conformance;

import dev.mangru.autoscaler.node.plan.BlockReason;
import dev.mangru.autoscaler.node.plan.Controllers;
import dev.mangru.autoscaler.node.plan.DisruptionBudget;
import dev.mangru.autoscaler.node.plan.Disruptions;
import dev.mangru.autoscaler.node.plan.DrainOptions;
import dev.mangru.autoscaler.node.plan.DrainRule;
import dev.mangru.autoscaler.node.plan.DrainRules;
import dev.mangru.autoscaler.node.plan.PodsToMove;
import dev.mangru.autoscaler.node.shape.LabelSelector;
import dev.mangru.autoscaler.node.shape.PodShape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The cases about pods that must move off a node. Only translates: nothing is decided here.
final class ClusterAutoscalerDrainCases {

  private static final JsonMapper JSON = new JsonMapper();

  private ClusterAutoscalerDrainCases() {}

  static void podsToMove(JsonNode input, ObjectNode got) {
    List<PodShape> pods = new ArrayList<>();
    input.path("pods").forEach(each -> pods.add(CaseTrees.fullPod(each)));
    DrainRule.Surroundings around = surroundings(input);
    List<DrainRule> rules = new ArrayList<>();
    for (JsonNode each : input.path("extraRulesBefore")) {
      rules.add(extra(each.asString()));
    }
    rules.addAll(DrainRules.of(around.options()));
    PodsToMove moved = DrainRules.podsToMove(pods, rules, around);
    keys(moved.pods(), got.putArray("pods"));
    keys(moved.daemonSetPods(), got.putArray("daemonSetPods"));
    keys(moved.onCompletionPods(), got.putArray("onCompletionPods"));
    PodsToMove.Blocked blocked = moved.blocked();
    if (blocked == null) {
      got.putNull("blocking");
    } else {
      got.putObject("blocking")
          .put("pod", blocked.pod().uid())
          .put("reason", blocked.reason().text());
    }
  }

  static void rule(JsonNode input, ObjectNode got) {
    DrainRule rule =
        switch (input.path("rule").asString()) {
          case "localstorage" -> DrainRules::localStorage;
          case "replicacount" -> DrainRules::replicaCount;
          case "replicated" -> DrainRules::replicated;
          case "system" -> DrainRules::system;
          case "notsafetoevict" -> DrainRules::notSafeToEvict;
          case "pdb" -> DrainRules::disruptionBudget;
          default -> throw new IllegalArgumentException("no such rule: " + input.path("rule"));
        };
    PodShape pod = CaseTrees.fullPod(input.path("pod"));
    if (rule.judge(pod, surroundings(input)) instanceof DrainRule.Verdict.Block block) {
      got.put("blockingReason", block.reason().text());
    } else {
      got.putNull("blockingReason");
    }
  }

  static void isLongTerminating(JsonNode input, ObjectNode got) {
    ObjectNode pod = JSON.createObjectNode();
    pod.setAll((ObjectNode) input);
    got.put("longTerminating", DrainRules.isLongTerminating(CaseTrees.fullPod(pod), CaseTrees.NOW));
  }

  private static DrainRule extra(String name) {
    return switch (name) {
      case "alwaysDrain" -> (_, _) -> new DrainRule.Verdict.Move();
      case "neverDrain" ->
          (_, _) -> new DrainRule.Verdict.Block(BlockReason.UNEXPECTED_ERROR, "never");
      case "cantDecide" -> (_, _) -> new DrainRule.Verdict.Undecided();
      default -> throw new IllegalArgumentException("no such rule: " + name);
    };
  }

  private static DrainRule.Surroundings surroundings(JsonNode input) {
    List<DisruptionBudget> budgets = new ArrayList<>();
    for (JsonNode each : input.path("pdbs")) {
      LabelSelector selector =
          each.hasNonNull("matchLabels")
              ? LabelSelector.of(CaseTrees.texts(each.path("matchLabels")))
              : LabelSelector.NOTHING;
      budgets.add(
          new DisruptionBudget(
              each.path("namespace").asString(""),
              each.path("name").asString("pdb"),
              selector,
              each.path("disruptionsAllowed").asInt()));
    }
    return new DrainRule.Surroundings(
        options(input.path("options")),
        controllers(input.path("existingControllers")),
        new Disruptions(budgets),
        CaseTrees.NOW);
  }

  private static DrainOptions options(JsonNode tree) {
    DrainOptions usual = DrainOptions.DEFAULT;
    JsonNode timeout = tree.path("blockingSystemPodDisruptionTimeoutSeconds");
    return new DrainOptions(
        tree.path("skipNodesWithSystemPods").asBoolean(usual.skipNodesWithSystemPods()),
        tree.path("skipNodesWithLocalStorage").asBoolean(usual.skipNodesWithLocalStorage()),
        tree.path("skipNodesWithCustomControllerPods")
            .asBoolean(usual.skipNodesWithCustomControllerPods()),
        timeout.isNumber() ? Duration.ofSeconds(timeout.asLong()) : usual.systemPodTimeout(),
        tree.path("minReplicaCount").asInt(usual.minReplicaCount()));
  }

  /// Controllers in cases have replicas enough.
  private static Controllers controllers(JsonNode tree) {
    if (!tree.isObject()) {
      return Controllers.UNCHECKED;
    }
    Map<String, Integer> replicas = new HashMap<>();
    for (Map.Entry<String, JsonNode> kind : tree.properties()) {
      for (JsonNode each : kind.getValue()) {
        replicas.put(kind.getKey() + " " + each.asString(), Integer.MAX_VALUE);
      }
    }
    return new Controllers(replicas);
  }

  private static void keys(List<PodShape> pods, ArrayNode into) {
    pods.forEach(pod -> into.add(pod.uid()));
  }
}
