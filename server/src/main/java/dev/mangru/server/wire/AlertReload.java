package dev.mangru.server.wire;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.alerts.notify.Notifier;
import dev.mangru.alerts.state.RuleEngine;
import dev.mangru.model.alert.AlertBook;
import dev.mangru.model.error.MangruException;
import dev.mangru.server.config.AlertFiles;
import dev.mangru.server.http.Reloading;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/// Puts changed rule files and receivers in force: from time to time, and when someone asks.
/// Thread-safe.
final class AlertReload implements Reloading {

  private final AlertFiles files;
  private final RuleEngine rules;
  private final Notifier notifier;

  @GuardedBy("this")
  private Instant lastSuccess;

  /// @param begun when the files were read first
  AlertReload(AlertFiles files, RuleEngine rules, Notifier notifier, Instant begun) {
    this.files = files;
    this.rules = rules;
    this.notifier = notifier;
    this.lastSuccess = begun;
  }

  /// Takes over what has changed and has been the same at two looks.
  synchronized void look(Instant now) {
    files.changedAlertmanager(config -> {
      notifier.reload(config, now);
      lastSuccess(now);
    });
    files
        .changedRules()
        .ifPresent(outcomes -> {
          rules.reload(outcomes, now);
          lastSuccess(now);
        });
  }

  @Override
  public synchronized void reload(Instant now) {
    files.alertmanagerNow(config -> notifier.reload(config, now));
    rules.reload(files.rules(), now);
    List<AlertBook.FileProblem> problems = rules.problems();
    if (!problems.isEmpty()) {
      throw MangruException.badData(
          problems.stream()
              .map(problem ->
                  problem.file()
                      + ":"
                      + problem.line()
                      + ":"
                      + problem.column()
                      + ": "
                      + problem.message())
              .collect(Collectors.joining("; ")));
    }
    lastSuccess(now);
  }

  private synchronized void lastSuccess(Instant now) {
    if (successful()) {
      lastSuccess = now;
    }
  }

  @Override
  public boolean successful() {
    return rules.problems().isEmpty();
  }

  @Override
  public synchronized Instant lastSuccess() {
    return lastSuccess;
  }
}
