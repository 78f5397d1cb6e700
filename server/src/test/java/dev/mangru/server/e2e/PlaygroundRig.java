package dev.mangru.server.e2e;

import dev.mangru.alerts.burn.BurnRateOptions;
import dev.mangru.alerts.burn.BurnRateRules;
import dev.mangru.alerts.mute.SilenceOptions;
import dev.mangru.alerts.mute.Silences;
import dev.mangru.alerts.notify.Notifier;
import dev.mangru.alerts.notify.NotifyOptions;
import dev.mangru.alerts.notify.WebhookSender;
import dev.mangru.alerts.route.AlertmanagerConfig;
import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.rule.RuleFileParser;
import dev.mangru.alerts.rule.ShippedRules;
import dev.mangru.alerts.slo.SloEngine;
import dev.mangru.alerts.state.AlertJournal;
import dev.mangru.alerts.state.GoRuleTemplates;
import dev.mangru.alerts.state.RuleEngine;
import dev.mangru.alerts.state.RuleEngineOptions;
import dev.mangru.autoscaler.control.AutoscalerMetrics;
import dev.mangru.autoscaler.control.HorizontalAutoscaler;
import dev.mangru.autoscaler.control.HpaSettings;
import dev.mangru.autoscaler.journal.DecisionJournal;
import dev.mangru.autoscaler.journal.JournalOptions;
import dev.mangru.autoscaler.kube.KubeClients;
import dev.mangru.autoscaler.kube.KubeNodeCluster;
import dev.mangru.autoscaler.kube.KubeScalingCluster;
import dev.mangru.autoscaler.node.NodeAutoscaler;
import dev.mangru.autoscaler.node.NodeAutoscalerOptions;
import dev.mangru.autoscaler.playground.Playground;
import dev.mangru.autoscaler.playground.PlaygroundOptions;
import dev.mangru.autoscaler.signal.PodMetrics;
import dev.mangru.autoscaler.signal.SignalOptions;
import dev.mangru.collector.kube.ClusterScraper;
import dev.mangru.collector.kube.KubeObjects;
import dev.mangru.collector.kube.KubeTargets;
import dev.mangru.collector.kube.KubeWatch;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.time.Ticker;
import dev.mangru.server.config.BuiltInObjectives;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbOptions;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.PromqlParser;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/// Everything between a playground and a pager, as `mangru up` wires it and without Spring, moved
/// by hand: one [#second] is one simulated second, in which every loop that is due runs once. What
/// is HTTP in the product is HTTP here. Confined to the test's thread.
final class PlaygroundRig implements AutoCloseable {

  private static final Instant START = Instant.parse("2026-03-02T09:00:00Z");
  private static final Duration SCRAPE = Duration.ofSeconds(5);
  private static final Duration CATCH_UP = Duration.ofSeconds(2);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final AtomicInteger delivering = new AtomicInteger();
  private volatile Instant now = START;
  private int elapsed;

  final InstantSource clock = () -> now;
  final Playground playground;
  final KubernetesClient client;
  final MetricQuery query;
  final DecisionJournal decisions;
  final SloEngine objectives;
  final RuleEngine rules;
  final Notifier notifier;
  private final KubeWatch watch;
  private final ClusterScraper scraper;
  private final HorizontalAutoscaler workloads;
  private final NodeAutoscaler nodes;

  PlaygroundRig(Path folder, String scenario, long seed, String webhook) throws Exception {
    playground = open(Playground.open(PlaygroundOptions.inMemory(scenario, seed), clock));
    client = open(KubeClients.fromKubeconfig(playground.kubeconfig()));
    Tsdb tsdb = open(Tsdb.open(TsdbOptions.builder(folder.resolve("metrics")).build(), clock));
    query = new PromqlEngine(tsdb, PromqlOptions.defaults());

    Labels cluster = Labels.of("cluster", Playground.CLUSTER);
    watch = open(new KubeWatch(client));
    scraper =
        open(
            new ClusterScraper(
                watch,
                new KubeTargets(
                    cluster, SCRAPE, SCRAPE, URI.create(playground.apiServer().url()), null),
                cluster,
                tsdb,
                Ticker.SYSTEM));

    decisions =
        open(
            DecisionJournal.open(
                Disk.REAL, folder.resolve("decisions"), JournalOptions.defaults()));
    SignalOptions signal = SignalOptions.defaults();
    workloads =
        new HorizontalAutoscaler(
            open(new KubeScalingCluster(client, clock)),
            new PodMetrics(
                query,
                new SignalOptions(
                    playground.options().metricWindow(),
                    Map.of("cluster", Playground.CLUSTER),
                    signal.timeout(),
                    signal.maxSamples())),
            decisions,
            new AutoscalerMetrics(new SimpleMeterRegistry()),
            HpaSettings.defaults(),
            HorizontalAutoscaler.Mode.REPLACE,
            Playground.CLUSTER,
            Ticker.SYSTEM,
            () -> true);
    nodes =
        new NodeAutoscaler(
            new KubeNodeCluster(client, clock),
            playground.nodeGroups(),
            decisions,
            NodeAutoscalerOptions.playground(),
            Ticker.SYSTEM);

    objectives = new SloEngine(BuiltInObjectives.ofPlayground(), query, tsdb);
    Silences silences =
        open(
            Silences.open(
                Disk.REAL,
                folder.resolve("silences"),
                SilenceOptions.DEFAULT,
                new SplittableRandom(seed)));
    ExecutorService threads = open(Executors.newVirtualThreadPerTaskExecutor());
    notifier =
        open(
            Notifier.open(
                NotifyOptions.of("http://mangru.example"),
                Disk.REAL,
                folder.resolve("notifications"),
                AlertmanagerConfig.forWebhook("pager", webhook),
                silences,
                open(new WebhookSender(clock, "test")),
                task -> {
                  delivering.incrementAndGet();
                  threads.execute(() -> {
                    try {
                      task.run();
                    } finally {
                      delivering.decrementAndGet();
                    }
                  });
                },
                new SplittableRandom(seed),
                now));
    GoRuleTemplates templates = new GoRuleTemplates(Ticker.SYSTEM);
    rules =
        open(
            new RuleEngine(
                query,
                tsdb,
                templates,
                notifier,
                open(AlertJournal.open(Disk.REAL, folder.resolve("states"))),
                RuleEngineOptions.defaults()
                    .withExternal(Labels.empty(), "http://mangru.example")
                    .withWaiting(Duration.ofSeconds(30), Duration.ofSeconds(30)),
                Ticker.SYSTEM));
    RuleFileParser parser =
        new RuleFileParser(
            expression -> {
              var _ = PromqlParser.parse(expression);
            },
            templates);
    rules.reload(
        List.of(
            ShippedRules.read(parser),
            new RuleFile.Outcome.Parsed(
                BurnRateRules.of(BuiltInObjectives.ofPlayground(), BurnRateOptions.defaults()),
                List.of())),
        now);
  }

  private <T extends AutoCloseable> T open(T part) {
    opened.push(part);
    return part;
  }

  Instant now() {
    return now;
  }

  /// Seconds since the start.
  int elapsed() {
    return elapsed;
  }

  /// One simulated second.
  ///
  /// @param clocks of others, who have to know the time
  void second(Consumer<Instant> clocks) throws Exception {
    now = now.plusSeconds(1);
    clocks.accept(now);
    elapsed++;
    playground.step(now);
    awaitWatches();
    if (elapsed % 5 == 0) {
      scraper.pass(now);
    }
    if (elapsed % 10 == 0) {
      objectives.tick(now);
    }
    if (elapsed % 15 == 0) {
      var _ = workloads.pass(now);
    }
    if (elapsed % 3 == 0) {
      nodes.pass(now);
    }
    rules.tick(now);
    notifier.tick(now);
    if (delivering.get() > 0) {
      MangruProcess.await(
          Duration.ofSeconds(20), "the webhook's answer", () -> delivering.get() == 0);
      notifier.tick(now);
    }
  }

  /// Waits until the watches have seen what the store holds; in real time that takes milliseconds
  /// of a second, here it would be seconds.
  private void awaitWatches() throws InterruptedException {
    long deadline = System.nanoTime() + CATCH_UP.toNanos();
    while (!caughtUp() && System.nanoTime() < deadline) {
      Thread.sleep(1);
    }
  }

  /// The cluster as its watches have it.
  KubeObjects seen() {
    return watch.objects();
  }

  private boolean caughtUp() {
    KubeObjects objects = watch.objects();
    return same("pods", objects.pods())
        && same("nodes", objects.nodes())
        && same("apps/deployments", objects.deployments())
        && same("autoscaling/horizontalpodautoscalers", objects.autoscalers());
  }

  private boolean same(String resource, List<? extends HasMetadata> seen) {
    Set<String> there = new HashSet<>();
    for (ObjectNode each : playground.store().list(resource, "").items()) {
      there.add(
          each.at("/metadata/uid").asString() + each.at("/metadata/resourceVersion").asString());
    }
    Set<String> known = new HashSet<>();
    for (HasMetadata each : seen) {
      known.add(each.getMetadata().getUid() + each.getMetadata().getResourceVersion());
    }
    return there.equals(known);
  }

  /// The single value of a query now; empty if it has none.
  OptionalDouble value(String promql) {
    QueryValue value =
        query.instant(promql, now.toEpochMilli(), MetricQuery.Options.defaults()).value();
    return switch (value) {
      case QueryValue.Vector vector ->
          vector.samples().isEmpty()
              ? OptionalDouble.empty()
              : OptionalDouble.of(vector.samples().getFirst().value());
      case QueryValue.Scalar scalar -> OptionalDouble.of(scalar.value());
      default -> throw new AssertionError(promql + " gives " + value);
    };
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      AutoCloseable last = opened.pop();
      try {
        last.close();
      } catch (Exception e) {
        throw new AssertionError(last + " does not close", e);
      }
    }
  }
}
