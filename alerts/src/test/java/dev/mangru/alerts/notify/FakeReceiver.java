package dev.mangru.alerts.notify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A receiver in memory that drops repeats by id, as one that honours `Idempotency-Key` does, and
/// answers what a test tells it to.
final class FakeReceiver implements Deliverer {

  private static final JsonMapper JSON = new JsonMapper();

  /// What it has, by id, in the order in which it came.
  final Map<String, JsonNode> received = new LinkedHashMap<>();

  /// Every attempt, repeats included.
  final List<Delivery> attempts = new ArrayList<>();

  /// Whether it takes what it is told before it answers.
  Function<Delivery, Boolean> takes = _ -> true;

  Function<Delivery, Outcome> answers = _ -> new Outcome.Delivered("HTTP 200");

  @Override
  public Outcome deliver(Delivery delivery) {
    attempts.add(delivery);
    if (takes.apply(delivery)) {
      JsonNode body = JSON.readTree(delivery.body());
      JsonNode before = received.putIfAbsent(delivery.id(), body);
      if (before != null && !before.equals(body)) {
        throw new AssertionError(delivery.id() + " said " + before + ", then " + body);
      }
    }
    return answers.apply(delivery);
  }

  /// `firing A B; resolved C`, of each message.
  List<String> told() {
    return received.values().stream().map(FakeReceiver::words).toList();
  }

  static String words(JsonNode message) {
    return (names(message, "firing") + " " + names(message, "resolved")).strip();
  }

  private static String names(JsonNode message, String status) {
    List<String> names = new ArrayList<>();
    for (JsonNode alert : message.path("alerts")) {
      if (alert.path("status").asString().equals(status)) {
        names.add(alert.path("labels").path("alertname").asString());
      }
    }
    return names.isEmpty() ? "" : status + " " + String.join(" ", names);
  }
}
