package dev.mangru.server.config;

import dev.mangru.alerts.burn.BurnRateOptions;
import dev.mangru.alerts.burn.BurnRateRules;
import dev.mangru.alerts.route.AlertmanagerConfig;
import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.rule.RuleFileError;
import dev.mangru.alerts.rule.RuleFileParser;
import dev.mangru.alerts.rule.RuleFileReader;
import dev.mangru.alerts.rule.ShippedRules;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.slo.Objective;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Rule files and the Alertmanager configuration: the user's, and what comes with Mangru. Confined
/// to one thread.
///
/// **Files change under us.** An editor empties a file before it writes it, and half a rule file is
/// often a rule file, too: without its other half, alerts would count as resolved. So what is on
/// disk counts once two looks in a row have found the same.
public final class AlertFiles {

  private static final Logger LOG = LoggerFactory.getLogger(AlertFiles.class);

  private static final long MAX_CONFIG_BYTES = 4L << 20;

  private final AlertsProperties wanted;
  private final RuleFileReader reader;
  private final RuleFileParser parser;
  private final List<Objective> objectives;
  private final BurnRateOptions burnRates;
  private final String pager;
  private List<RuleFile.Outcome> inForce = List.of();
  private List<RuleFile.Outcome> seen = List.of();
  private @Nullable String configInForce;
  private @Nullable String configSeen;

  /// What is wrong with the configuration on disk; null if nothing is.
  private RuleFile.Outcome.@Nullable Refused configProblem;

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

  /// Every rule file as it is now, those that do not parse too; and as one that does not, the
  /// Alertmanager configuration if it is wrong. Later looks are compared with this.
  public List<RuleFile.Outcome> rules() {
    inForce = read();
    seen = inForce;
    return inForce;
  }

  /// Other rules than before, if the files have changed and two looks have found the same.
  public Optional<List<RuleFile.Outcome>> changedRules() {
    List<RuleFile.Outcome> now = read();
    boolean settled = now.equals(seen);
    seen = now;
    if (!settled || now.equals(inForce)) {
      return Optional.empty();
    }
    inForce = now;
    return Optional.of(now);
  }

  private List<RuleFile.Outcome> read() {
    List<RuleFile.Outcome> all = new ArrayList<>();
    if (wanted.shippedRules()) {
      all.add(ShippedRules.read(parser));
    }
    if (wanted.burnRateAlerts()) {
      all.add(new RuleFile.Outcome.Parsed(BurnRateRules.of(objectives, burnRates), List.of()));
    }
    all.addAll(reader.read(wanted.rules().stream().map(Path::of).toList()));
    if (configProblem != null) {
      all.add(configProblem);
    }
    return List.copyOf(all);
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
    String text = text();
    configInForce = text;
    configSeen = text;
    return AlertmanagerConfig.parse(wanted.config(), text);
  }

  /// As [#alertmanager], when the server starts.
  ///
  /// @throws StartFailure if the file cannot be read or is wrong
  public AlertmanagerConfig alertmanagerOrFail() {
    try {
      return alertmanager();
    } catch (MangruException e) {
      throw wrong(e);
    }
  }

  private StartFailure wrong(MangruException e) {
    return new StartFailure(
        StartFailure.CONFIGURATION,
        "mangru.alerts.config: " + wanted.config() + ": " + e.text(),
        e);
  }

  /// Runs what needs the configuration when the server starts.
  ///
  /// @throws StartFailure if it finds the configuration wrong
  public <T> T usingConfig(ConfigUser<T> user) throws IOException {
    AlertmanagerConfig config = alertmanagerOrFail();
    try {
      return user.use(config);
    } catch (MangruException e) {
      throw e.code() == ErrorCode.BAD_DATA ? wrong(e) : e;
    }
  }

  /// Takes a configuration.
  @FunctionalInterface
  public interface ConfigUser<T> {

    /// Uses it.
    ///
    /// @throws MangruException `BAD_DATA` if the configuration has what it cannot use
    T use(AlertmanagerConfig config) throws IOException;
  }

  /// Hands another configuration to `user`, if the file has changed and two looks have found the
  /// same. One that cannot be read, is wrong or is refused is a problem that [#changedRules] tells
  /// of, until the file is right again.
  public void changedAlertmanager(Consumer<AlertmanagerConfig> user) {
    lookAtAlertmanager(user, false);
  }

  /// The same at the first look: for when someone says that the file is as it should be.
  public void alertmanagerNow(Consumer<AlertmanagerConfig> user) {
    lookAtAlertmanager(user, true);
  }

  private void lookAtAlertmanager(Consumer<AlertmanagerConfig> user, boolean atOnce) {
    if (wanted.config().isEmpty()) {
      return;
    }
    String now = null;
    try {
      now = text();
      boolean settled = atOnce || now.equals(configSeen);
      configSeen = now;
      if (!settled || now.equals(configInForce)) {
        return;
      }
      configInForce = now;
      user.accept(AlertmanagerConfig.parse(wanted.config(), now));
      configProblem = null;
      LOG.atInfo().addKeyValue("file", wanted.config()).log("other receivers are in force");
    } catch (MangruException e) {
      if (configProblem == null || !configProblem.errors().getFirst().message().equals(e.text())) {
        LOG.atWarn()
            .addKeyValue("file", wanted.config())
            .addKeyValue("problem", e.text())
            .log("an Alertmanager configuration is wrong; the last good one goes on");
      }
      configProblem = problem(e);
      // One that cannot be read counts again as soon as it can be, even with the same text.
      configInForce = now;
    }
  }

  /// With the line that YAML's errors name.
  private RuleFile.Outcome.Refused problem(MangruException e) {
    int line = 0;
    int from = e.text().indexOf("line ");
    for (int i = from + "line ".length(); from >= 0 && i < e.text().length(); i++) {
      int digit = Character.digit(e.text().charAt(i), 10);
      if (digit < 0 || line > 1_000_000) {
        break;
      }
      line = line * 10 + digit;
    }
    return new RuleFile.Outcome.Refused(
        wanted.config(), List.of(new RuleFileError(line, 0, e.text())));
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
