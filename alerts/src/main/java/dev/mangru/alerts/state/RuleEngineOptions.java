package dev.mangru.alerts.state;

import dev.mangru.model.metric.Labels;
import java.time.Duration;

/// How rules are evaluated.
///
/// @param defaultInterval between evaluations of a group that names none
/// @param queryOffset how far back the rules of a group that names none look
/// @param queryTimeout of one query
/// @param maxSamples that one query may hold
/// @param maxSeriesPerRule most elements of one rule's result, whatever its group's limit
/// @param resendDelay after which a firing alert is sent again
/// @param resolvedRetention how long a resolved alert is kept, and sent
/// @param restoreGrace how long after a start an alert that was restored is not resolved by an
///   empty result; two intervals of its group if that is longer; zero for no grace at all
/// @param noDataGrace how long after a start it is not resolved by a query that found no sample at
///   all: the lookback, by when whatever still exists has been scraped again
/// @param externalLabels added to alerts that are sent, where they have no such label
/// @param externalUrl where people reach this server; no slash at the end; may be empty
/// @param patience how long one tick waits for the groups it began; others go on meanwhile
public record RuleEngineOptions(
    Duration defaultInterval,
    Duration queryOffset,
    Duration queryTimeout,
    long maxSamples,
    int maxSeriesPerRule,
    Duration resendDelay,
    Duration resolvedRetention,
    Duration restoreGrace,
    Duration noDataGrace,
    Labels externalLabels,
    String externalUrl,
    Duration patience) {

  public RuleEngineOptions {
    requirePositive("defaultInterval", defaultInterval);
    requireNotNegative("queryOffset", queryOffset);
    requirePositive("queryTimeout", queryTimeout);
    requirePositive("resendDelay", resendDelay);
    requireNotNegative("resolvedRetention", resolvedRetention);
    requireNotNegative("restoreGrace", restoreGrace);
    requireNotNegative("noDataGrace", noDataGrace);
    requireNotNegative("patience", patience);
    if (maxSamples < 1 || maxSeriesPerRule < 1) {
      throw new IllegalArgumentException(
          "limits must be positive: " + maxSamples + " samples, " + maxSeriesPerRule + " series");
    }
  }

  /// Every 15 s (the usual scrape interval), queries of up to 30 s and 10 million samples, 50,000
  /// series for each rule; resend after 1 m and keep resolved alerts 15 m, as Prometheus does; 30 s
  /// and 5 m of grace after a start; a tick waits 250 ms.
  public static RuleEngineOptions defaults() {
    return new RuleEngineOptions(
        Duration.ofSeconds(15),
        Duration.ZERO,
        Duration.ofSeconds(30),
        10_000_000,
        50_000,
        Duration.ofMinutes(1),
        Duration.ofMinutes(15),
        Duration.ofSeconds(30),
        Duration.ofMinutes(5),
        Labels.empty(),
        "",
        Duration.ofMillis(250));
  }

  /// These options with another default interval.
  public RuleEngineOptions withDefaultInterval(Duration interval) {
    return new RuleEngineOptions(
        interval,
        queryOffset,
        queryTimeout,
        maxSamples,
        maxSeriesPerRule,
        resendDelay,
        resolvedRetention,
        restoreGrace,
        noDataGrace,
        externalLabels,
        externalUrl,
        patience);
  }

  /// These options for a server that is reached elsewhere.
  public RuleEngineOptions withExternal(Labels labels, String url) {
    return new RuleEngineOptions(
        defaultInterval,
        queryOffset,
        queryTimeout,
        maxSamples,
        maxSeriesPerRule,
        resendDelay,
        resolvedRetention,
        restoreGrace,
        noDataGrace,
        labels,
        url.endsWith("/") ? url.substring(0, url.length() - 1) : url,
        patience);
  }

  /// These options with another timeout for queries and another patience of ticks.
  public RuleEngineOptions withWaiting(Duration timeout, Duration tickPatience) {
    return new RuleEngineOptions(
        defaultInterval,
        queryOffset,
        timeout,
        maxSamples,
        maxSeriesPerRule,
        resendDelay,
        resolvedRetention,
        restoreGrace,
        noDataGrace,
        externalLabels,
        externalUrl,
        tickPatience);
  }

  /// These options with another limit of elements.
  public RuleEngineOptions withMaxSeriesPerRule(int series) {
    return new RuleEngineOptions(
        defaultInterval,
        queryOffset,
        queryTimeout,
        maxSamples,
        series,
        resendDelay,
        resolvedRetention,
        restoreGrace,
        noDataGrace,
        externalLabels,
        externalUrl,
        patience);
  }

  private static void requirePositive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " must be positive: " + value);
    }
  }

  private static void requireNotNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " must not be negative: " + value);
    }
  }
}
