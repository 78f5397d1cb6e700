/// Nodes: pending pods make a node group grow, nodes that nobody needs are drained and removed.
/// Start with [NodeAutoscaler]; the shapes of pods and nodes are in `shape`, the pure decisions in
/// `plan`, removals in `act`, and machines come from a `provider`.
@NullMarked
package dev.mangru.autoscaler.node;

import org.jspecify.annotations.NullMarked;
