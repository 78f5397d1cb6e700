/// Acting on nodes: [NodeCluster] is all that the node autoscaler asks of a cluster, [Drainer]
/// takes nodes through their removal, one step for each pass and without ever waiting.
@NullMarked
package dev.mangru.autoscaler.node.act;

import org.jspecify.annotations.NullMarked;
