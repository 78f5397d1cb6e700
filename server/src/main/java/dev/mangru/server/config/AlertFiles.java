package dev.mangru.server.config;

import dev.mangru.alerts.burn.BurnRateOptions;
import dev.mangru.alerts.burn.BurnRateRules;
import dev.mangru.alerts.route.AlertmanagerConfig;
import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.rule.RuleFileParser;
import dev.mangru.alerts.rule.RuleFileReader;
import dev.mangru.alerts.rule.ShippedRules;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.slo.Objective;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Rule files and the Alertmanager configuration: the user's, and what comes with Mangru. Confined
/// to one thread.
public final class AlertFiles {

  private static final long MAX_CONFIG_BYTES = 4L << 20;

  private final AlertsProperties wanted;
  private final RuleFileReader reader;
  private final RuleFileParser parser;
  private final List<Objective> objectives;
  private final BurnRateOptions burnRates;
  private final String pager;
  private List<RuleFile.Outcome> lastRules = List.of();
  private String lastConfig = "";

  /// @param objectives that get burn-rate alerts
  /// @param pager URL of a webhook to tell when nobody else is configured; empty for none
  public AlertFiles(
      AlertsProperties wanted,
      RuleFileReader reader,
      RuleFileParser parser,
      List<Objective> objectives,
      BurnRateOptions burnRates,
      String pager) {
    this.wanted = wanted;
    this.reader = reader;
    this.parser = parser;
    this.objectives = List.copyOf(objectives);
    this.burnRates = burnRates;
    this.pager = pager;
  }

  /// Every rule file as it is now, those that do not parse too.
  public List<RuleFile.Outcome> rules() {
    List<RuleFile.Outcome> all = new ArrayList<>();
    if (wanted.shippedRules()) {
      all.add(ShippedRules.read(parser));
    }
    if (wanted.burnRateAlerts()) {
      all.add(new RuleFile.Outcome.Parsed(BurnRateRules.of(objectives, burnRates), List.of()));
    }
    all.addAll(reader.read(wanted.rules().stream().map(Path::of).toList()));
    lastRules = List.copyOf(all);
    return lastRules;
  }

  /// Whether the rules on disk are others than [#rules] gave last.
  public boolean rulesChanged() {
    List<RuleFile.Outcome> before = lastRules;
    return !rules().equals(before);
  }

  /// The rules that [#rules] gave last.
  public List<RuleFile.Outcome> lastRules() {
    return lastRules;
  }

  /// Who hears of alerts.
  ///
  /// @throws MangruException `BAD_DATA` if the file cannot be read or is wrong
  public AlertmanagerConfig alertmanager() {
    if (wanted.config().isEmpty()) {
      return pager.isEmpty()
          ? AlertmanagerConfig.forNobody()
          : AlertmanagerConfig.forWebhook("playground-pager", pager);
    }
    lastConfig = text();
    return AlertmanagerConfig.parse(wanted.config(), lastConfig);
  }

  /// As [#alertmanager], when the server starts.
  ///
  /// @throws StartFailure if the file cannot be read or is wrong
  public AlertmanagerConfig alertmanagerOrFail() {
    try {
      return alertmanager();
    } catch (MangruException e) {
      throw new StartFailure(
          StartFailure.CONFIGURATION,
          "mangru.alerts.config: " + wanted.config() + ": " + e.text(),
          e);
    }
  }

  /// Whether the file on disk is another than [#alertmanager] read last; false if it cannot be
  /// read.
  public boolean alertmanagerChanged() {
    return !wanted.config().isEmpty() && !text().equals(lastConfig);
  }

  private String text() {
    Path file = Path.of(wanted.config());
    try {
      if (Files.size(file) > MAX_CONFIG_BYTES) {
        throw MangruException.badData(
            file + " has more than " + MAX_CONFIG_BYTES + " bytes, too many for a configuration");
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw MangruException.badData(
          "the Alertmanager configuration " + file + " cannot be read: " + e);
    }
  }
}
