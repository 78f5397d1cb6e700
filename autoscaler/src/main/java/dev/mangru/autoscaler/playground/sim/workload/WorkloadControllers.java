package dev.mangru.autoscaler.playground.sim.workload;

import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Events;
import java.time.Instant;

/// All controllers, in an order in which each sees what the one before it did. Not thread-safe.
public final class WorkloadControllers {

  /// Collecting garbage can make more garbage; chosen, deeper chains than this wait for the next
  /// pass.
  private static final int GARBAGE_ROUNDS = 10;

  private final Cluster cluster;
  private final Events events;
  private final Namespaces namespaces;
  private final Deployments deployments;
  private final ReplicaSets replicaSets;
  private final StatefulSets statefulSets;
  private final DaemonSets daemonSets;
  private final EndpointLists endpoints;
  private final Budgets budgets;

  /// Controllers of one cluster.
  public WorkloadControllers(Cluster cluster, Events events) {
    this.cluster = cluster;
    this.events = events;
    this.namespaces = new Namespaces(cluster);
    this.deployments = new Deployments(cluster, events);
    this.replicaSets = new ReplicaSets(cluster, events);
    this.statefulSets = new StatefulSets(cluster, events);
    this.daemonSets = new DaemonSets(cluster, events);
    this.endpoints = new EndpointLists(cluster);
    this.budgets = new Budgets(cluster);
  }

  /// Looks at everything once, before pods are placed and run.
  public void run(Instant now) {
    namespaces.run();
    for (int round = 0; round < GARBAGE_ROUNDS && cluster.store().collectGarbage() > 0; round++) {
      // The next round collects what this one left without an owner.
    }
    deployments.run(now);
    replicaSets.run(now);
    statefulSets.run(now);
    daemonSets.run(now);
    events.sweep(now);
  }

  /// Follows what the pods have become: endpoints and budgets.
  public void follow(Instant now) {
    endpoints.run();
    budgets.run(now);
  }
}
