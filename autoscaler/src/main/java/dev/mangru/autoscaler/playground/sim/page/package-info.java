/// The metrics pages of the playground: a kubelet's cAdvisor and resource pages, and the pages of
/// services, with the names and labels of the real ones. Start with
/// [dev.mangru.autoscaler.playground.sim.page.SimulatedPages].
@NullMarked
package dev.mangru.autoscaler.playground.sim.page;

import org.jspecify.annotations.NullMarked;
