package dev.mangru.alerts.notify;

import dev.mangru.model.alert.AlertSink.Posted;
import dev.mangru.model.alert.NotificationBook.Notification;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The journal's records, to bytes and back. `FORMAT.md` draws them.
final class JournalRecords {

  private static final JsonMapper JSON = new JsonMapper();

  private JournalRecords() {}

  private static ObjectNode record(String kind) {
    return JSON.createObjectNode().put("t", kind);
  }

  private static ByteBuffer bytes(ObjectNode node) {
    return ByteBuffer.wrap(JSON.writeValueAsBytes(node));
  }

  static ByteBuffer alert(Held held) {
    ObjectNode node = record("alert");
    held(held, node);
    return bytes(node);
  }

  static ByteBuffer gone(String fingerprint) {
    return bytes(record("gone").put("fp", fingerprint));
  }

  static ByteBuffer sequence(long next) {
    return bytes(record("seq").put("n", next));
  }

  static ByteBuffer intent(Intent intent) {
    ObjectNode node = record("intent");
    node.put("id", intent.id);
    node.put("seq", intent.sequence);
    node.put("key", intent.key.group());
    node.put("integration", intent.key.integration());
    node.put("receiver", intent.receiver);
    labels(node.putObject("groupLabels"), intent.groupLabels);
    node.put("at", intent.at.toString());
    node.put("repeatMs", intent.repeat.toMillis());
    node.put("reason", intent.reason.name());
    ArrayNode alerts = node.putArray("alerts");
    for (Intent.Item item : intent.items) {
      ObjectNode alert = alerts.addObject();
      held(item.held(), alert);
      alert.put("resolved", item.resolved());
    }
    return bytes(node);
  }

  static ByteBuffer result(IntentResult result) {
    return bytes(
        record("result")
            .put("id", result.id())
            .put("state", result.state().name())
            .put("at", result.at().toString())
            .put("attempts", result.attempts())
            .put("detail", result.detail()));
  }

  static ByteBuffer log(LogKey key, LogEntry entry) {
    ObjectNode node = record("log");
    node.put("key", key.group());
    node.put("integration", key.integration());
    node.put("at", entry.at().toString());
    node.put("repeatMs", entry.repeat().toMillis());
    ArrayNode firing = node.putArray("firing");
    entry.firing().stream().sorted().forEach(firing::add);
    ArrayNode resolved = node.putArray("resolved");
    entry.resolved().stream().sorted().forEach(resolved::add);
    return bytes(node);
  }

  static ByteBuffer done(Notification done) {
    ObjectNode node = record("done");
    node.put("id", done.id());
    node.put("receiver", done.receiver());
    node.put("key", done.groupKey());
    labels(node.putObject("groupLabels"), done.groupLabels());
    ArrayNode firing = node.putArray("firing");
    done.firing().forEach(each -> labels(firing.addObject(), each));
    ArrayNode resolved = node.putArray("resolved");
    done.resolved().forEach(each -> labels(resolved.addObject(), each));
    node.put("at", done.intendedAt().toString());
    node.put("state", done.state().name());
    node.put("attempts", done.attempts());
    node.put("detail", done.detail());
    Instant finishedAt = done.finishedAt();
    if (finishedAt != null) {
      node.put("finishedAt", finishedAt.toString());
    }
    return bytes(node);
  }

  private static void held(Held held, ObjectNode node) {
    Posted alert = held.alert();
    node.put("fp", held.fingerprint());
    labels(node.putObject("labels"), alert.labels());
    labels(node.putObject("annotations"), alert.annotations());
    node.put("startsAt", alert.startsAt().toString());
    node.put("endsAt", alert.endsAt().toString());
    node.put("url", alert.generatorUrl());
    node.put("receivedAt", held.receivedAt().toString());
    node.put("updatedAt", held.updatedAt().toString());
    node.put("firing", held.firing());
  }

  private static void labels(ObjectNode node, Labels labels) {
    labels.forEach(label -> node.put(label.name(), label.value()));
  }

  /// Applies one record.
  static void read(ByteBuffer payload, PipelineState state) throws IOException {
    byte[] bytes = new byte[payload.remaining()];
    payload.get(bytes);
    try {
      apply(JSON.readTree(bytes), state);
    } catch (JacksonException | DateTimeException | IllegalArgumentException e) {
      throw new IOException("a record of notifications cannot be read: " + e.getMessage(), e);
    }
  }

  private static void apply(JsonNode node, PipelineState state) throws IOException {
    String kind = node.path("t").asString("");
    switch (kind) {
      case "alert" -> {
        Held held = held(node);
        state.alerts.remove(held.fingerprint());
        state.alerts.put(held.fingerprint(), held);
      }
      case "gone" -> state.alerts.remove(node.path("fp").asString());
      case "seq" -> state.nextSequence = Math.max(state.nextSequence, node.path("n").asLong());
      case "intent" -> state.add(intent(node));
      case "result" -> result(node, state);
      case "log" ->
          state.log.put(
              key(node),
              new LogEntry(
                  texts(node.path("firing")),
                  texts(node.path("resolved")),
                  time(node, "at"),
                  Duration.ofMillis(node.path("repeatMs").asLong())));
      case "done" -> {
        Notification done = done(node);
        state.history.removeIf(earlier -> earlier.id().equals(done.id()));
        state.remember(done);
      }
      default ->
          throw new IOException(
              "a record of notifications has the kind \""
                  + kind
                  + "\", which this build does not know; was it written by a newer one?");
    }
  }

  private static void result(JsonNode node, PipelineState state) {
    Intent intent = state.intent(node.path("id").asString());
    if (intent == null) {
      return; // the rewritten journal knows it as done
    }
    state.finish(
        intent,
        new IntentResult(
            intent.id,
            IntentResult.State.valueOf(node.path("state").asString()),
            time(node, "at"),
            node.path("attempts").asInt(),
            node.path("detail").asString("")));
  }

  private static LogKey key(JsonNode node) {
    return new LogKey(node.path("key").asString(), node.path("integration").asString());
  }

  private static Intent intent(JsonNode node) {
    List<Intent.Item> items = new ArrayList<>();
    for (JsonNode alert : node.path("alerts")) {
      items.add(new Intent.Item(held(alert), alert.path("resolved").asBoolean()));
    }
    return new Intent(
        node.path("id").asString(),
        node.path("seq").asLong(),
        key(node),
        node.path("receiver").asString(),
        labels(node.path("groupLabels")),
        items,
        time(node, "at"),
        Duration.ofMillis(node.path("repeatMs").asLong()),
        Reason.valueOf(node.path("reason").asString()));
  }

  private static Held held(JsonNode node) {
    return new Held(
        node.path("fp").asString(),
        new Posted(
            labels(node.path("labels")),
            labels(node.path("annotations")),
            time(node, "startsAt"),
            time(node, "endsAt"),
            node.path("url").asString("")),
        time(node, "receivedAt"),
        time(node, "updatedAt"),
        node.path("firing").asBoolean());
  }

  private static Notification done(JsonNode node) {
    List<Labels> firing = new ArrayList<>();
    node.path("firing").forEach(each -> firing.add(labels(each)));
    List<Labels> resolved = new ArrayList<>();
    node.path("resolved").forEach(each -> resolved.add(labels(each)));
    @Nullable Instant finishedAt = node.has("finishedAt") ? time(node, "finishedAt") : null;
    return new Notification(
        node.path("id").asString(),
        node.path("receiver").asString(),
        node.path("key").asString(),
        labels(node.path("groupLabels")),
        firing,
        resolved,
        time(node, "at"),
        Notification.State.valueOf(node.path("state").asString()),
        node.path("attempts").asInt(),
        node.path("detail").asString(""),
        finishedAt,
        null);
  }

  private static Labels labels(JsonNode node) {
    Labels.Builder labels = Labels.builder();
    node.properties().forEach(each -> labels.set(each.getKey(), each.getValue().asString()));
    return labels.build();
  }

  private static Set<String> texts(JsonNode node) {
    Set<String> texts = new LinkedHashSet<>();
    node.forEach(each -> texts.add(each.asString()));
    return texts;
  }

  private static Instant time(JsonNode node, String name) {
    return Instant.parse(node.path(name).asString());
  }
}
