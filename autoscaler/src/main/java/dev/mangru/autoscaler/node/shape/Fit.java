package dev.mangru.autoscaler.node.shape;

import java.util.List;

/// Whether a pod fits a node.
public sealed interface Fit {

  /// It does.
  record Fits() implements Fit {
    /// The answer that says yes.
    public static final Fits YES = new Fits();
  }

  /// It does not.
  ///
  /// @param cause which rule said so, the first in the scheduler's order
  /// @param reasons in the scheduler's words: `Insufficient cpu`, `node(s) had untolerated taint
  ///   {gpu: yes}`; never empty
  record Refused(Cause cause, List<String> reasons) implements Fit {
    public Refused {
      reasons = List.copyOf(reasons);
      if (reasons.isEmpty()) {
        throw new IllegalArgumentException("a refusal by " + cause + " must tell its reason");
      }
    }

    /// All reasons in one line.
    public String reason() {
      return String.join(", ", reasons);
    }
  }

  /// The rules that can refuse, in the scheduler's order.
  enum Cause {
    /// The pod waits for somebody to lift its scheduling gates.
    SCHEDULING_GATE,
    /// The pod needs something that nothing here can judge.
    NOT_SUPPORTED,
    /// The node is cordoned.
    UNSCHEDULABLE,
    /// The node has a taint that the pod does not tolerate.
    TAINT,
    /// The pod's node selector or required node affinity.
    NODE_AFFINITY,
    /// A port of the node is taken.
    HOST_PORT,
    /// CPU, memory, storage, extended resources or the number of pods.
    RESOURCES,
    /// A persistent volume cannot be used there.
    VOLUME,
    /// A topology spread constraint.
    TOPOLOGY_SPREAD,
    /// Affinity or anti-affinity between pods.
    POD_AFFINITY
  }

  /// Whether it is the answer that says yes.
  default boolean fits() {
    return this instanceof Fits;
  }
}
