/// What to do about nodes, as pure functions: [ScaleUpPlanner] says which group grows and by how
/// much, [ScaleDownPlanner] which nodes are not needed and why the others are. Both work on a
/// [dev.mangru.autoscaler.node.shape.ClusterShape] that they leave as they found it, and both take
/// the time as an argument. The rules are those of the Kubernetes cluster-autoscaler.
@NullMarked
package dev.mangru.autoscaler.node.plan;

import org.jspecify.annotations.NullMarked;
