package dev.mangru.server.http.ui;

import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertBook;
import dev.mangru.model.alert.NotificationBook;
import dev.mangru.model.alert.RuleGroupStatus;
import dev.mangru.model.alert.RuleStatus;
import dev.mangru.model.metric.Labels;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/// What the Alerts page shows: alerts with what keeps people from hearing of them, what changed,
/// and who was told.
@RestController
public final class AlertsApi {

  private static final int MAX_LIMIT = 5_000;

  private final AlertBook alerts;
  private final NotificationBook notifications;

  public AlertsApi(AlertBook alerts, NotificationBook notifications) {
    this.alerts = alerts;
    this.notifications = notifications;
  }

  record AlertRow(
      Map<String, String> labels,
      Map<String, String> annotations,
      String state,
      @Nullable Double value,
      Instant activeAt,
      @Nullable Instant firedAt,
      @Nullable Instant keepFiringSince,
      String file,
      String group,
      String rule,
      String expression,
      List<String> receivers,
      List<String> silencedBy,
      List<String> inhibitedBy,
      List<String> mutedBy) {}

  @GetMapping("/api/ui/alerts")
  void alerts(HttpServletResponse response) throws IOException {
    Map<Labels, NotificationBook.Received> received = new HashMap<>();
    notifications.alerts().forEach(each -> received.put(each.alert().labels(), each));
    List<AlertRow> rows = new ArrayList<>();
    for (RuleGroupStatus group : alerts.groups()) {
      for (RuleStatus rule : group.rules()) {
        if (rule instanceof RuleStatus.Alerting alerting) {
          alerting
              .alerts()
              .forEach(
                  alert -> rows.add(row(group, alerting, alert, received.get(alert.labels()))));
        }
      }
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("alerts", rows);
    answer.put("problems", alerts.problems());
    answer.put("receivers", notifications.receivers());
    JsonAnswer.value(response, answer);
  }

  private static AlertRow row(
      RuleGroupStatus group,
      RuleStatus.Alerting rule,
      Alert alert,
      NotificationBook.@Nullable Received received) {
    return new AlertRow(
        alert.labels().toMap(),
        alert.annotations().toMap(),
        alert.state().word(),
        finite(alert.value()),
        alert.activeAt(),
        alert.firedAt(),
        alert.keepFiringSince(),
        group.file(),
        group.name(),
        rule.name(),
        rule.expression(),
        received == null ? List.of() : received.receivers(),
        received == null ? List.of() : received.silencedBy(),
        received == null ? List.of() : received.inhibitedBy(),
        received == null ? List.of() : received.mutedBy());
  }

  record TransitionRow(
      Instant at,
      Map<String, String> labels,
      Map<String, String> annotations,
      String from,
      String to,
      @Nullable Double value) {}

  /// Parameters: `start` (inclusive), `end` (exclusive), `limit`.
  @GetMapping("/api/ui/alerts/history")
  void history(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    List<TransitionRow> rows =
        alerts.transitions(start(params), end(params), limit(params)).stream()
            .map(change ->
                new TransitionRow(
                    change.at(),
                    change.labels().toMap(),
                    change.annotations().toMap(),
                    change.from().word(),
                    change.to().word(),
                    finite(change.value())))
            .toList();
    JsonAnswer.value(response, Map.of("transitions", rows));
  }

  record NotificationRow(
      String id,
      String receiver,
      String groupKey,
      Map<String, String> groupLabels,
      List<Map<String, String>> firing,
      List<Map<String, String>> resolved,
      Instant intendedAt,
      NotificationBook.Notification.State state,
      int attempts,
      String detail,
      @Nullable Instant finishedAt,
      @Nullable Instant nextAttempt) {}

  /// Parameters as for the history.
  @GetMapping("/api/ui/notifications")
  void notifications(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    List<NotificationRow> rows =
        notifications.notifications(start(params), end(params), limit(params)).stream()
            .map(AlertsApi::row)
            .toList();
    JsonAnswer.value(response, Map.of("notifications", rows));
  }

  private static NotificationRow row(NotificationBook.Notification told) {
    return new NotificationRow(
        told.id(),
        told.receiver(),
        told.groupKey(),
        told.groupLabels().toMap(),
        told.firing().stream().map(Labels::toMap).toList(),
        told.resolved().stream().map(Labels::toMap).toList(),
        told.intendedAt(),
        told.state(),
        told.attempts(),
        told.detail(),
        told.finishedAt(),
        told.nextAttempt());
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private static Instant start(Params params) {
    return Instant.ofEpochMilli(params.timeMs("start", 0));
  }

  private static Instant end(Params params) {
    return Instant.ofEpochMilli(params.timeMs("end", Long.MAX_VALUE));
  }

  private static int limit(Params params) {
    return params.count("limit", 500, 1, MAX_LIMIT);
  }
}
