package dev.mangru.server.wire;

import dev.mangru.alerts.notify.Notifier;
import dev.mangru.alerts.state.RuleEngine;
import dev.mangru.model.metric.TargetSource;
import dev.mangru.server.config.AlertFiles;
import dev.mangru.server.config.DataDirectory;
import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.http.LifecycleApi;
import dev.mangru.server.http.prometheus.NotificationsApi;
import dev.mangru.server.http.prometheus.OpenApiPage;
import dev.mangru.server.http.prometheus.SearchApi;
import dev.mangru.server.http.prometheus.SelfMetricsApi;
import dev.mangru.server.http.prometheus.ServerFacts;
import dev.mangru.server.http.prometheus.ServerStatusApi;
import dev.mangru.server.http.prometheus.TargetsApi;
import dev.mangru.server.self.Health;
import dev.mangru.server.self.Notifications;
import dev.mangru.server.self.Notifications.Condition;
import dev.mangru.server.wire.AgentWiring.LocalAgent;
import dev.mangru.tsdb.Tsdb;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/// What the server tells of itself over HTTP, and what it can be told to do with itself.
@Configuration(proxyBeanMethods = false)
@Import({
  ServerStatusApi.class,
  TargetsApi.class,
  NotificationsApi.class,
  SelfMetricsApi.class,
  SearchApi.class,
  OpenApiPage.class,
  LifecycleApi.class
})
class StatusWiring {

  /// As Prometheus words it.
  private static final String RELOAD_FAILED = "Configuration reload has failed.";

  @Bean
  ServerFacts serverFacts(
      MangruProperties properties, DataDirectory directory, MeterRegistry registry) {
    return new KnownFacts(properties, directory.path(), properties.query().promql(), registry);
  }

  @Bean
  TargetsApi.GlobalUrls globalUrls(MangruProperties properties) {
    return new ShownUrls(properties);
  }

  @Bean
  TargetSource agentTargets(LocalAgent agent) {
    return agent::targets;
  }

  @Bean
  AlertReload alertReload(
      AlertFiles files, RuleEngine rules, Notifier notifier, InstantSource clock) {
    return new AlertReload(files, rules, notifier, clock.instant());
  }

  @Bean
  LifecycleApi.Settings lifecycleSettings(
      MangruProperties properties, ConfigurableApplicationContext context) {
    return new LifecycleApi.Settings(
        properties.http().lifecycleApi(),
        () -> {
          var _ = Thread.ofPlatform().name("mangru-quit").start(context::close);
        });
  }

  @Bean
  Notifications notifications(Tsdb tsdb, AlertReload files, ServerFacts facts, Health health) {
    return new Notifications(
        List.of(
            new Condition("reload", () -> files.successful() ? null : RELOAD_FAILED),
            new Condition(
                "metrics",
                () -> {
                  String refusal = tsdb.refusal();
                  return refusal == null ? null : "Samples are refused: " + refusal;
                }),
            new Condition(
                "logs",
                () -> {
                  String refusal = health.problems().get("logs");
                  return refusal == null ? null : "Log records are refused: " + refusal;
                }),
            new Condition(
                "damaged",
                () -> {
                  long damaged = facts.damagedFiles();
                  return damaged == 0
                      ? null
                      : damaged
                          + (damaged == 1 ? " damaged file was" : " damaged files were")
                          + " set aside when the store of metrics was opened; its log names them,"
                          + " and quarantine/ holds them.";
                })));
  }
}
