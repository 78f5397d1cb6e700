/// What happens in the playground, read from a file: node groups, how workloads behave, who asks
/// them for what, and the Kubernetes objects to begin with. Start with
/// [dev.mangru.autoscaler.playground.sim.scenario.ScenarioReader]. Everything here is a value; a
/// mistake in the file is named with its line.
@NullMarked
package dev.mangru.autoscaler.playground.sim.scenario;

import org.jspecify.annotations.NullMarked;
