package dev.mangru.server.wire;

import dev.mangru.alerts.burn.BurnRateOptions;
import dev.mangru.alerts.mute.SilenceOptions;
import dev.mangru.alerts.mute.Silences;
import dev.mangru.alerts.notify.Notifier;
import dev.mangru.alerts.notify.NotifyMetrics;
import dev.mangru.alerts.notify.NotifyOptions;
import dev.mangru.alerts.notify.WebhookSender;
import dev.mangru.alerts.rule.RuleFileParser;
import dev.mangru.alerts.rule.RuleFileReader;
import dev.mangru.alerts.slo.SloEngine;
import dev.mangru.alerts.state.AlertJournal;
import dev.mangru.alerts.state.GoRuleTemplates;
import dev.mangru.alerts.state.RuleEngine;
import dev.mangru.alerts.state.RuleEngineOptions;
import dev.mangru.alerts.state.RuleMetrics;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.slo.Objective;
import dev.mangru.model.slo.SloStatus;
import dev.mangru.model.time.Ticker;
import dev.mangru.server.config.AlertFiles;
import dev.mangru.server.config.DataDirectory;
import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.http.BuildInfo;
import dev.mangru.server.wire.kube.ClusterWiring.ClusterWork;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.PromqlParser;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Rules, alerts, silences, and who hears of them.
@Configuration(proxyBeanMethods = false)
class AlertsWiring {

  /// Where people reach Mangru when nobody says: the address it listens on.
  private static String externalUrl(MangruProperties properties) {
    String said = properties.alerts().externalUrl();
    return said.isEmpty()
        ? "http://" + properties.http().address() + ":" + properties.http().port()
        : said;
  }

  private static Path directory(DataDirectory data, String name) {
    return data.path().resolve("alerts").resolve(name);
  }

  /// The playground's pager; none without a playground.
  @Bean
  PlaygroundPager playgroundPager(ClusterWork cluster) throws IOException {
    return cluster.playground() ? PlaygroundPager.start() : PlaygroundPager.none();
  }

  @Bean
  Silences silences(DataDirectory data) throws IOException {
    return Silences.open(
        Disk.REAL, directory(data, "silences"), SilenceOptions.DEFAULT, unforeseeable());
  }

  @Bean
  WebhookSender webhookSender(InstantSource clock, BuildInfo build) {
    return new WebhookSender(clock, build.version());
  }

  @Bean(destroyMethod = "shutdownNow")
  ExecutorService notifyThreads() {
    return Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("notify-", 0).factory());
  }

  @Bean
  AlertFiles alertFiles(MangruProperties properties, PlaygroundPager pager, SloEngine objectives) {
    GoRuleTemplates templates = new GoRuleTemplates(Ticker.SYSTEM);
    PromqlOptions language = properties.query().promql();
    RuleFileParser parser =
        new RuleFileParser(
            expression -> {
              var _ = PromqlParser.parse(expression, language);
            },
            templates);
    List<Objective> all = objectives.statuses().stream().map(SloStatus::objective).toList();
    return new AlertFiles(
        properties.alerts(),
        new RuleFileReader(parser),
        parser,
        all,
        BurnRateOptions.defaults(),
        pager.url());
  }

  @Bean
  Notifier notifier(
      DataDirectory data,
      MangruProperties properties,
      AlertFiles files,
      Silences silences,
      WebhookSender sender,
      ExecutorService notifyThreads,
      InstantSource clock)
      throws IOException {
    return files.usingConfig(config ->
        Notifier.open(
            NotifyOptions.of(externalUrl(properties)),
            Disk.REAL,
            directory(data, "notifications"),
            config,
            silences,
            sender,
            notifyThreads,
            unforeseeable(),
            clock.instant()));
  }

  @Bean
  AlertJournal alertJournal(DataDirectory data) throws IOException {
    return AlertJournal.open(Disk.REAL, directory(data, "states"));
  }

  @Bean
  RuleEngine ruleEngine(
      MetricQuery query,
      MetricStore store,
      Notifier notifier,
      AlertJournal journal,
      AlertFiles files,
      MangruProperties properties,
      InstantSource clock,
      Ticker ticker) {
    RuleEngine engine =
        new RuleEngine(
            query,
            store,
            new GoRuleTemplates(ticker),
            notifier,
            journal,
            RuleEngineOptions.defaults()
                .withDefaultInterval(properties.alerts().evaluationInterval())
                .withExternal(Labels.empty(), externalUrl(properties)),
            ticker);
    engine.reload(files.rules(), clock.instant());
    return engine;
  }

  @Bean
  RuleMetrics ruleMetrics(RuleEngine engine) {
    return new RuleMetrics(engine);
  }

  @Bean
  NotifyMetrics notifyMetrics(Notifier notifier, Silences silences, InstantSource clock) {
    return new NotifyMetrics(notifier, silences, clock);
  }

  /// For ids and waits that nobody should be able to foresee.
  private static SplittableRandom unforeseeable() {
    return new SplittableRandom(new SecureRandom().nextLong());
  }
}
