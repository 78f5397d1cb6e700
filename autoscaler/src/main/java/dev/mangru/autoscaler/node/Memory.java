package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.plan.ScaleDownPlan;
import dev.mangru.autoscaler.node.plan.UnneededNodes;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one pass leaves to the next. What must outlive the process is also on the nodes, as taints,
/// and is read back by the first pass. Confined to the thread that runs passes.
final class Memory {

  UnneededNodes unneeded = UnneededNodes.NONE;
  Map<String, ScaleDownPlan.Held> held = new HashMap<>();
  List<ScaleDownPlan.Node> nodes = List.of();
  boolean recovered;
  @Nullable Instant lastGrowth;
  @Nullable Instant lastRemoval;
  @Nullable Instant lastFailedRemoval;
  @Nullable Instant lastRecorded;
  int pending;
  int helpless;
}
