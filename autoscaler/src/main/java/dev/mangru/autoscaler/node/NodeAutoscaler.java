package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.act.ClusterEvent;
import dev.mangru.autoscaler.node.act.ClusterSnapshot;
import dev.mangru.autoscaler.node.act.Drain;
import dev.mangru.autoscaler.node.act.DrainStep;
import dev.mangru.autoscaler.node.act.Drainer;
import dev.mangru.autoscaler.node.act.NodeCluster;
import dev.mangru.autoscaler.node.plan.GroupView;
import dev.mangru.autoscaler.node.plan.ScaleDownPlan;
import dev.mangru.autoscaler.node.plan.ScaleUpPlan;
import dev.mangru.autoscaler.node.plan.UnneededNodes;
import dev.mangru.autoscaler.node.provider.Instance;
import dev.mangru.autoscaler.node.provider.NodeGroup;
import dev.mangru.autoscaler.node.provider.NodeGroupProvider;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.scale.DecisionLog;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Scales nodes: groups grow for pods that wait, and nodes that nobody needs are drained and
/// removed. One pass gathers, decides, acts and records.
///
/// Thread-safe: passes exclude each other and [#view] may be read at any time. A pass never waits,
/// never throws for what a cluster or a provider says, and may be run at any interval: what it
/// cannot finish now, a later pass goes on with. A new process goes on where the last one was
/// killed: removals under way and since when nodes are unneeded are read from the nodes' taints,
/// and machines asked for are counted by the provider's target sizes.
public final class NodeAutoscaler {

  private static final Logger LOG = LoggerFactory.getLogger(NodeAutoscaler.class);

  private final NodeCluster cluster;
  private final NodeGroupProvider provider;
  private final NodeAutoscalerOptions options;
  private final Recorder recorder;
  private final GroupKeeper keeper;
  private final Gatherer gatherer;
  private final Drainer drainer;
  private final GrowStep grow;
  private final ShrinkStep shrink;
  private final Memory memory = new Memory();
  private volatile NodeAutoscalerView view = NodeAutoscalerView.START;

  /// A node autoscaler that knows nothing yet, of the only process there is.
  ///
  /// @param ticker measures how long planning takes
  public NodeAutoscaler(
      NodeCluster cluster,
      NodeGroupProvider provider,
      DecisionLog log,
      NodeAutoscalerOptions options,
      Ticker ticker) {
    this(cluster, provider, log, options, ticker, () -> true);
  }

  /// A node autoscaler that knows nothing yet.
  ///
  /// @param ticker measures how long planning takes
  /// @param mayWrite asked before every change: whether we still are the leader
  public NodeAutoscaler(
      NodeCluster anyCluster,
      NodeGroupProvider anyProvider,
      DecisionLog log,
      NodeAutoscalerOptions options,
      Ticker ticker,
      BooleanSupplier mayWrite) {
    this.cluster = new Leading.Cluster(anyCluster, mayWrite);
    this.provider = new Leading.Provider(anyProvider, mayWrite);
    this.options = options;
    this.recorder = new Recorder(log, cluster, options, ticker);
    this.keeper = new GroupKeeper(provider, options);
    this.gatherer = new Gatherer(provider, options);
    this.drainer = new Drainer(cluster, provider, options.drainTimes(), options.drain());
    this.grow = new GrowStep(provider, options, keeper, recorder, ticker);
    this.shrink = new ShrinkStep(cluster, options, drainer, recorder, memory, ticker);
  }

  /// How things stood after the last pass.
  public NodeAutoscalerView view() {
    return view;
  }

  /// One pass.
  ///
  /// @param now the time, never earlier than in the pass before: after a clock was set back begin
  ///   with a new autoscaler
  public synchronized void pass(Instant now) {
    recorder.begin();
    try {
      run(now);
    } catch (MangruException e) {
      cannotTell(e.text(), now);
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a pass over the nodes ended early: an error of Mangru itself");
      cannotTell("an error of Mangru itself: " + e, now);
    }
  }

  private void run(Instant now) {
    provider.refresh();
    ClusterSnapshot snapshot = cluster.read();
    List<NodeGroup> groups = provider.groups();
    List<String> problems = new ArrayList<>(snapshot.problems());
    Map<String, NodeGroup> groupOf = gatherer.groupOf(snapshot.nodes(), problems);
    if (!memory.recovered) {
      recover(snapshot, groupOf, now);
    }
    boolean healthy = isHealthy(snapshot.nodes(), now);
    if (healthy && options.act()) {
      drainer.step(snapshot, now).forEach(step -> tell(step, now));
    }
    Set<String> registered = new HashSet<>(snapshot.unreadableNodes());
    snapshot.nodes().forEach(node -> registered.addAll(List.of(node.name(), node.providerId())));
    boolean repaired = repair(groups, registered, now);
    World world =
        new World(
            now,
            snapshot,
            gatherer.views(groups, snapshot, groupOf, drainer.drains(), keeper, now),
            groupOf,
            drainer.drains());
    if (!healthy) {
      unhealthy(world);
      finish(world, null, false, problems);
      return;
    }
    GrowStep.Result growth = grow.run(world);
    memory.pending = growth.plan().pending().wanting().size();
    memory.helpless = growth.plan().helpless().size();
    ScaleDownPlan shrinking = null;
    if (growth.grew()) {
      memory.lastGrowth = now;
    } else if (!repaired && !enforceMinimum(world)) {
      shrinking = options.shrinking().enabled() ? shrink.run(world, growth.plan().pending()) : null;
    }
    recordState(growth.plan(), shrinking, problems, now);
    finish(world, growth.plan(), true, problems);
  }

  private void recover(ClusterSnapshot snapshot, Map<String, NodeGroup> groupOf, Instant now) {
    memory.recovered = true;
    memory.unneeded = UnneededNodes.remembered(snapshot.nodes(), now);
    if (options.act()) {
      drainer.recover(snapshot.nodes(), groupOf, now);
    }
    memory.lastGrowth =
        snapshot.nodes().stream()
            .filter(node -> groupOf.containsKey(node.name()))
            .map(NodeShape::created)
            .filter(Objects::nonNull)
            .filter(created -> !created.isAfter(now)) // by another clock, or this one set back
            .max(Comparator.naturalOrder())
            .orElse(null);
  }

  private boolean isHealthy(List<NodeShape> nodes, Instant now) {
    NodeAutoscalerOptions.Growing growing = options.growing();
    long unready =
        nodes.stream()
            .filter(node ->
                !node.ready()
                    && !drainer.drains().containsKey(node.name())
                    && !World.isStarting(node, growing.maxNodeProvisionTime(), now))
            .count();
    return unready <= growing.okUnready()
        || unready * 100.0 <= growing.maxUnreadyPercent() * nodes.size();
  }

  private boolean repair(List<NodeGroup> groups, Set<String> registered, Instant now) {
    boolean repaired = false;
    Set<String> instances = new HashSet<>();
    for (NodeGroup group : groups) {
      try {
        provider.instances(group.id()).forEach(each -> instances.add(each.id()));
        for (GroupKeeper.Repair each : keeper.look(group, registered, now)) {
          repaired |= each.done();
          tell(each, now);
        }
      } catch (MangruException e) {
        failedOn(group.id(), e, now);
      }
    }
    keeper.forget(instances, now);
    return repaired;
  }

  private void failedOn(String group, MangruException e, Instant now) {
    if (recorder.isNew("group " + group, e.text(), now)) {
      recorder.record(
          now,
          group,
          Decision.Outcome.CANNOT_TELL,
          0,
          0,
          "the provider cannot tell about node group " + group + ": " + e.text(),
          "ProviderFailed",
          List.of(),
          List.of(),
          List.of(new Decision.ApiCall("look at " + group, false, e.text())));
    }
  }

  private void tell(GroupKeeper.Repair repair, Instant now) {
    Decision.Outcome outcome =
        repair.done()
            ? Decision.Outcome.SCALED
            : options.act() ? Decision.Outcome.FAILED : Decision.Outcome.OBSERVED;
    if (!repair.done() && !recorder.isNew("repair " + repair.group(), repair.summary(), now)) {
      return;
    }
    recorder.record(
        now,
        repair.group(),
        outcome,
        repair.from(),
        repair.to(),
        repair.summary(),
        repair.reason(),
        List.of(),
        List.of(),
        repair.calls());
  }

  private void tell(DrainStep step, Instant now) {
    Drain drain = step.drain();
    switch (step.outcome()) {
      case GOES_ON -> {
        if (step.calls().stream().anyMatch(call -> !call.done())
            && recorder.isNew("drain " + drain.node(), step.calls().toString(), now)) {
          recorder.record(
              now,
              drain.group(),
              Decision.Outcome.HELD,
              0,
              0,
              "node " + drain.node() + " waits for " + drain.waitsFor(),
              "DrainWaits",
              List.of(),
              List.of(),
              step.calls());
        }
      }
      case GONE -> {}
      case DELETED -> {
        memory.lastRemoval = now;
        int left = sizeOrZero(drain.group());
        recorder.record(
            now,
            drain.group(),
            Decision.Outcome.SCALED,
            left + 1,
            left,
            "node %s is drained and removed from group %s".formatted(drain.node(), drain.group()),
            "ScaleDown",
            List.of(),
            List.of(),
            step.calls());
        recorder.event(
            ClusterEvent.ofNode(
                drain.node(), false, "ScaleDown", "node removed by cluster autoscaler"),
            now);
      }
      case FAILED -> {
        shrink.failed(drain, step.problem(), now);
        int size = sizeOrZero(drain.group());
        recorder.record(
            now,
            drain.group(),
            Decision.Outcome.FAILED,
            size,
            Math.max(0, size - 1),
            "node %s could not be removed: %s".formatted(drain.node(), step.problem()),
            "ScaleDownFailed",
            List.of(),
            List.of(),
            step.calls());
        recorder.event(
            ClusterEvent.ofNode(
                drain.node(),
                true,
                "ScaleDownFailed",
                "failed to drain and delete the node: " + step.problem()),
            now);
      }
    }
  }

  private int sizeOrZero(String group) {
    try {
      return group.isEmpty() ? 0 : provider.targetSize(group);
    } catch (MangruException _) {
      return 0; // only told; the failure itself shows when the group is looked at
    }
  }

  /// @return whether a group was made to grow
  private boolean enforceMinimum(World world) {
    boolean grew = false;
    for (GroupView group : world.groups()) {
      int missing = group.group().minSize() - group.targetSize();
      if (!options.growing().enforceMinSize()
          || !options.act()
          || missing <= 0
          || group.problem() != null
          || group.backoff() != null) {
        continue;
      }
      String call = "increase node group " + group.id() + " by " + missing;
      Decision.ApiCall answer;
      try {
        provider.increase(group.id(), missing);
        keeper.grew(group.id());
        grew = true;
        answer = new Decision.ApiCall(call, true, "machines asked for");
      } catch (MangruException e) {
        answer = new Decision.ApiCall(call, false, e.text());
        keeper.failed(
            group.id(), Instance.ErrorClass.OTHER, e.code().name(), e.text(), world.now());
      }
      recorder.record(
          world.now(),
          group.id(),
          answer.done() ? Decision.Outcome.SCALED : Decision.Outcome.FAILED,
          group.targetSize(),
          group.group().minSize(),
          "node group " + group.id() + " is below its minimum",
          "BelowMinimum",
          List.of(),
          List.of(),
          List.of(answer));
    }
    return grew;
  }

  private void unhealthy(World world) {
    List<String> unready =
        world.snapshot().nodes().stream()
            .filter(node -> !node.ready())
            .map(NodeShape::name)
            .toList();
    String summary =
        "%d of %d nodes are not ready: nothing but broken machines is removed"
            .formatted(unready.size(), world.snapshot().nodes().size());
    if (recorder.isNew("health", summary, world.now())) {
      recorder.record(
          world.now(),
          "*",
          Decision.Outcome.HELD,
          0,
          0,
          summary,
          "ClusterUnhealthy",
          List.of(
              new Decision.Input(
                  "unready nodes",
                  (double) unready.size(),
                  "nodes",
                  (double) options.growing().okUnready(),
                  null,
                  null,
                  true,
                  world.now(),
                  Map.of("unready", unready),
                  Map.of(),
                  null,
                  "too many to act safely")),
          List.of(),
          List.of());
    }
  }

  /// The whole state, so often although nothing changed.
  private void recordState(
      ScaleUpPlan growing, @Nullable ScaleDownPlan shrinking, List<String> problems, Instant now) {
    Instant last = memory.lastRecorded;
    if (shrinking == null || (last != null && last.plus(options.recordEvery()).isAfter(now))) {
      return;
    }
    memory.lastRecorded = now;
    List<Decision.Input> inputs = new ArrayList<>(DecisionInputs.of(growing, now));
    inputs.addAll(DecisionInputs.of(shrinking, now));
    for (String problem : problems.subList(0, Math.min(problems.size(), 100))) {
      inputs.add(
          new Decision.Input(
              "object left out",
              null,
              "",
              null,
              null,
              null,
              false,
              now,
              Map.of(),
              Map.of(),
              problem,
              "it cannot be read"));
    }
    int nodes = shrinking.nodes().size();
    recorder.record(
        now,
        "*",
        Decision.Outcome.HELD,
        nodes,
        nodes,
        "%d nodes, %d not needed; %d pods want nodes"
            .formatted(
                nodes, shrinking.unneeded().since().size(), growing.pending().wanting().size()),
        "State",
        inputs,
        List.of(),
        List.of());
  }

  private void cannotTell(String why, Instant now) {
    if (recorder.isNew("pass", why, now)) {
      recorder.record(
          now,
          "*",
          Decision.Outcome.CANNOT_TELL,
          0,
          0,
          "nodes cannot be looked at: " + why,
          "CannotLook",
          List.of(),
          List.of(),
          List.of(new Decision.ApiCall("look at the cluster", false, why)));
    }
    NodeAutoscalerView last = view;
    view =
        new NodeAutoscalerView(
            now,
            last.healthy(),
            why,
            last.groups(),
            last.nodes(),
            drainer.drains(),
            last.pending(),
            last.helpless(),
            last.unneeded(),
            last.passes() + 1,
            last.failedPasses() + 1,
            recorder.failures(),
            recorder.took());
  }

  private void finish(
      World world, @Nullable ScaleUpPlan plan, boolean healthy, List<String> problems) {
    NodeAutoscalerView last = view;
    Duration took = recorder.took();
    view =
        new NodeAutoscalerView(
            world.now(),
            healthy,
            problems.isEmpty() ? null : String.join("; ", problems),
            world.groups(),
            memory.nodes,
            drainer.drains(),
            plan == null ? last.pending() : memory.pending,
            plan == null ? last.helpless() : memory.helpless,
            memory.unneeded.since(),
            last.passes() + 1,
            last.failedPasses(),
            recorder.failures(),
            took);
  }
}
