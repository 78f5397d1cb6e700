package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.PodShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The pods of one node by what a drain does with them. Immutable.
///
/// @param pods are evicted and need another place; up to the blocking pod, if there is one
/// @param daemonSetPods end with the node
/// @param onCompletionPods ask to be waited for
/// @param blocked the pod that keeps the node, and why; null when none does
public record PodsToMove(
    List<PodShape> pods,
    List<PodShape> daemonSetPods,
    List<PodShape> onCompletionPods,
    @Nullable Blocked blocked) {

  /// A pod that keeps its node.
  ///
  /// @param detail in words, naming what decides
  public record Blocked(PodShape pod, BlockReason reason, String detail) {}

  public PodsToMove {
    pods = List.copyOf(pods);
    daemonSetPods = List.copyOf(daemonSetPods);
    onCompletionPods = List.copyOf(onCompletionPods);
  }
}
