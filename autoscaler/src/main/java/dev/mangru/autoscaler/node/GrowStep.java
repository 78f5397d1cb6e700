package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.act.ClusterEvent;
import dev.mangru.autoscaler.node.plan.EstimationLimit;
import dev.mangru.autoscaler.node.plan.PendingPods;
import dev.mangru.autoscaler.node.plan.ScaleUpPlan;
import dev.mangru.autoscaler.node.plan.ScaleUpPlanner;
import dev.mangru.autoscaler.node.provider.Instance;
import dev.mangru.autoscaler.node.provider.NodeGroupProvider;
import dev.mangru.autoscaler.node.shape.ClusterShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.time.Ticker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;

/// The part of a pass that makes groups grow: plan, ask the provider, record, tell. Confined to the
/// thread that runs passes.
final class GrowStep {

  /// Pods told by events in one pass; chosen, to spare the API server.
  private static final int MAX_EVENTS = 100;

  private final NodeGroupProvider provider;
  private final NodeAutoscalerOptions options;
  private final GroupKeeper keeper;
  private final Recorder recorder;
  private final Ticker ticker;

  GrowStep(
      NodeGroupProvider provider,
      NodeAutoscalerOptions options,
      GroupKeeper keeper,
      Recorder recorder,
      Ticker ticker) {
    this.provider = provider;
    this.options = options;
    this.keeper = keeper;
    this.recorder = recorder;
    this.ticker = ticker;
  }

  /// What came of it.
  ///
  /// @param grew whether any group grows, or would in a cluster that is only watched
  record Result(ScaleUpPlan plan, boolean grew) {}

  Result run(World world) {
    NodeAutoscalerOptions.Growing growing = options.growing();
    Instant now = world.now();
    List<PodShape> pods = world.pods();
    PendingPods pending =
        PendingPods.of(pods, growing.expendablePriority(), growing.newPodDelay(), now);
    ClusterShape cluster = world.forPlacing();
    int nodes = world.snapshot().nodes().size();
    ScaleUpPlanner.Rules rules =
        new ScaleUpPlanner.Rules(
            Expanders.of(options, provider, nodes),
            List.of(
                new EstimationLimit.Threshold(
                    growing.maxNodesPerEstimate(), growing.maxEstimateTime())),
            options.limits(),
            growing.balanceSimilarGroups(),
            growing.ignoredLabels());
    SplittableRandom random = new SplittableRandom(options.seed() ^ now.toEpochMilli());
    ScaleUpPlan plan =
        ScaleUpPlanner.plan(pending, cluster, nodes, world.groups(), rules, random, ticker);
    boolean grew = act(plan, pods, now);
    return new Result(plan, grew);
  }

  private boolean act(ScaleUpPlan plan, List<PodShape> pods, Instant now) {
    List<Decision.Input> inputs = DecisionInputs.of(plan, now);
    List<Decision.Clamp> clamps =
        plan.limits().stream()
            .map(l -> new Decision.Clamp(l.rule(), l.before(), l.after(), l.reason()))
            .toList();
    boolean grew = false;
    List<String> told = new ArrayList<>();
    for (ScaleUpPlan.Growth growth : plan.growth()) {
      boolean done = grow(growth, plan, inputs, clamps, now);
      grew |= done;
      if (done) {
        told.add(
            "{%s %d->%d (max: %d)}"
                .formatted(growth.group(), growth.from(), growth.to(), growth.max()));
      }
    }
    if (plan.growth().isEmpty() && !plan.helpless().isEmpty()) {
      tellNobodyHelps(plan, inputs, clamps, now);
    }
    events(plan, pods, told, now);
    return grew;
  }

  private boolean grow(
      ScaleUpPlan.Growth growth,
      ScaleUpPlan plan,
      List<Decision.Input> inputs,
      List<Decision.Clamp> clamps,
      Instant now) {
    int by = growth.to() - growth.from();
    List<Decision.Clamp> all = new ArrayList<>(clamps);
    if (plan.growth().size() > 1) {
      int together = plan.growth().stream().mapToInt(g -> g.to() - g.from()).sum();
      all.add(
          new Decision.Clamp(
              "balance similar groups",
              together,
              by,
              "spread over " + plan.growth().size() + " groups whose nodes are alike"));
    }
    String why =
        "%d pods wait; node group %s grows from %d to %d"
            .formatted(plan.helpless().size(), growth.group(), growth.from(), growth.to());
    if (!options.act()) {
      if (recorder.isNew("observed " + growth.group(), growth.toString(), now)) {
        recorder.record(
            now,
            growth.group(),
            Decision.Outcome.OBSERVED,
            growth.from(),
            growth.to(),
            why,
            "TriggeredScaleUp",
            inputs,
            all,
            List.of());
      }
      return true;
    }
    String call = "increase node group " + growth.group() + " by " + by;
    try {
      provider.increase(growth.group(), by);
    } catch (MangruException e) {
      keeper.failed(growth.group(), Instance.ErrorClass.OTHER, e.code().name(), e.text(), now);
      recorder.record(
          now,
          growth.group(),
          Decision.Outcome.FAILED,
          growth.from(),
          growth.to(),
          why + ", and the provider refused: " + e.text(),
          "FailedScaleUp",
          inputs,
          all,
          List.of(new Decision.ApiCall(call, false, e.text())));
      return false;
    }
    keeper.grew(growth.group());
    recorder.record(
        now,
        growth.group(),
        Decision.Outcome.SCALED,
        growth.from(),
        growth.to(),
        why,
        "TriggeredScaleUp",
        inputs,
        all,
        List.of(new Decision.ApiCall(call, true, "machines asked for")));
    return true;
  }

  /// Once for each distinct situation: pods wait and nothing can be done for them.
  private void tellNobodyHelps(
      ScaleUpPlan plan, List<Decision.Input> inputs, List<Decision.Clamp> clamps, Instant now) {
    List<String> why =
        new ArrayList<>(
            new TreeSet<>(plan.refusals().values().stream().map(DecisionInputs::counted).toList()));
    clamps.stream()
        .filter(clamp -> clamp.after() <= 0)
        .forEach(clamp -> why.add(clamp.rule() + ": " + clamp.reason()));
    String summary =
        "%d pods wait and no node group can help: %s"
            .formatted(plan.helpless().size(), String.join("; ", why));
    if (!recorder.isNew("nobody helps", plan.helpless() + summary, now)) {
      return;
    }
    recorder.record(
        now,
        "*",
        Decision.Outcome.HELD,
        0,
        0,
        summary,
        "NotTriggerScaleUp",
        inputs,
        clamps,
        List.of());
  }

  private void events(ScaleUpPlan plan, List<PodShape> pods, List<String> grown, Instant now) {
    if (plan.helpless().isEmpty()) {
      return;
    }
    Map<String, PodShape> byKey = new HashMap<>();
    pods.forEach(pod -> byKey.put(pod.key(), pod));
    int left = MAX_EVENTS;
    for (String key : grown.isEmpty() ? List.<String>of() : plan.helped()) {
      PodShape pod = byKey.get(key);
      if (pod != null && left-- > 0) {
        recorder.event(
            ClusterEvent.ofPod(pod, "TriggeredScaleUp", "pod triggered scale-up: " + grown), now);
      }
    }
    for (Map.Entry<String, Map<String, Integer>> each : plan.refusals().entrySet()) {
      PodShape pod = byKey.get(each.getKey());
      boolean helped = plan.helped().contains(each.getKey());
      if (pod != null && !helped && left-- > 0) {
        recorder.event(
            ClusterEvent.ofPod(
                pod,
                "NotTriggerScaleUp",
                "pod didn't trigger scale-up: " + DecisionInputs.counted(each.getValue())),
            now);
      }
    }
  }
}
