/// The objects of the playground as its controllers see them: reading and changing them, their
/// fields, conditions, label selectors and events. Start with
/// [dev.mangru.autoscaler.playground.sim.cluster.Cluster].
@NullMarked
package dev.mangru.autoscaler.playground.sim.cluster;

import org.jspecify.annotations.NullMarked;
