/// Requests: how many arrive, where they go, how long they wait and what becomes of them. Pure
/// arithmetic on whole requests; the same calls give the same numbers. Start with
/// [dev.mangru.autoscaler.playground.sim.traffic.ServiceTraffic].
@NullMarked
package dev.mangru.autoscaler.playground.sim.traffic;

import org.jspecify.annotations.NullMarked;
