package dev.mangru.autoscaler.playground.sim;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.autoscaler.playground.api.MetricsSource;
import dev.mangru.autoscaler.playground.api.PodLogs;
import dev.mangru.autoscaler.playground.api.ProxyPages;
import dev.mangru.autoscaler.playground.schema.ResourceCatalog;
import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Events;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import dev.mangru.autoscaler.playground.sim.log.LogBook;
import dev.mangru.autoscaler.playground.sim.node.ContainerRun;
import dev.mangru.autoscaler.playground.sim.node.Kubelets;
import dev.mangru.autoscaler.playground.sim.node.NodeKeeper;
import dev.mangru.autoscaler.playground.sim.node.PodRun;
import dev.mangru.autoscaler.playground.sim.node.Scheduler;
import dev.mangru.autoscaler.playground.sim.node.SimulatedNodeGroups;
import dev.mangru.autoscaler.playground.sim.page.SimulatedPages;
import dev.mangru.autoscaler.playground.sim.scenario.Chance;
import dev.mangru.autoscaler.playground.sim.scenario.Scenario;
import dev.mangru.autoscaler.playground.sim.traffic.PodLoad;
import dev.mangru.autoscaler.playground.sim.traffic.ServiceTraffic;
import dev.mangru.autoscaler.playground.sim.workload.WorkloadControllers;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import dev.mangru.model.disk.Disk;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The playground's cluster, moved along by [#step]. Thread-safe: one lock is held while it moves
/// and while a page is made; the objects are the store's, which others change meanwhile as in any
/// cluster.
public final class Simulation implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Simulation.class);

  /// The config map that remembers which scenario was begun and when.
  static final String MEMORY = "playground-scenario";

  private static final String SYSTEM = "kube-system";
  private static final Duration LONGEST_STEP = Duration.ofSeconds(1);

  /// After a longer gap (a laptop that slept) the time in between is left out.
  private static final Duration MOST_CAUGHT_UP = Duration.ofMinutes(1);

  private static final double NANO = 1e9;

  private final ReentrantLock lock = new ReentrantLock();
  private final Scenario scenario;
  private final long seed;
  private final Cluster cluster;
  private final LogBook logs;
  private final SimulatedNodeGroups nodeGroups;
  private final NodeKeeper nodeKeeper;
  private final WorkloadControllers controllers;
  private final Scheduler scheduler;
  private final Kubelets kubelets;
  private final ServiceTraffic traffic;
  private final SimulatedPages pages;

  @GuardedBy("lock")
  private @Nullable Instant begun;

  @GuardedBy("lock")
  private Instant reached = Instant.EPOCH;

  @GuardedBy("lock")
  private boolean running;

  /// A simulation on a store; nothing happens before the first [#step].
  ///
  /// @param catalog of the API server in front of the store
  /// @param seed of all chance
  /// @param logDirectory where containers' log files go; null for none
  /// @param clock the same as the store's
  public Simulation(
      ObjectStore store,
      ResourceCatalog catalog,
      Scenario scenario,
      long seed,
      @Nullable Path logDirectory,
      InstantSource clock) {
    this.scenario = scenario;
    this.seed = seed;
    Chance chance = new Chance(seed);
    this.cluster = new Cluster(store, catalog);
    Events events = new Events(cluster);
    this.logs = new LogBook(logDirectory, Disk.REAL);
    this.nodeGroups = new SimulatedNodeGroups(scenario, chance, cluster, clock);
    this.nodeKeeper = new NodeKeeper(cluster, events);
    this.controllers = new WorkloadControllers(cluster, events);
    this.scheduler = new Scheduler(cluster, events);
    this.kubelets = new Kubelets(cluster, events, scenario, chance, logs);
    this.traffic = new ServiceTraffic(scenario, chance);
    this.pages = new SimulatedPages(cluster, kubelets, lock, this::reached);
  }

  /// Advances everything to `now`, in steps of at most a second, and at most a minute of them; does
  /// nothing if that is not later than the last call.
  public void step(Instant now) {
    lock.lock();
    try {
      if (!running) {
        begin(now);
        running = true;
        reached = now;
        move(now, 0);
        return;
      }
      if (Duration.between(reached, now).compareTo(MOST_CAUGHT_UP) > 0) {
        LOG.atInfo()
            .addKeyValue("from", reached)
            .addKeyValue("to", now)
            .log("the playground was not moved for a while and leaves that time out");
        reached = now.minus(MOST_CAUGHT_UP);
      }
      while (reached.isBefore(now)) {
        Duration left = Duration.between(reached, now);
        Duration step = left.compareTo(LONGEST_STEP) > 0 ? LONGEST_STEP : left;
        reached = reached.plus(step);
        move(reached, step.toNanos() / NANO);
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void move(Instant now, double seconds) {
    nodeGroups.step(now);
    nodeKeeper.run(now);
    controllers.run(now);
    scheduler.run(now);
    kubelets.run(now);
    controllers.follow(now);
    if (seconds > 0) {
      Duration since = Duration.between(begun == null ? now : begun, now);
      long tick = since.toMillis();
      traffic.send(since.toNanos() / NANO - seconds, seconds, tick, this::containers);
      kubelets.work(now, seconds, tick);
    }
  }

  /// Creates the scenario's objects, once, and remembers when it began.
  @GuardedBy("lock")
  private void begin(Instant now) {
    Set<String> uids = new HashSet<>();
    cluster.list(Kinds.PODS).forEach(pod -> uids.add(Fields.uid(pod)));
    logs.sweep(uids);
    ObjectNode memory = cluster.find(Kinds.CONFIG_MAPS, SYSTEM, MEMORY);
    Instant before = memory == null ? null : Fields.time(memory, "data", "begun");
    if (memory != null
        && before != null
        && Fields.text(memory, "data", "scenario").equals(scenario.name())) {
      begun = before;
      return;
    }
    begun = now;
    controllers.run(now);
    for (ObjectNode object : scenario.objects()) {
      cluster.createChecked(object);
    }
    ObjectNode fresh = Fields.newObject("v1", "ConfigMap", SYSTEM, MEMORY);
    if (memory == null) {
      write(fresh, now);
      cluster.create(Kinds.CONFIG_MAPS, fresh);
    } else {
      cluster.change(Kinds.CONFIG_MAPS, memory, copy -> write(copy, now));
    }
    LOG.atInfo()
        .addKeyValue("scenario", scenario.name())
        .addKeyValue("seed", seed)
        .log("the playground begins: a simulated cluster, nothing in it is real");
  }

  private void write(ObjectNode memory, Instant now) {
    memory
        .putObject("data")
        .put("scenario", scenario.name())
        .put("description", scenario.description())
        .put("seed", Long.toString(seed))
        .put("begun", now.toString());
  }

  /// The containers that take the requests of a service.
  private List<PodLoad> containers(String service) {
    int slash = service.indexOf('/');
    ObjectNode endpoints =
        cluster.find(Kinds.ENDPOINTS, service.substring(0, slash), service.substring(slash + 1));
    List<PodLoad> found = new ArrayList<>();
    if (endpoints == null) {
      return found;
    }
    for (JsonNode subset : endpoints.path("subsets")) {
      for (JsonNode address : subset.path("addresses")) {
        PodRun run = kubelets.run(Fields.text(address, "targetRef", "uid"));
        ContainerRun serving = run == null ? null : run.serving();
        PodLoad load = serving == null ? null : serving.load();
        if (load != null) {
          found.add(load);
        }
      }
    }
    return found;
  }

  /// The moment that it has reached; the epoch before the first step.
  public Instant reached() {
    lock.lock();
    try {
      return reached;
    } finally {
      lock.unlock();
    }
  }

  /// When the scenario began; null before the first step.
  public @Nullable Instant begun() {
    lock.lock();
    try {
      return begun;
    } finally {
      lock.unlock();
    }
  }

  /// What is played.
  public Scenario scenario() {
    return scenario;
  }

  /// What nodes, pods and services answer.
  public ProxyPages pages() {
    return pages;
  }

  /// What nodes and pods use.
  public MetricsSource metrics() {
    return pages;
  }

  /// What containers write.
  public PodLogs logs() {
    return logs;
  }

  /// Where nodes come from.
  public SimulatedNodeGroups nodeGroups() {
    return nodeGroups;
  }

  /// What became of all requests of a service's traffic so far in this process.
  ///
  /// @param service `namespace/name`
  public ServiceTraffic.Totals traffic(String service) {
    lock.lock();
    try {
      return traffic.totals(service);
    } finally {
      lock.unlock();
    }
  }

  /// What became of all requests of this process: arrived is the sum of the others.
  ///
  /// @param arrived at all services
  /// @param unrouted with no container ready: no page counts them
  /// @param answered with any code
  /// @param lost with the containers that held them
  /// @param waiting in some container
  public record Requests(long arrived, long unrouted, long answered, long lost, long waiting) {}

  /// What became of all requests so far in this process.
  public Requests requests() {
    lock.lock();
    try {
      ServiceTraffic.Totals all = traffic.all();
      return new Requests(
          all.arrived(),
          all.unrouted(),
          kubelets.answeredRequests(),
          kubelets.lostRequests(),
          kubelets.waitingRequests());
    } finally {
      lock.unlock();
    }
  }

  /// Closes the log files. The store is not closed.
  @Override
  public void close() {
    lock.lock();
    try {
      logs.close(reached);
    } finally {
      lock.unlock();
    }
  }
}
