package dev.mangru.server.wire.kube;

import dev.mangru.autoscaler.control.AutoscalerMetrics;
import dev.mangru.autoscaler.control.HorizontalAutoscaler;
import dev.mangru.autoscaler.control.HpaSettings;
import dev.mangru.autoscaler.journal.DecisionJournal;
import dev.mangru.autoscaler.journal.JournalOptions;
import dev.mangru.autoscaler.kube.KubeNodeCluster;
import dev.mangru.autoscaler.kube.KubeScalingCluster;
import dev.mangru.autoscaler.kube.LeaseLock;
import dev.mangru.autoscaler.node.NodeAutoscaler;
import dev.mangru.autoscaler.node.NodeAutoscalerOptions;
import dev.mangru.autoscaler.playground.Playground;
import dev.mangru.autoscaler.signal.PodMetrics;
import dev.mangru.autoscaler.signal.SignalOptions;
import dev.mangru.collector.agent.AgentOptions;
import dev.mangru.collector.kube.ClusterScraper;
import dev.mangru.collector.kube.KubeClusterView;
import dev.mangru.collector.kube.KubeTargets;
import dev.mangru.collector.kube.KubeWatch;
import dev.mangru.model.cluster.ClusterView;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.TargetSource;
import dev.mangru.model.time.Ticker;
import dev.mangru.server.config.DataDirectory;
import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.config.StartFailure;
import dev.mangru.server.loop.Loops;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// The cluster, what watches it and what scales it. Where there is no cluster everything is there
/// and has nothing to do.
@Configuration(proxyBeanMethods = false)
public class ClusterWiring {

  /// The playground is small and quick, so it is looked at often.
  private static final Duration PLAYGROUND_SCRAPE = Duration.ofSeconds(5);

  /// Two thirds of a lease are ten seconds: enough for several tries.
  static final Duration LEASE = Duration.ofSeconds(2);

  private static final String LEASE_NAME = "mangru";

  @Bean
  ClusterAccess clusterAccess(
      MangruProperties properties, DataDirectory directory, InstantSource clock) {
    return ClusterAccess.open(properties.cluster(), directory.path(), System.getenv(), clock);
  }

  /// Parts that are there only with a cluster.
  static final class Watching implements AutoCloseable {

    private final @Nullable KubeWatch watch;
    private final @Nullable ClusterScraper scraper;
    private final ClusterView view;

    Watching(
        ClusterAccess access,
        Duration interval,
        MetricStore store,
        InstantSource clock,
        Ticker ticker) {
      KubernetesClient client = access.client();
      if (client == null) {
        watch = null;
        scraper = null;
        view = new NoCluster(access.how(), clock);
        return;
      }
      Playground playground = access.playground();
      Labels cluster =
          access.name().isEmpty() ? Labels.empty() : Labels.of("cluster", access.name());
      String token = client.getConfiguration().getAutoOAuthToken();
      watch = new KubeWatch(client);
      view =
          new KubeClusterView(
              watch,
              access.name(),
              playground != null,
              playground == null ? null : kubeconfig(playground),
              clock);
      scraper =
          new ClusterScraper(
              watch,
              new KubeTargets(
                  cluster,
                  interval,
                  interval.compareTo(Duration.ofSeconds(10)) < 0
                      ? interval
                      : Duration.ofSeconds(10),
                  playground == null ? null : URI.create(playground.apiServer().url()),
                  token == null ? null : "Bearer " + token),
              cluster,
              store,
              ticker);
    }

    Optional<ClusterScraper> scraper() {
      return Optional.ofNullable(scraper);
    }

    @Override
    public void close() {
      if (scraper != null) {
        scraper.close();
      }
      if (watch != null) {
        watch.close();
      }
    }
  }

  @Bean
  Watching watching(
      ClusterAccess access,
      MangruProperties properties,
      MetricStore store,
      InstantSource clock,
      Ticker ticker) {
    return new Watching(access, scrapeInterval(access, properties), store, clock, ticker);
  }

  @Bean
  TargetSource clusterTargets(Watching watching) {
    return () -> watching.scraper().map(ClusterScraper::targets).orElse(List.of());
  }

  static Duration scrapeInterval(ClusterAccess access, MangruProperties properties) {
    Duration wanted = properties.cluster().scrapeInterval();
    return access.playground() != null && wanted.compareTo(PLAYGROUND_SCRAPE) > 0
        ? PLAYGROUND_SCRAPE
        : wanted;
  }

  @Bean
  ClusterView clusterView(Watching watching) {
    return watching.view;
  }

  @Bean
  DecisionJournal decisionJournal(MangruProperties properties, DataDirectory directory)
      throws IOException {
    JournalOptions defaults = JournalOptions.defaults();
    return DecisionJournal.open(
        Disk.REAL,
        directory.path().resolve("decisions"),
        new JournalOptions(
            properties.autoscaler().keep(), defaults.maxDecisions(), defaults.segmentBytes()));
  }

  /// Scales workloads; absent where that is switched off or there is no cluster.
  static final class Scaling implements AutoCloseable {

    private final @Nullable LeaseLock lease;
    private final @Nullable KubeScalingCluster cluster;
    private final @Nullable HorizontalAutoscaler workloads;

    Scaling(
        ClusterAccess access,
        MangruProperties properties,
        MetricQuery query,
        DecisionJournal journal,
        MeterRegistry registry,
        InstantSource clock,
        Ticker ticker) {
      KubernetesClient client = access.client();
      String mode = properties.autoscaler().workloads();
      if (client == null || mode.equals("off")) {
        lease = null;
        cluster = null;
        workloads = null;
        return;
      }
      boolean playground = access.playground() != null;
      boolean replace = mode.equals("replace") || (mode.equals("auto") && playground);
      lease = new LeaseLock(client, leaseNamespace(), LEASE_NAME, identity(playground));
      cluster = new KubeScalingCluster(client, clock);
      LeaseLock held = lease;
      workloads =
          new HorizontalAutoscaler(
              cluster,
              new PodMetrics(query, signal(access, properties)),
              journal,
              new AutoscalerMetrics(registry),
              HpaSettings.defaults(),
              replace ? HorizontalAutoscaler.Mode.REPLACE : HorizontalAutoscaler.Mode.OBSERVE,
              access.name(),
              ticker,
              () -> held.holds(clock.instant()));
    }

    Optional<LeaseLock> lease() {
      return Optional.ofNullable(lease);
    }

    Optional<HorizontalAutoscaler> workloads() {
      return Optional.ofNullable(workloads);
    }

    @Override
    public void close() {
      if (cluster != null) {
        cluster.close();
      }
      if (lease != null) {
        lease.close();
      }
    }
  }

  /// Who this process is to others. The playground is this process's own, so after a restart it is
  /// the same one and need not wait for its own lease to end.
  private static String identity(boolean playground) {
    return playground
        ? LEASE_NAME + "-playground"
        // Two pods of one node may well have the same process number.
        : AgentOptions.defaultNode(System.getenv())
            + "_"
            + ProcessHandle.current().pid()
            + "_"
            + UUID.randomUUID();
  }

  private static SignalOptions signal(ClusterAccess access, MangruProperties properties) {
    SignalOptions defaults = SignalOptions.defaults();
    Playground playground = access.playground();
    Duration window =
        playground == null
            ? properties.autoscaler().metricWindow()
            : playground.options().metricWindow();
    return new SignalOptions(
        window,
        access.name().isEmpty() ? Map.of() : Map.of("cluster", access.name()),
        defaults.timeout(),
        defaults.maxSamples());
  }

  /// The namespace of the pod that Mangru runs in, else `kube-system`.
  private static String leaseNamespace() {
    try {
      return Files.readString(
              Path.of("/var/run/secrets/kubernetes.io/serviceaccount").resolve("namespace"))
          .strip();
    } catch (IOException _) {
      return "kube-system"; // not in a pod
    }
  }

  @Bean
  Scaling scaling(
      ClusterAccess access,
      MangruProperties properties,
      MetricQuery query,
      DecisionJournal journal,
      MeterRegistry registry,
      InstantSource clock,
      Ticker ticker) {
    return new Scaling(access, properties, query, journal, registry, clock, ticker);
  }

  /// Scales nodes; absent where that is switched off, or where nobody can make nodes.
  record NodeScaling(Optional<NodeLoop> loop) {}

  @Bean
  NodeScaling nodeScaling(
      ClusterAccess access,
      MangruProperties properties,
      Scaling scaling,
      DecisionJournal journal,
      MeterRegistry registry,
      InstantSource clock,
      Ticker ticker) {
    Playground playground = access.playground();
    KubernetesClient client = access.client();
    String mode = properties.autoscaler().nodes();
    Optional<LeaseLock> lease = scaling.lease();
    if (playground == null || client == null || mode.equals("off") || lease.isEmpty()) {
      if (playground == null && mode.equals("act")) {
        throw new StartFailure(
            StartFailure.CONFIGURATION,
            "mangru.autoscaler.nodes is act, and nothing here can make nodes: the playground's node"
                + " groups are the only ones this version knows",
            null);
      }
      return new NodeScaling(Optional.empty());
    }
    NodeAutoscalerOptions options =
        NodeAutoscalerOptions.playground().acting(!mode.equals("observe"));
    return new NodeScaling(
        Optional.of(
            new NodeLoop(
                () ->
                    new NodeAutoscaler(
                        new KubeNodeCluster(client, clock),
                        playground.nodeGroups(),
                        journal,
                        options,
                        ticker,
                        () -> lease.get().holds(clock.instant())),
                lease.get(),
                registry)));
  }

  /// The playground's nodes boot in seconds.
  private static final Duration PLAYGROUND_NODES = Duration.ofSeconds(3);

  /// A unit of work with its rhythm.
  public record Periodic(String name, Duration pause, Loops.Work work) {}

  /// What has to be done again and again for the cluster.
  @Bean
  ClusterWork clusterWork(
      ClusterAccess access,
      Watching watching,
      Scaling scaling,
      NodeScaling nodes,
      MangruProperties properties) {
    List<Periodic> all = new ArrayList<>();
    Playground playground = access.playground();
    if (playground != null) {
      all.add(new Periodic("playground", Duration.ofSeconds(1), playground::step));
    }
    watching
        .scraper()
        .ifPresent(scraper ->
            all.add(
                new Periodic("scrape-cluster", scrapeInterval(access, properties), scraper::pass)));
    scaling.lease().ifPresent(lease -> all.add(new Periodic("lead", LEASE, lease::tryHold)));
    scaling
        .workloads()
        .ifPresent(workloads ->
            all.add(
                new Periodic(
                    "scale-workloads", properties.autoscaler().interval(), workloads::pass)));
    nodes
        .loop()
        .ifPresent(loop ->
            all.add(
                new Periodic(
                    "scale-nodes",
                    properties.autoscaler().nodeInterval().compareTo(PLAYGROUND_NODES) < 0
                        ? properties.autoscaler().nodeInterval()
                        : PLAYGROUND_NODES,
                    loop::pass)));
    return new ClusterWork(
        List.copyOf(all),
        access.how(),
        playground != null,
        playground == null ? "" : kubeconfig(playground));
  }

  /// All of it.
  ///
  /// @param how which cluster this is, for people
  /// @param playground whether it is the simulated one
  /// @param kubeconfig the file that reaches it; empty for others
  public record ClusterWork(
      List<Periodic> all, String how, boolean playground, String kubeconfig) {}

  private static String kubeconfig(Playground playground) {
    return playground.kubeconfigFile().map(Path::toString).orElse("");
  }
}
