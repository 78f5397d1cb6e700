package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.act.DrainTimes;
import dev.mangru.autoscaler.node.plan.ClusterLimits;
import dev.mangru.autoscaler.node.plan.DrainOptions;
import dev.mangru.model.error.MangruException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// How the node autoscaler behaves. The defaults are those of the Kubernetes cluster-autoscaler
/// unless a parameter says otherwise. Immutable.
///
/// @param cluster the cluster's name in decision records
/// @param act whether to change anything; without it every wanted change is only recorded
/// @param scanInterval how often a pass shall run; for the loop around
/// @param recordEvery so often the state is recorded although nothing changed; chosen, 5 minutes
/// @param seed of the draw between options that are equally good
/// @param gpuResource the extended resource that makes a node a GPU node
/// @param limits bounds of the cluster as a whole
public record NodeAutoscalerOptions(
    String cluster,
    boolean act,
    Duration scanInterval,
    Duration recordEvery,
    long seed,
    String gpuResource,
    ClusterLimits limits,
    Growing growing,
    Shrinking shrinking,
    DrainOptions drain,
    DrainTimes drainTimes) {

  /// How node groups grow.
  ///
  /// @param expendablePriority pods of a lower priority get no node
  /// @param newPodDelay pods younger than this get no node yet
  /// @param maxNodeProvisionTime a machine that is no node by then is removed
  /// @param okUnready so many unready nodes are always fine
  /// @param maxUnreadyPercent above both, the cluster counts as unhealthy and only broken machines
  ///   are removed
  /// @param expanders which choose the group, one after another: least-waste, most-pods,
  ///   least-nodes, priority, price, random
  /// @param priorities for the expander of that name: regular expressions by number
  /// @param balanceSimilarGroups whether growth is spread over groups whose nodes are alike;
  ///   chosen, on
  /// @param ignoredLabels labels that may differ between nodes that are alike
  /// @param startupTaints taints that go away once a node has started
  /// @param maxNodesPerEstimate one estimate adds at most so many
  /// @param maxEstimateTime and takes at most so long
  /// @param backoffInitial a group is left alone so long after its first failure
  /// @param backoffMax and at most so long after further ones
  /// @param backoffReset failures are forgotten so long after the last
  /// @param enforceMinSize whether a group below its minimum is made to grow
  public record Growing(
      int expendablePriority,
      Duration newPodDelay,
      Duration maxNodeProvisionTime,
      int okUnready,
      double maxUnreadyPercent,
      List<String> expanders,
      Map<Integer, List<String>> priorities,
      boolean balanceSimilarGroups,
      Set<String> ignoredLabels,
      Set<String> startupTaints,
      int maxNodesPerEstimate,
      Duration maxEstimateTime,
      Duration backoffInitial,
      Duration backoffMax,
      Duration backoffReset,
      boolean enforceMinSize) {

    /// The defaults.
    public static final Growing DEFAULT =
        new Growing(
            -10,
            Duration.ZERO,
            Duration.ofMinutes(15),
            3,
            45,
            List.of("least-waste"),
            Map.of(),
            true,
            Set.of(),
            Set.of(),
            1_000,
            Duration.ofSeconds(10),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(3),
            false);

    public Growing {
      expanders = List.copyOf(expanders);
      priorities = Map.copyOf(priorities);
      ignoredLabels = Set.copyOf(ignoredLabels);
      startupTaints = Set.copyOf(startupTaints);
      for (String name : expanders) {
        if (!Expanders.NAMES.contains(name)) {
          throw MangruException.badData(
              "no such expander: " + name + "; there are " + String.join(", ", Expanders.NAMES));
        }
      }
    }
  }

  /// How node groups shrink.
  ///
  /// @param enabled whether they do
  /// @param delayAfterAdd nothing is removed so long after growth
  /// @param delayAfterDelete nor so long after a removal
  /// @param delayAfterFailure nor so long after a removal that failed
  /// @param unneeded a ready node goes after being unneeded for so long
  /// @param unready a node that is not ready goes after so long
  /// @param utilizationThreshold nodes up to this share may go
  /// @param scaleDownUnready whether nodes that are not ready may go
  /// @param ignoreDaemonSets whether DaemonSet and mirror pods count as no use of a node
  /// @param maxNonEmptyCandidates at most so many nodes with pods are found unneeded in one pass
  /// @param candidatePoolRatio so many more, as a share of all nodes, are tried
  /// @param candidatePoolMin and at least so many
  /// @param recheck a node found unremovable is not tried again for so long
  /// @param simulationTime trying stops after so long
  /// @param maxParallelism at most so many nodes go at once
  /// @param maxDrainParallelism at most so many of them with pods
  /// @param maxSoftTaints at most so many soft taints change in one pass
  /// @param softTaintTime and for at most so long
  public record Shrinking(
      boolean enabled,
      Duration delayAfterAdd,
      Duration delayAfterDelete,
      Duration delayAfterFailure,
      Duration unneeded,
      Duration unready,
      double utilizationThreshold,
      boolean scaleDownUnready,
      boolean ignoreDaemonSets,
      int maxNonEmptyCandidates,
      double candidatePoolRatio,
      int candidatePoolMin,
      Duration recheck,
      Duration simulationTime,
      int maxParallelism,
      int maxDrainParallelism,
      int maxSoftTaints,
      Duration softTaintTime) {

    /// The defaults.
    public static final Shrinking DEFAULT =
        new Shrinking(
            true,
            Duration.ofMinutes(10),
            Duration.ZERO,
            Duration.ofMinutes(3),
            Duration.ofMinutes(10),
            Duration.ofMinutes(20),
            0.5,
            true,
            false,
            30,
            0.1,
            50,
            Duration.ofMinutes(5),
            Duration.ofSeconds(30),
            10,
            1,
            10,
            Duration.ofSeconds(3));

    /// The same with other times, for clusters that live faster.
    public Shrinking withTimes(
        Duration newDelayAfterAdd,
        Duration newDelayAfterFailure,
        Duration newUnneeded,
        Duration newUnready,
        Duration newRecheck) {
      return new Shrinking(
          enabled,
          newDelayAfterAdd,
          delayAfterDelete,
          newDelayAfterFailure,
          newUnneeded,
          newUnready,
          utilizationThreshold,
          scaleDownUnready,
          ignoreDaemonSets,
          maxNonEmptyCandidates,
          candidatePoolRatio,
          candidatePoolMin,
          newRecheck,
          simulationTime,
          maxParallelism,
          maxDrainParallelism,
          maxSoftTaints,
          softTaintTime);
    }
  }

  /// The defaults, for a cluster of some name.
  public static NodeAutoscalerOptions defaults(String cluster) {
    return new NodeAutoscalerOptions(
        cluster,
        true,
        Duration.ofSeconds(10),
        Duration.ofMinutes(5),
        0,
        "nvidia.com/gpu",
        ClusterLimits.NONE,
        Growing.DEFAULT,
        Shrinking.DEFAULT,
        DrainOptions.DEFAULT,
        DrainTimes.DEFAULT);
  }

  /// For the cluster inside Mangru, whose days are short: what waits ten minutes elsewhere waits
  /// one.
  public static NodeAutoscalerOptions playground() {
    Duration half = Duration.ofSeconds(30);
    return defaults("playground")
        .with(Shrinking.DEFAULT.withTimes(half, half, half, Duration.ofMinutes(1), half));
  }

  /// The same, growing in another way.
  public NodeAutoscalerOptions with(Growing newGrowing) {
    return new NodeAutoscalerOptions(
        cluster,
        act,
        scanInterval,
        recordEvery,
        seed,
        gpuResource,
        limits,
        newGrowing,
        shrinking,
        drain,
        drainTimes);
  }

  /// The same, shrinking in another way.
  public NodeAutoscalerOptions with(Shrinking newShrinking) {
    return new NodeAutoscalerOptions(
        cluster,
        act,
        scanInterval,
        recordEvery,
        seed,
        gpuResource,
        limits,
        growing,
        newShrinking,
        drain,
        drainTimes);
  }

  /// The same, acting or only recording.
  public NodeAutoscalerOptions acting(boolean newAct) {
    return new NodeAutoscalerOptions(
        cluster,
        newAct,
        scanInterval,
        recordEvery,
        seed,
        gpuResource,
        limits,
        growing,
        shrinking,
        drain,
        drainTimes);
  }
}
