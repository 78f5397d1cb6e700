/// Nodes: pending pods make a node group grow, nodes that nobody needs are drained and removed. The
/// shapes of pods and nodes are in `shape`, machines come from a `provider`.
@NullMarked
package dev.mangru.autoscaler.node;

import org.jspecify.annotations.NullMarked;
