package dev.mangru.autoscaler.node.plan;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What helps the pods that wait, with everything that was weighed. Immutable.
///
/// @param pending which pods wait, and which of them are left out
/// @param coming keys of waiting pods that fit on nodes that are there or on their way
/// @param helpless keys of waiting pods that fit on none of those
/// @param considered every group in the provider's order
/// @param growth the groups that grow; empty when none does
/// @param limits what cut the number of nodes, in order
/// @param expander which expander decided, and between how many options
/// @param refusals why pods that get no node get none: counts by reason, by the pod's key
/// @param helped keys of the pods for which the groups grow
public record ScaleUpPlan(
    PendingPods pending,
    List<String> coming,
    List<String> helpless,
    List<Considered> considered,
    List<Growth> growth,
    List<Limit> limits,
    String expander,
    Map<String, Map<String, Integer>> refusals,
    List<String> helped) {

  /// One group and what it would do for the pods.
  ///
  /// @param skipped why it was not estimated or gives no option; null when it is one
  /// @param estimate null when it was not estimated
  /// @param waste of the option; null without one
  public record Considered(
      GroupView group,
      @Nullable String skipped,
      @Nullable Estimate estimate,
      LeastWaste.@Nullable Waste waste,
      boolean chosen) {}

  /// One group that grows.
  public record Growth(String group, int from, int to, int max) {}

  /// One bound that was looked at.
  public record Limit(String rule, int before, int after, String reason) {}

  public ScaleUpPlan {
    coming = List.copyOf(coming);
    helpless = List.copyOf(helpless);
    considered = List.copyOf(considered);
    growth = List.copyOf(growth);
    limits = List.copyOf(limits);
    refusals = Map.copyOf(refusals);
    helped = List.copyOf(helped);
  }
}
