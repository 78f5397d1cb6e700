package dev.mangru.autoscaler.playground.sim.page;

import dev.mangru.autoscaler.playground.api.MetricsSource;
import dev.mangru.autoscaler.playground.api.ProxyPages;
import dev.mangru.autoscaler.playground.schema.Quantity;
import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import dev.mangru.autoscaler.playground.sim.node.ContainerRun;
import dev.mangru.autoscaler.playground.sim.node.Kubelets;
import dev.mangru.autoscaler.playground.sim.node.NodeUse;
import dev.mangru.autoscaler.playground.sim.node.PodRun;
import dev.mangru.autoscaler.playground.sim.traffic.PodLoad;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What nodes, pods and services of the playground answer. Thread-safe: it takes the simulation's
/// lock, so a page shows one moment.
public final class SimulatedPages implements ProxyPages, MetricsSource {

  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int UNAVAILABLE = 503;
  private static final String PLAIN = "text/plain; charset=utf-8";

  private final Cluster cluster;
  private final Kubelets kubelets;
  private final ReentrantLock lock;
  private final Supplier<Instant> now;

  /// Pages of a simulation.
  ///
  /// @param lock held while the simulation moves
  /// @param now the moment that it has reached
  public SimulatedPages(
      Cluster cluster, Kubelets kubelets, ReentrantLock lock, Supplier<Instant> now) {
    this.cluster = cluster;
    this.kubelets = kubelets;
    this.lock = lock;
    this.now = now;
  }

  @Override
  public Optional<Page> get(Target target) {
    lock.lock();
    try {
      return switch (target.resource()) {
        case "nodes" -> node(target);
        case "pods" -> pod(find(target.namespace(), target.name()), target);
        case "services" -> pod(behind(target), target);
        default -> Optional.empty();
      };
    } finally {
      lock.unlock();
    }
  }

  private static Optional<Page> page(byte[] body) {
    return Optional.of(new Page(OK, PageWriter.CONTENT_TYPE, body));
  }

  private static Optional<Page> plain(int status, String text) {
    return Optional.of(new Page(status, PLAIN, text.getBytes(StandardCharsets.UTF_8)));
  }

  private Optional<Page> node(Target target) {
    ObjectNode node = cluster.find(Kinds.NODES, "", target.name());
    NodeUse use = kubelets.use(target.name());
    if (node == null || use == null || kubelets.isDead(node)) {
      return Optional.empty();
    }
    List<PodRun> here = new ArrayList<>();
    for (PodRun run : kubelets.runs()) {
      if (run.node().equals(target.name())) {
        here.add(run);
      }
    }
    return switch (target.path()) {
      case "/metrics/cadvisor" -> page(CadvisorPage.write(here, use, memoryBytes(node), now.get()));
      case "/metrics/resource" -> page(ResourcePage.resource(here, use));
      case "/metrics" -> page(ResourcePage.kubelet(target.name(), here));
      case "/healthz" -> plain(OK, "ok");
      default -> plain(NOT_FOUND, "404 page not found\n");
    };
  }

  private static long memoryBytes(ObjectNode node) {
    String text = Fields.text(node, "status", "capacity", "memory");
    return text.isEmpty() ? 0 : Quantity.value(text);
  }

  private @Nullable PodRun find(String namespace, String name) {
    ObjectNode pod = cluster.find(Kinds.PODS, namespace, name);
    return pod == null ? null : kubelets.run(Fields.uid(pod));
  }

  /// The first ready pod behind a service.
  private @Nullable PodRun behind(Target target) {
    ObjectNode endpoints = cluster.find(Kinds.ENDPOINTS, target.namespace(), target.name());
    if (endpoints == null) {
      return null;
    }
    for (JsonNode subset : endpoints.path("subsets")) {
      for (JsonNode address : subset.path("addresses")) {
        PodRun run = kubelets.run(Fields.text(address, "targetRef", "uid"));
        if (run != null) {
          return run;
        }
      }
    }
    return null;
  }

  private Optional<Page> pod(@Nullable PodRun run, Target target) {
    ContainerRun container = run == null ? null : run.serving();
    PodLoad load = container == null ? null : container.load();
    if (run == null
        || container == null
        || load == null
        || container.phase() != ContainerRun.Phase.RUNNING) {
      return Optional.empty();
    }
    boolean listens =
        !target.resource().equals("pods")
            || target.port().isEmpty()
            || !Character.isDigit(target.port().charAt(0))
            || target.port().equals(Integer.toString(load.spec().port()));
    if (!listens) {
      return Optional.empty();
    }
    return switch (target.path()) {
      case "/metrics" -> page(ApplicationPage.write(container, load));
      case "/healthz", "/readyz" ->
          run.isReady() ? plain(OK, "ok") : plain(UNAVAILABLE, "not ready");
      default -> plain(NOT_FOUND, "404 page not found\n");
    };
  }

  // ---- metrics.k8s.io
  // --------------------------------------------------------------------------

  @Override
  public Optional<Sample> node(String name) {
    lock.lock();
    try {
      NodeUse use = kubelets.use(name);
      ContainerRun.Usage usage = use == null ? null : use.usage();
      return usage == null
          ? Optional.empty()
          : Optional.of(
              new Sample(
                  usage.at(),
                  usage.window(),
                  List.of(new Usage("", usage.cpuCores(), usage.memoryBytes()))));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Sample> pod(String namespace, String name) {
    lock.lock();
    try {
      PodRun run = find(namespace, name);
      if (run == null) {
        return Optional.empty();
      }
      List<Usage> containers = new ArrayList<>();
      ContainerRun.Usage last = null;
      for (ContainerRun container : run.containers()) {
        ContainerRun.Usage usage = container.usage();
        if (usage == null) {
          return Optional.empty();
        }
        containers.add(new Usage(container.name(), usage.cpuCores(), usage.memoryBytes()));
        last = usage;
      }
      return last == null
          ? Optional.empty()
          : Optional.of(new Sample(last.at(), last.window(), containers));
    } finally {
      lock.unlock();
    }
  }
}
