package dev.mangru.autoscaler.playground;

import dev.mangru.autoscaler.playground.api.KubeApiServer;
import dev.mangru.autoscaler.playground.api.Kubeconfig;
import dev.mangru.autoscaler.playground.api.SelfSignedCertificate;
import dev.mangru.autoscaler.playground.schema.ResourceCatalog;
import dev.mangru.autoscaler.playground.sim.Simulation;
import dev.mangru.autoscaler.playground.sim.node.SimulatedNodeGroups;
import dev.mangru.autoscaler.playground.sim.scenario.Scenario;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import dev.mangru.autoscaler.playground.store.StoreOptions;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A whole cluster in this process: its objects, the Kubernetes API in front of them and the
/// simulation behind. It moves only when [#step] is called, once a second in real time, or as fast
/// as a test likes.
///
/// Thread-safe. On disk it survives kill -9: objects, machines and the scenario's clock go on where
/// they were; what containers had counted begins anew, as after a restart.
public final class Playground implements AutoCloseable {

  /// What the cluster is called in every series that comes from it.
  public static final String CLUSTER = "playground";

  private static final Logger LOG = LoggerFactory.getLogger(Playground.class);
  private static final int TOKEN_BYTES = 16;

  /// Where the shipped scenarios put their workloads.
  private static final String NAMESPACE = "shop";

  private final PlaygroundOptions options;
  private final ObjectStore store;
  private final Simulation simulation;
  private final KubeApiServer server;
  private final Kubeconfig kubeconfig;
  private final @Nullable Path kubeconfigFile;

  private Playground(
      PlaygroundOptions options, Scenario scenario, ObjectStore store, InstantSource clock)
      throws IOException {
    this.options = options;
    this.store = store;
    Path directory = options.directory();
    Path logs = directory == null ? null : directory.resolve("logs");
    simulation =
        new Simulation(store, new ResourceCatalog(), scenario, options.seed(), logs, clock);
    KubeApiServer.Builder builder =
        KubeApiServer.builder(store, clock)
            .pages(simulation.pages())
            .metrics(simulation.metrics())
            .logs(simulation.logs());
    if (options.secured()) {
      String token = token();
      SelfSignedCertificate certificate = SelfSignedCertificate.make(clock.instant());
      server = builder.token(token).tls(certificate.context(), options.port()).start();
      kubeconfig =
          new Kubeconfig(
              server.tlsUrl().orElseThrow(),
              NAMESPACE,
              Optional.of(certificate.pem()),
              Optional.of(token));
    } else {
      server = builder.port(options.port()).start();
      kubeconfig = new Kubeconfig(server.url(), NAMESPACE, Optional.empty(), Optional.empty());
    }
    kubeconfigFile = directory == null ? null : directory.resolve("kubeconfig");
    if (kubeconfigFile != null) {
      try {
        kubeconfig.write(kubeconfigFile);
      } catch (IOException e) {
        server.close();
        throw e;
      }
    }
  }

  /// Opens a playground, or makes it. One whose objects are damaged is put aside as
  /// `objects.damaged` and begun anew: a toy must not keep a monitoring server from starting.
  ///
  /// @param clock what [#step] will be given, for everything that happens between two steps
  /// @throws MangruException `BAD_DATA` if the scenario cannot be read, with file and line;
  ///   `UNAVAILABLE` if another process has the directory open
  /// @throws IOException if the directory or the port cannot be used
  public static Playground open(PlaygroundOptions options, InstantSource clock) throws IOException {
    Scenario scenario = Scenarios.load(options.scenario());
    Path directory = options.directory();
    ObjectStore store;
    if (directory == null) {
      store = ObjectStore.inMemory(clock, options.seed());
    } else {
      Path objects = directory.resolve("objects");
      Disk.REAL.createDirectories(objects);
      try {
        store = objects(objects, options, clock);
      } catch (CorruptDataException e) {
        Path aside = aside(directory);
        LOG.atError()
            .setCause(e)
            .addKeyValue("aside", aside)
            .log("the playground's objects are damaged; they are put aside and it begins anew");
        Disk.REAL.rename(objects, aside);
        Disk.REAL.createDirectories(objects);
        store = objects(objects, options, clock);
      }
    }
    try {
      return new Playground(options, scenario, store, clock);
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static ObjectStore objects(Path objects, PlaygroundOptions options, InstantSource clock)
      throws IOException {
    return ObjectStore.open(Disk.REAL, objects, clock, options.seed(), StoreOptions.DEFAULTS);
  }

  /// A name that is free; those that were put aside before stay.
  private static Path aside(Path directory) {
    Path aside = directory.resolve("objects.damaged");
    for (int i = 2; Disk.REAL.exists(aside); i++) {
      aside = directory.resolve("objects.damaged-" + i);
    }
    return aside;
  }

  private static String token() {
    byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /// Moves the cluster to `now`; see [Simulation#step].
  public void step(Instant now) {
    simulation.step(now);
  }

  /// The text of a kubeconfig that reaches it, with the token if one is asked for.
  public String kubeconfig() {
    return kubeconfig.text();
  }

  /// Where that text lies, readable for its owner only; empty in memory.
  public Optional<Path> kubeconfigFile() {
    return Optional.ofNullable(kubeconfigFile);
  }

  /// Where containers' logs lie, as `pods/NAMESPACE_POD_UID/CONTAINER/0.log`; empty in memory.
  public Optional<Path> logDirectory() {
    return Optional.ofNullable(options.directory()).map(directory -> directory.resolve("logs"));
  }

  /// The API server.
  public KubeApiServer apiServer() {
    return server;
  }

  /// The objects.
  public ObjectStore store() {
    return store;
  }

  /// What happens in it.
  public Simulation simulation() {
    return simulation;
  }

  /// Where its nodes come from.
  public SimulatedNodeGroups nodeGroups() {
    return simulation.nodeGroups();
  }

  /// What is played.
  public Scenario scenario() {
    return simulation.scenario();
  }

  /// How it was opened.
  public PlaygroundOptions options() {
    return options;
  }

  @Override
  public void close() throws IOException {
    server.close();
    simulation.close();
    store.close();
    LOG.atInfo().log("the playground is closed");
  }
}
