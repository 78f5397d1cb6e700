/// Machines of the playground and what runs on them: node groups that boot nodes, the scheduler
/// that places pods, and the kubelets that run them. Start with
/// [dev.mangru.autoscaler.playground.sim.node.Kubelets] and
/// [dev.mangru.autoscaler.playground.sim.node.SimulatedNodeGroups].
@NullMarked
package dev.mangru.autoscaler.playground.sim.node;

import org.jspecify.annotations.NullMarked;
