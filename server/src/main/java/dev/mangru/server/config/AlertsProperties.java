package dev.mangru.server.config;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Rules, and who hears of alerts.
///
/// @param rules globs of Prometheus rule files
/// @param shippedRules whether the rules that come with Mangru are evaluated too
/// @param burnRateAlerts whether every objective gets multi-window burn-rate alerts
/// @param evaluationInterval of groups that name none
/// @param config an Alertmanager configuration file; empty for none, and then alerts are shown only
///   (and told to the playground's pager, where there is a playground)
/// @param externalUrl the address under which people reach Mangru, for links in messages; empty for
///   the one it listens on
public record AlertsProperties(
    @DefaultValue List<String> rules,
    @DefaultValue("true") boolean shippedRules,
    @DefaultValue("true") boolean burnRateAlerts,
    @DefaultValue("15s") Duration evaluationInterval,
    @DefaultValue("") String config,
    @DefaultValue("") String externalUrl) {

  public AlertsProperties {
    rules = List.copyOf(rules);
    if (evaluationInterval.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "mangru.alerts.evaluation-interval must be at least 1s: " + evaluationInterval);
    }
  }
}
