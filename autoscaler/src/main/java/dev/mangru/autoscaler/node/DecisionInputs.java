package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.plan.Estimate;
import dev.mangru.autoscaler.node.plan.GroupView;
import dev.mangru.autoscaler.node.plan.LeastWaste;
import dev.mangru.autoscaler.node.plan.ScaleDownPlan;
import dev.mangru.autoscaler.node.plan.ScaleUpPlan;
import dev.mangru.autoscaler.node.plan.Utilization;
import dev.mangru.model.scale.Decision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Writes plans down as the inputs of decision records, so that each record alone answers why a
/// node came or did not come, and why a node is still there. Pure.
final class DecisionInputs {

  /// Names listed for one reason; chosen, to bound a record.
  private static final int MAX_NAMES = 1_000;

  /// Nodes with an input of their own; chosen, to bound a record. All others are listed by reason.
  private static final int MAX_NODES = 200;

  /// Pods whose refusals are told one by one; equal refusals are told once in any case.
  private static final int MAX_REFUSALS = 100;

  private DecisionInputs() {}

  static List<Decision.Input> of(ScaleUpPlan plan, Instant now) {
    List<Decision.Input> inputs = new ArrayList<>();
    inputs.add(pending(plan, now));
    for (ScaleUpPlan.Considered each : plan.considered()) {
      inputs.add(group(each, plan, now));
    }
    if (!plan.refusals().isEmpty()) {
      inputs.add(refusals(plan, now));
    }
    return inputs;
  }

  private static Decision.Input pending(ScaleUpPlan plan, Instant now) {
    Map<String, List<String>> members = new HashMap<>();
    plan.pending().leftOut().forEach((why, pods) -> members.put("left out: " + why, some(pods)));
    if (!plan.coming().isEmpty()) {
      members.put("fit on nodes that are there or coming", some(plan.coming()));
    }
    if (!plan.helpless().isEmpty()) {
      members.put("need a node", some(plan.helpless()));
    }
    if (!plan.helped().isEmpty()) {
      members.put("get a node", some(plan.helped()));
    }
    return new Decision.Input(
        "pending pods",
        (double) plan.pending().wanting().size(),
        "pods",
        null,
        null,
        null,
        !plan.growth().isEmpty(),
        now,
        members,
        Map.of("expander", plan.expander()),
        null,
        plan.helpless().isEmpty()
            ? "no pod waits for a node that is not coming"
            : plan.helpless().size() + " pods fit on no node that is there or coming");
  }

  private static Decision.Input group(ScaleUpPlan.Considered each, ScaleUpPlan plan, Instant now) {
    GroupView group = each.group();
    Map<String, String> facts = new HashMap<>();
    facts.put("targetSize", Integer.toString(group.targetSize()));
    facts.put("minSize", Integer.toString(group.group().minSize()));
    facts.put("maxSize", Integer.toString(group.group().maxSize()));
    facts.put("upcoming", Integer.toString(group.upcoming()));
    Estimate estimate = each.estimate();
    if (estimate != null) {
      facts.put("newNodes", Integer.toString(estimate.newNodes()));
      facts.put("podsPlaced", Integer.toString(estimate.pods().size()));
      facts.put("limited", Boolean.toString(estimate.limited()));
    }
    LeastWaste.Waste waste = each.waste();
    if (waste != null) {
      facts.put("unusedCpuShare", Double.toString(waste.cpu()));
      facts.put("unusedMemoryShare", Double.toString(waste.memory()));
    }
    Integer proposal =
        plan.growth().stream()
            .filter(growth -> growth.group().equals(group.id()))
            .map(ScaleUpPlan.Growth::to)
            .findFirst()
            .orElse(
                estimate == null || each.skipped() != null
                    ? null
                    : Integer.valueOf(group.targetSize() + estimate.newNodes()));
    String skipped = each.skipped();
    return new Decision.Input(
        "node group " + group.id(),
        waste == null ? null : Double.valueOf(waste.score()),
        "unused share",
        null,
        null,
        proposal,
        each.chosen(),
        now,
        Map.of(),
        facts,
        waste == null ? (skipped == null ? "it was not estimated" : skipped) : null,
        reason(each));
  }

  private static String reason(ScaleUpPlan.Considered each) {
    if (each.chosen()) {
      return "chosen";
    }
    return each.skipped() == null ? "another group is better" : each.skipped();
  }

  private static Decision.Input refusals(ScaleUpPlan plan, Instant now) {
    Map<String, List<String>> members = new TreeMap<>();
    plan.refusals()
        .forEach((pod, reasons) -> {
          if (members.size() < MAX_REFUSALS || members.containsKey(counted(reasons))) {
            members.computeIfAbsent(counted(reasons), _ -> new ArrayList<>()).add(pod);
          }
        });
    members.replaceAll((_, pods) -> some(pods));
    return new Decision.Input(
        "pods that no group can help",
        (double) plan.refusals().size(),
        "pods",
        null,
        null,
        null,
        false,
        now,
        members,
        Map.of(),
        null,
        "how many groups refuse them, by the reason");
  }

  static String counted(Map<String, Integer> reasons) {
    return String.join(
        ", ", reasons.entrySet().stream().map(e -> e.getValue() + " " + e.getKey()).toList());
  }

  static List<Decision.Input> of(ScaleDownPlan plan, Instant now) {
    List<Decision.Input> inputs = new ArrayList<>();
    inputs.add(byReason(plan, now));
    plan.nodes().stream()
        .sorted(Comparator.comparing((ScaleDownPlan.Node node) -> node.unneededSince() == null))
        .limit(MAX_NODES)
        .forEach(node -> inputs.add(node(node, now)));
    return inputs;
  }

  private static Decision.Input byReason(ScaleDownPlan plan, Instant now) {
    Map<String, List<String>> members = new TreeMap<>();
    for (ScaleDownPlan.Node node : plan.nodes()) {
      String reason = node.stays() == null ? "removal starts" : node.stays().text();
      members.computeIfAbsent(reason, _ -> new ArrayList<>()).add(node.name());
    }
    members.replaceAll((_, nodes) -> some(nodes));
    return new Decision.Input(
        "nodes",
        (double) plan.nodes().size(),
        "nodes",
        null,
        null,
        null,
        false,
        now,
        members,
        Map.of("unneeded", Integer.toString(plan.unneeded().since().size())),
        null,
        "why each stays");
  }

  static Decision.Input node(ScaleDownPlan.Node node, Instant now) {
    Utilization utilization = node.utilization();
    Map<String, String> facts = new HashMap<>();
    facts.put("group", node.group());
    if (utilization != null) {
      facts.put("cpuShare", Double.toString(utilization.cpu()));
      facts.put("memoryShare", Double.toString(utilization.memory()));
    }
    if (node.unneededSince() != null) {
      facts.put("unneededSince", node.unneededSince().toString());
    }
    String reason = node.stays() == null ? "its removal starts" : node.stays().text();
    boolean compared = utilization != null && !Double.isNaN(node.threshold());
    Double ratio =
        utilization != null && node.threshold() > 0
            ? Double.valueOf(utilization.share() / node.threshold())
            : null;
    return new Decision.Input(
        "node " + node.name(),
        utilization == null ? null : Double.valueOf(utilization.share()),
        "share of requests",
        compared ? Double.valueOf(node.threshold()) : null,
        ratio,
        null,
        node.stays() == null,
        now,
        Map.of(),
        facts,
        utilization == null ? reason : null,
        node.detail().isEmpty() ? reason : reason + ": " + node.detail());
  }

  private static List<String> some(List<String> names) {
    return names.size() <= MAX_NAMES ? names : names.subList(0, MAX_NAMES);
  }
}
