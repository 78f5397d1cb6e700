package dev.mangru.autoscaler.playground.sim.workload;

import dev.mangru.autoscaler.playground.sim.cluster.ChangeWatch;
import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Events;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/// All controllers, in an order in which each sees what the one before it did. Not thread-safe.
public final class WorkloadControllers {

  /// Collecting garbage can make more garbage; chosen, deeper chains than this wait for the next
  /// pass.
  private static final int GARBAGE_ROUNDS = 10;

  /// Without any change they look anyway this often: some things only take time.
  private static final Duration LONGEST_REST = Duration.ofSeconds(5);

  /// What these controllers neither read nor own.
  private static final Set<String> OTHERS =
      Set.of(Kinds.EVENTS, Kinds.LEASES, Kinds.CONFIG_MAPS, "autoscaling/horizontalpodautoscalers");

  private final Cluster cluster;
  private final ChangeWatch watch;
  private final ChangeWatch following;
  private Instant nextRun = Instant.MIN;
  private Instant nextFollow = Instant.MIN;
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
    this.watch = new ChangeWatch(cluster.store(), OTHERS);
    this.following = new ChangeWatch(cluster.store(), OTHERS);
    this.namespaces = new Namespaces(cluster);
    this.deployments = new Deployments(cluster, events);
    this.replicaSets = new ReplicaSets(cluster, events);
    this.statefulSets = new StatefulSets(cluster, events);
    this.daemonSets = new DaemonSets(cluster, events);
    this.endpoints = new EndpointLists(cluster);
    this.budgets = new Budgets(cluster);
  }

  /// Looks at everything once, before pods are placed and run, if there is anything new.
  public void run(Instant now) {
    events.sweep(now);
    if (!watch.changed() && now.isBefore(nextRun)) {
      return;
    }
    nextRun = now.plus(LONGEST_REST);
    namespaces.run();
    for (int round = 0; round < GARBAGE_ROUNDS && cluster.store().collectGarbage() > 0; round++) {
      // The next round collects what this one left without an owner.
    }
    deployments.run(now);
    replicaSets.run(now);
    statefulSets.run(now);
    daemonSets.run(now);
  }

  /// Follows what the pods have become: endpoints and budgets.
  public void follow(Instant now) {
    if (!following.changed() && now.isBefore(nextFollow)) {
      return;
    }
    nextFollow = now.plus(LONGEST_REST);
    endpoints.run();
    budgets.run(now);
  }
}
