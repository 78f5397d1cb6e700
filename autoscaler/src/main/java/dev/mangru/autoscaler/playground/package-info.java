/// A Kubernetes cluster for machines without one: objects, the API in front of them, and a
/// simulated world behind. Start with [dev.mangru.autoscaler.playground.Playground]. Everything
/// that comes from it says so: the cluster is called `playground`, every node carries
/// `mangru.io/playground=true`.
@NullMarked
package dev.mangru.autoscaler.playground;

import org.jspecify.annotations.NullMarked;
