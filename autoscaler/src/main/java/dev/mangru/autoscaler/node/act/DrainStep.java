package dev.mangru.autoscaler.node.act;

import dev.mangru.model.scale.Decision;
import java.util.List;

/// What one pass did for the removal of one node. Immutable.
///
/// @param calls what was asked of the cluster and the provider, in order
/// @param problem why it failed; empty unless `outcome` is `FAILED`
public record DrainStep(
    Drain drain, Outcome outcome, List<Decision.ApiCall> calls, String problem) {

  /// How it stands.
  public enum Outcome {
    /// It goes on.
    GOES_ON,
    /// The provider was asked to remove the machine.
    DELETED,
    /// It is over: the node is gone, or was given back after all.
    GONE,
    /// It failed, and the node is given back.
    FAILED
  }

  public DrainStep {
    calls = List.copyOf(calls);
  }
}
