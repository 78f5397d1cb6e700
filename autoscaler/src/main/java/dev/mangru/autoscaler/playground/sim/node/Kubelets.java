package dev.mangru.autoscaler.playground.sim.node;

import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Conditions;
import dev.mangru.autoscaler.playground.sim.cluster.Events;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import dev.mangru.autoscaler.playground.sim.log.LogBook;
import dev.mangru.autoscaler.playground.sim.scenario.Chance;
import dev.mangru.autoscaler.playground.sim.scenario.Scenario;
import dev.mangru.autoscaler.playground.sim.scenario.WorkloadSpec;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The kubelets of all nodes: they start what is bound to their node, see to its being ready, start
/// it again when it ends, and stop it when it is deleted. Not thread-safe.
public final class Kubelets {

  static final String COMPONENT = "kubelet";

  /// Pulling an image that the node has.
  private static final double CACHED_PULL_SECONDS = 0.3;

  private static final int FIRST_HOST = 2;
  private static final int LAST_HOST = 254;
  private static final int KILLED = 137;
  private static final int TERMINATED = 143;

  private final Cluster cluster;
  private final Events events;
  private final Scenario scenario;
  private final Chance chance;
  private final LogBook logs;
  private final WorkLines lines = new WorkLines();

  /// By uid.
  private final Map<String, PodRun> runs = new HashMap<>();

  /// The same, by namespace and name, for everything that goes through all of them.
  private final TreeMap<String, PodRun> ordered = new TreeMap<>();

  private final Map<String, NodeUse> uses = new HashMap<>();
  private long lost;
  private long answered;

  /// The kubelets of a cluster.
  public Kubelets(Cluster cluster, Events events, Scenario scenario, Chance chance, LogBook logs) {
    this.cluster = cluster;
    this.events = events;
    this.scenario = scenario;
    this.chance = chance;
    this.logs = logs;
  }

  /// Every pod on a node, by namespace and name.
  public Collection<PodRun> runs() {
    return ordered.values();
  }

  /// The pod with a uid; null if no kubelet runs it.
  public @Nullable PodRun run(String uid) {
    return runs.get(uid);
  }

  /// What a node uses; null before its first step.
  public @Nullable NodeUse use(String node) {
    return uses.get(node);
  }

  /// Whether the kubelet of a node does not answer.
  public boolean isDead(ObjectNode node) {
    return NodeKeeper.isDead(node);
  }

  /// Requests that were lost with the containers that held them.
  public long lostRequests() {
    return lost;
  }

  /// Requests that got an answer, good or bad.
  public long answeredRequests() {
    return answered;
  }

  /// Requests that wait in some container.
  public long waitingRequests() {
    long waiting = 0;
    for (PodRun run : ordered.values()) {
      ContainerRun serving = run.serving();
      waiting += serving == null || serving.load() == null ? 0 : serving.load().waiting();
    }
    return waiting;
  }

  // ---- life
  // ------------------------------------------------------------------------------------

  /// Brings every pod on a node one step further in its life.
  public void run(Instant now) {
    Map<String, ObjectNode> nodes = new HashMap<>();
    cluster.list(Kinds.NODES).forEach(node -> nodes.put(Fields.name(node), node));
    Set<String> seen = new HashSet<>();
    for (ObjectNode pod : cluster.list(Kinds.PODS)) {
      String name = Pods.node(pod);
      if (name.isEmpty()) {
        continue;
      }
      seen.add(Fields.uid(pod));
      ObjectNode node = nodes.get(name);
      if (node == null) {
        // Upstream's pod garbage collector: nobody will ever end this pod.
        cluster.delete(Kinds.PODS, pod, DeleteOptions.immediate());
      } else if (!NodeKeeper.isDead(node)) {
        advance(pod, node, now);
      } else {
        silence(pod);
      }
    }
    for (PodRun run : List.copyOf(ordered.values())) {
      if (!seen.contains(run.uid())) {
        forget(run, now);
      }
    }
  }

  /// The pod of a node that does not answer: requests to it are lost.
  private void silence(ObjectNode pod) {
    PodRun run = runs.get(Fields.uid(pod));
    ContainerRun serving = run == null ? null : run.serving();
    if (serving != null && serving.load() != null) {
      lost += serving.load().drop();
    }
  }

  private void forget(PodRun run, Instant now) {
    for (ContainerRun container : run.containers()) {
      if (container.phase() == ContainerRun.Phase.RUNNING) {
        lost += container.end(KILLED, "Error", now);
      } else if (container.load() != null) {
        lost += container.load().drop();
      }
    }
    runs.remove(run.uid());
    ordered.remove(run.namespace() + "/" + run.name());
    logs.remove(run.namespace(), run.name(), run.uid(), now);
  }

  private void advance(ObjectNode pod, ObjectNode node, Instant now) {
    PodRun run = runs.get(Fields.uid(pod));
    if (run == null) {
      if (Pods.finished(pod)) {
        return;
      }
      run = admit(pod, now);
    }
    if (Fields.deleting(pod)) {
      stop(pod, run, now);
      return;
    }
    boolean changed = !run.isReported();
    changed |= start(pod, node, run, now);
    for (ContainerRun container : run.containers()) {
      changed |= look(pod, run, container, now);
    }
    changed |= readiness(pod, run, now);
    if (changed) {
      run.reported();
      report(pod, node, run, now);
    }
  }

  private void report(ObjectNode pod, ObjectNode node, PodRun run, Instant now) {
    String host = NodeKeeper.address(node);
    cluster.change(Kinds.PODS, pod, copy -> PodStatus.fill(copy, run, host, now));
  }

  // ---- starting
  // --------------------------------------------------------------------------------

  private PodRun admit(ObjectNode pod, Instant now) {
    String namespace = Fields.namespace(pod);
    WorkloadSpec spec = scenario.workload(namespace, workload(pod));
    List<ContainerRun> containers = new ArrayList<>();
    JsonNode given = Fields.at(pod, "spec", "containers");
    int serving = servingIndex(given, spec);
    for (int i = 0; i < given.size(); i++) {
      containers.add(
          new ContainerRun(
              given.path(i),
              Fields.uid(pod),
              spec,
              i == serving,
              logs.open(
                  namespace,
                  Fields.name(pod),
                  Fields.uid(pod),
                  Fields.text(given.path(i), "name"),
                  0),
              chance));
    }
    Instant since = Fields.time(pod, "status", "startTime");
    boolean cached = isCached(pod, containers);
    PodRun run =
        new PodRun(
            namespace,
            Fields.name(pod),
            Fields.uid(pod),
            Pods.node(pod),
            application(pod),
            Fields.text(pod, "status", "qosClass"),
            Fields.text(pod, "spec", "restartPolicy"),
            spec,
            containers,
            since == null ? now : since,
            cached ? Math.min(CACHED_PULL_SECONDS, spec.pullSeconds()) : spec.pullSeconds(),
            spec.startSeconds()
                + spec.startJitterSeconds() * chance.share("start", Fields.uid(pod)));
    resume(pod, run);
    runs.put(run.uid(), run);
    ordered.put(namespace + "/" + run.name(), run);
    return run;
  }

  private static int servingIndex(JsonNode containers, WorkloadSpec spec) {
    WorkloadSpec.HttpSpec http = spec.http();
    if (http == null) {
      return -1;
    }
    for (int i = 0; i < containers.size(); i++) {
      for (JsonNode port : containers.path(i).path("ports")) {
        if (Fields.number(port, "containerPort") == http.port()) {
          return i;
        }
      }
    }
    return 0;
  }

  private static String application(ObjectNode pod) {
    JsonNode labels = Fields.labels(pod);
    String name = Fields.text(labels, "app.kubernetes.io/name");
    if (name.isEmpty()) {
      name = Fields.text(labels, "app");
    }
    return name.isEmpty() ? Fields.name(pod) : name;
  }

  /// The name of what the pod belongs to: the deployment above its replica set, its controller, or
  /// itself.
  private String workload(ObjectNode pod) {
    JsonNode owner = Fields.controller(pod);
    if (!Fields.text(owner, "kind").equals("ReplicaSet")) {
      return owner.isMissingNode() ? Fields.name(pod) : Fields.text(owner, "name");
    }
    String name = Fields.text(owner, "name");
    ObjectNode set = cluster.find(Kinds.REPLICA_SETS, Fields.namespace(pod), name);
    String above = set == null ? "" : Fields.text(Fields.controller(set), "name");
    return above.isEmpty() ? name : above;
  }

  private boolean isCached(ObjectNode pod, List<ContainerRun> containers) {
    Set<String> images = new HashSet<>();
    for (PodRun other : ordered.values()) {
      if (other.node().equals(Pods.node(pod))) {
        other.containers().forEach(container -> images.add(container.image()));
      }
    }
    return containers.stream().allMatch(container -> images.contains(container.image()));
  }

  /// Takes over a pod that a process before this one had started.
  private static void resume(ObjectNode pod, PodRun run) {
    JsonNode statuses = Fields.at(pod, "status", "containerStatuses");
    String address = Fields.text(pod, "status", "podIP");
    for (int i = 0; i < run.containers().size() && i < statuses.size(); i++) {
      JsonNode status = statuses.path(i);
      Instant since = Fields.time(status, "state", "running", "startedAt");
      if (since != null) {
        run.address(address);
        run.containers().get(i).resume(since, Fields.number(status, "restartCount"));
        run.ready(Pods.ready(pod));
        run.reported();
      }
    }
  }

  private boolean start(ObjectNode pod, ObjectNode node, PodRun run, Instant now) {
    if (run.startsAt().isAfter(now) || !run.address().isEmpty()) {
      return false;
    }
    run.address(freeAddress(pod, node));
    for (ContainerRun container : run.containers()) {
      events.normal(
          pod,
          COMPONENT,
          "Pulled",
          "Container image \"" + container.image() + "\" already present on machine",
          now);
      begin(pod, container, now);
      container.start(now);
      lines.started(run, container, now);
    }
    return true;
  }

  private void begin(ObjectNode pod, ContainerRun container, Instant now) {
    events.normal(pod, COMPONENT, "Created", "Created container: " + container.name(), now);
    events.normal(pod, COMPONENT, "Started", "Started container " + container.name(), now);
  }

  private String freeAddress(ObjectNode pod, ObjectNode node) {
    if (Fields.flag(pod, "spec", "hostNetwork")) {
      return NodeKeeper.address(node);
    }
    Set<String> taken = new HashSet<>();
    for (PodRun other : ordered.values()) {
      if (other.node().equals(Fields.name(node))) {
        taken.add(other.address());
      }
    }
    String network = Fields.text(node, "spec", "podCIDR");
    String prefix = network.substring(0, network.lastIndexOf('.') + 1);
    for (int host = FIRST_HOST; host <= LAST_HOST; host++) {
      if (!taken.contains(prefix + host)) {
        return prefix + host;
      }
    }
    return prefix + LAST_HOST;
  }

  // ---- running
  // ---------------------------------------------------------------------------------

  /// Sees whether a container has ended or may start again; says whether anything changed.
  private boolean look(ObjectNode pod, PodRun run, ContainerRun container, Instant now) {
    return switch (container.phase()) {
      case ENDED -> false;
      case WAITING -> {
        boolean again = container.lastEnd() != null && !container.notBefore().isAfter(now);
        if (again) {
          begin(pod, container, now);
          container.restart(now);
          lines.started(run, container, now);
        }
        yield again;
      }
      case RUNNING -> ends(pod, run, container, now);
    };
  }

  private boolean ends(ObjectNode pod, PodRun run, ContainerRun container, Instant now) {
    WorkloadSpec spec = run.spec();
    WorkloadSpec.CrashSpec crash = spec.crash();
    if (container.overMemory()) {
      over(pod, run, container, KILLED, "OOMKilled", now);
    } else if (crash != null && isAfter(container, crash.afterSeconds(), now)) {
      lines.crashed(container, crash.message(), now);
      over(
          pod,
          run,
          container,
          crash.exitCode(),
          crash.exitCode() == 0 ? "Completed" : "Error",
          now);
    } else if (spec.runSeconds() > 0 && isAfter(container, spec.runSeconds(), now)) {
      over(pod, run, container, 0, "Completed", now);
    } else {
      return false;
    }
    return true;
  }

  private static boolean isAfter(ContainerRun container, double seconds, Instant now) {
    return !container.started().plusMillis((long) (seconds * 1000)).isAfter(now);
  }

  private void over(
      ObjectNode pod,
      PodRun run,
      ContainerRun container,
      int exitCode,
      String reason,
      Instant now) {
    lost += container.end(exitCode, reason, now);
    boolean again =
        switch (run.restartPolicy()) {
          case "Never" -> false;
          case "OnFailure" -> exitCode != 0;
          default -> true;
        };
    if (again) {
      container.backOff(now);
      if (container.notBefore().isAfter(now)) {
        events.warning(
            pod,
            COMPONENT,
            "BackOff",
            "Back-off restarting failed container "
                + container.name()
                + " in pod "
                + run.name()
                + "_"
                + run.namespace()
                + "("
                + run.uid()
                + ")",
            now);
      }
    }
  }

  private boolean readiness(ObjectNode pod, PodRun run, Instant now) {
    boolean ready = !run.containers().isEmpty();
    boolean overloaded = false;
    for (ContainerRun container : run.containers()) {
      WorkloadSpec.HttpSpec http = run.spec().http();
      boolean tooMuch =
          http != null
              && http.unreadySeconds() > 0
              && container.overloadedSeconds() >= http.unreadySeconds();
      overloaded |= tooMuch;
      ready &=
          container.phase() == ContainerRun.Phase.RUNNING
              && !run.readyAt(container).isAfter(now)
              && !tooMuch;
    }
    if (overloaded && run.isReady()) {
      events.warning(
          pod,
          COMPONENT,
          "Unhealthy",
          "Readiness probe failed: HTTP probe failed with statuscode: 503",
          now);
    }
    boolean changed = ready != run.isReady();
    run.ready(ready);
    return changed || ready != Conditions.isTrue(pod, "Ready");
  }

  // ---- stopping
  // --------------------------------------------------------------------------------

  private void stop(ObjectNode pod, PodRun run, Instant now) {
    Instant at = run.stopsAt();
    if (at == null) {
      double grace = Fields.number(pod, "metadata", "deletionGracePeriodSeconds");
      double seconds = Math.min(grace, run.spec().stopSeconds());
      at = now.plusMillis((long) (seconds * 1000));
      run.stopAt(at);
      for (ContainerRun container : run.containers()) {
        if (container.phase() == ContainerRun.Phase.RUNNING) {
          events.normal(pod, COMPONENT, "Killing", "Stopping container " + container.name(), now);
          lines.stopping(container, now);
        }
      }
    }
    if (!at.isAfter(now)) {
      for (ContainerRun container : run.containers()) {
        if (container.phase() == ContainerRun.Phase.RUNNING) {
          lost += container.end(TERMINATED, "Error", now);
        }
      }
      cluster.delete(Kinds.PODS, pod, DeleteOptions.immediate());
      if (cluster.find(Kinds.PODS, run.namespace(), run.name()) == null) {
        forget(run, now);
      }
    }
  }

  // ---- working
  // ---------------------------------------------------------------------------------

  /// Lets every running container work for one step, after requests have been sent to them.
  public void work(Instant now, double seconds, long tick) {
    Map<String, NodeUse> present = new HashMap<>();
    Set<String> dead = new HashSet<>();
    for (ObjectNode node : cluster.list(Kinds.NODES)) {
      String name = Fields.name(node);
      NodeUse use = uses.get(name);
      present.put(name, use == null ? new NodeUse(now) : use);
      present.get(name).cores(NodeKeeper.cores(node));
      if (NodeKeeper.isDead(node)) {
        dead.add(name);
      }
    }
    uses.keySet().retainAll(present.keySet());
    uses.putAll(present);
    for (PodRun run : ordered.values()) {
      NodeUse use = uses.get(run.node());
      if (use != null && !dead.contains(run.node())) {
        work(run, use, now, seconds, tick);
      }
    }
    uses.values().forEach(use -> use.close(now, seconds));
    logs.flush(now);
  }

  private void work(PodRun run, NodeUse use, Instant now, double seconds, long tick) {
    for (ContainerRun container : run.containers()) {
      if (container.phase() == ContainerRun.Phase.RUNNING) {
        container.work(now, seconds, tick, use.freeCores() + container.usedCores());
        use.add(container);
        answered += container.load() == null ? 0 : container.load().last().answered();
        lines.working(run, container, now, tick, seconds);
      } else if (container.load() != null) {
        lost += container.load().drop();
      }
    }
  }
}
