/// What a node autoscaler asks of whoever makes machines: [NodeGroupProvider]. The planner knows
/// nothing else of clouds, so a simulation and a real provider are the same to it.
@NullMarked
package dev.mangru.autoscaler.node.provider;

import org.jspecify.annotations.NullMarked;
