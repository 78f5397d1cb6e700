package dev.mangru.alerts.state;

import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertSink;
import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Makes of alerts what is sent. Source: prometheus `rules/alerting.go`, `notifier/notifier.go`.
final class Posting {

  /// A firing alert counts as resolved after so many times the delay after which it is sent again:
  /// two sendings may fail.
  private static final int VALID_DELAYS = 4;

  private Posting() {}

  /// The alerts of a rule that are to be sent at `now`; they count as sent.
  static List<AlertSink.Posted> due(
      RuleRuntime.Alerting rule, Duration interval, Instant now, RuleEngineOptions options) {
    Duration resend = options.resendDelay();
    Duration longer = interval.compareTo(resend) > 0 ? interval : resend;
    Instant validUntil = now.plus(longer.multipliedBy(VALID_DELAYS));
    String url = generatorUrl(options.externalUrl(), rule.rule().expression());
    return rule.alerts()
        .due(now, resend, alert -> posted(alert, validUntil, url, options.externalLabels()));
  }

  private static AlertSink.Posted posted(
      Alert alert, Instant validUntil, String url, Labels externalLabels) {
    Labels.Builder labels = alert.labels().toBuilder();
    for (Label label : externalLabels) {
      if (!alert.labels().has(label.name())) {
        labels.set(label.name(), label.value());
      }
    }
    return new AlertSink.Posted(
        labels.build(),
        alert.annotations(),
        alert.firedAt() == null ? alert.activeAt() : alert.firedAt(),
        alert.resolvedAt() == null ? validUntil : alert.resolvedAt(),
        url);
  }

  /// The page that shows an expression, as a table.
  static String generatorUrl(String externalUrl, String expression) {
    return externalUrl
        + "/graph?g0.expr="
        + URLEncoder.encode(expression, StandardCharsets.UTF_8)
        + "&g0.tab=1";
  }
}
