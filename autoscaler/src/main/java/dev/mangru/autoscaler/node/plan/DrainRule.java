package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.PodShape;
import java.time.Instant;

/// One rule on whether a pod may be taken off its node. Pure; the first rule of a list that decides
/// is the answer.
@FunctionalInterface
public interface DrainRule {

  /// What the rule says about a pod.
  Verdict judge(PodShape pod, Surroundings surroundings);

  /// What a rule may look at besides the pod.
  ///
  /// @param disruptions what is left of the budgets
  record Surroundings(
      DrainOptions options, Controllers controllers, Disruptions disruptions, Instant now) {}

  /// What a rule says.
  sealed interface Verdict {

    /// Ask the next rule.
    record Undecided() implements Verdict {}

    /// It may go.
    record Move() implements Verdict {}

    /// It needs no attention: it goes with the node.
    record Skip() implements Verdict {}

    /// The node has to wait for its end.
    record WaitForCompletion() implements Verdict {}

    /// It keeps the node.
    record Block(BlockReason reason, String detail) implements Verdict {}
  }
}
