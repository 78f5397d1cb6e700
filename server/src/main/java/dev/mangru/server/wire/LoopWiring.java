package dev.mangru.server.wire;

import dev.mangru.alerts.notify.Notifier;
import dev.mangru.alerts.slo.SloEngine;
import dev.mangru.alerts.state.RuleEngine;
import dev.mangru.logindex.LogIndex;
import dev.mangru.server.http.Disconnects;
import dev.mangru.server.loop.Loops;
import dev.mangru.server.self.Faults;
import dev.mangru.server.self.Notifications;
import dev.mangru.server.self.SelfMetrics;
import dev.mangru.server.self.SelfScrape;
import dev.mangru.server.wire.kube.ClusterWiring.ClusterWork;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.tenant.TenantStores;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// All periodic work of the server, with its rhythm.
@Configuration(proxyBeanMethods = false)
class LoopWiring {

  /// How often the stores look whether something is due. Chosen: sealing is about minutes, merging
  /// and retention about hours.
  private static final Duration MAINTENANCE = Duration.ofSeconds(5);

  /// The SLO engine's own default.
  private static final Duration SLO_TICK = Duration.ofSeconds(10);

  /// Prometheus users expect 15 s or less; the agent's passes are 10 s apart too.
  private static final Duration SCRAPE = Duration.ofSeconds(10);

  /// Goal D10: a query stops within 100 ms of Esc; two looks are needed.
  private static final Duration DISCONNECTS = Duration.ofMillis(50);

  /// Groups have their own times; this is how exactly they are met.
  private static final Duration RULES = Duration.ofSeconds(1);

  /// From a rule's result to its receiver in less than half a second.
  private static final Duration NOTIFY = Duration.ofMillis(250);

  /// A full disk is noticed within so long. Chosen.
  private static final Duration NOTIFICATIONS = Duration.ofSeconds(2);

  /// An edited file counts at the second look that finds it.
  private static final Duration ALERT_FILES = Duration.ofSeconds(5);

  /// Closed before the engines are, since it was made from them.
  @Bean
  Loops loops(
      InstantSource clock,
      Faults faults,
      SelfMetrics metrics,
      Tsdb tsdb,
      TenantStores tenants,
      LogIndex logIndex,
      SloEngine slo,
      Disconnects disconnects,
      SelfScrape selfScrape,
      ClusterWork cluster,
      RuleEngine rules,
      Notifier notifier,
      AlertReload alertFiles,
      Notifications notifications) {
    Loops loops = new Loops(clock, faults, metrics);
    loops.start("seal-metrics", MAINTENANCE, tsdb::sealIfDue);
    loops.start("compact-metrics", MAINTENANCE, tsdb::compactIfDue);
    loops.start("seal-tenants", MAINTENANCE, tenants::seal);
    loops.start("compact-tenants", MAINTENANCE, tenants::compact);
    loops.start("maintain-logs", MAINTENANCE, logIndex::maintain);
    loops.start("slo", SLO_TICK, slo::tick);
    loops.start("disconnects", DISCONNECTS, _ -> disconnects.check());
    loops.start("self-scrape", SCRAPE, selfScrape::pass);
    loops.start("rules", RULES, rules::tick);
    loops.start("notify", NOTIFY, notifier::tick);
    loops.start("alert-files", ALERT_FILES, alertFiles::look);
    loops.start("notifications", NOTIFICATIONS, notifications::look);
    cluster.all().forEach(each -> loops.start(each.name(), each.pause(), each.work()));
    return loops;
  }
}
