/// What a scheduler must know of pods and nodes, and whether a pod fits a node. Start with
/// [Feasibility]; [PodShapes] and [NodeShapes] read the shapes out of Kubernetes objects, and
/// [ClusterShape] holds which pod sits where. Nothing here talks to a cluster.
@NullMarked
package dev.mangru.autoscaler.node.shape;

import org.jspecify.annotations.NullMarked;
