package dev.mangru.alerts.notify;

import dev.mangru.alerts.route.Webhook;
import dev.mangru.model.alert.AlertSink.Posted;
import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a webhook receives: exactly Alertmanager's message, version 4.
final class WebhookPayload {

  /// Go's zero time: an alert that fires has no end.
  private static final String NEVER = "0001-01-01T00:00:00Z";

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendLiteral('Z')
          .toFormatter(Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final JsonMapper JSON = new JsonMapper();

  private WebhookPayload() {}

  /// The alerts of a notification that a webhook wants to hear of.
  static List<Intent.Item> items(Intent intent, Webhook webhook) {
    return intent.items.stream()
        .filter(item -> webhook.sendResolved() || !item.resolved())
        .toList();
  }

  static byte[] render(Intent intent, Webhook webhook, String externalUrl) {
    List<Intent.Item> items = items(intent, webhook);
    int limit = (int) Math.min(items.size(), webhook.maxAlerts());
    List<Intent.Item> told = webhook.maxAlerts() == 0 ? items : items.subList(0, limit);
    boolean firing = told.stream().anyMatch(item -> !item.resolved());
    ObjectNode message = JSON.createObjectNode();
    message.put("receiver", intent.receiver);
    message.put("status", firing ? "firing" : "resolved");
    ArrayNode alerts = message.putArray("alerts");
    told.forEach(item -> alert(item, alerts.addObject()));
    message.put("notification_reason", intent.reason.words());
    labels(message.putObject("groupLabels"), intent.groupLabels);
    labels(
        message.putObject("commonLabels"),
        common(told.stream().map(item -> item.held().labels()).toList()));
    labels(
        message.putObject("commonAnnotations"),
        common(told.stream().map(item -> item.held().alert().annotations()).toList()));
    message.put("externalURL", externalUrl);
    message.put("version", "4");
    message.put("groupKey", intent.key.group());
    message.put("truncatedAlerts", items.size() - told.size());
    return JSON.writeValueAsBytes(message);
  }

  private static void alert(Intent.Item item, ObjectNode node) {
    Posted alert = item.held().alert();
    node.put("status", item.resolved() ? "resolved" : "firing");
    labels(node.putObject("labels"), alert.labels());
    labels(node.putObject("annotations"), alert.annotations());
    node.put("startsAt", time(alert.startsAt()));
    node.put("endsAt", item.resolved() ? time(alert.endsAt()) : NEVER);
    node.put("generatorURL", alert.generatorUrl());
    node.put("fingerprint", item.held().fingerprint());
  }

  static String time(Instant at) {
    return TIME.format(at);
  }

  private static void labels(ObjectNode node, Labels labels) {
    labels.forEach(label -> node.put(label.name(), label.value()));
  }

  private static Labels common(List<Labels> all) {
    if (all.isEmpty()) {
      return Labels.empty();
    }
    List<String> shared = new ArrayList<>();
    for (Label label : all.getFirst()) {
      if (all.stream().allMatch(labels -> labels.get(label.name()).equals(label.value()))) {
        shared.add(label.name());
      }
    }
    return all.getFirst().keep(shared);
  }
}
