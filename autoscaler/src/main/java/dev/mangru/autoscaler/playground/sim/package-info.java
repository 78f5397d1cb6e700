/// A cluster that lives without machines: on the objects of the playground's API server it does
/// what controllers, scheduler, kubelets, a cloud and the visitors of a shop would do. Start with
/// [dev.mangru.autoscaler.playground.sim.Simulation]. It is given the time; the same seed, scenario
/// and calls make the same objects, pages and lines, byte for byte.
@NullMarked
package dev.mangru.autoscaler.playground.sim;

import org.jspecify.annotations.NullMarked;
