package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.act.Drain;
import dev.mangru.autoscaler.node.plan.GroupView;
import dev.mangru.autoscaler.node.plan.ScaleDownPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The node autoscaler after its last pass, for pages and metrics. Immutable.
///
/// @param lastPass when the last pass began; null before the first
/// @param healthy whether enough nodes are ready
/// @param problem why the last pass could not look at the cluster; null when it could
/// @param groups every node group
/// @param nodes why each node stays or goes, as of the last pass that looked
/// @param drains removals under way, by node
/// @param pending pods that want nodes
/// @param helpless those of them that no node there or coming takes
/// @param unneeded since when nodes are not needed
/// @param passes passes so far
/// @param failedPasses those that could not look at the cluster
/// @param failedActions calls to the cluster or the provider that failed
/// @param lastTook how long the last pass took
public record NodeAutoscalerView(
    @Nullable Instant lastPass,
    boolean healthy,
    @Nullable String problem,
    List<GroupView> groups,
    List<ScaleDownPlan.Node> nodes,
    Map<String, Drain> drains,
    int pending,
    int helpless,
    Map<String, Instant> unneeded,
    long passes,
    long failedPasses,
    long failedActions,
    Duration lastTook) {

  public static final NodeAutoscalerView START =
      new NodeAutoscalerView(
          null, true, null, List.of(), List.of(), Map.of(), 0, 0, Map.of(), 0, 0, 0, Duration.ZERO);

  public NodeAutoscalerView {
    groups = List.copyOf(groups);
    nodes = List.copyOf(nodes);
    drains = Map.copyOf(drains);
    unneeded = Map.copyOf(unneeded);
  }
}
