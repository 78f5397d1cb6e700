package dev.mangru.server.http.alerts;

import dev.mangru.alerts.route.Matchers;
import dev.mangru.model.alert.AlertSink;
import dev.mangru.model.alert.NotificationBook.Group;
import dev.mangru.model.alert.NotificationBook.Received;
import dev.mangru.model.alert.Silence;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The shapes of Alertmanager's API, version 2.
final class AlertmanagerJson {

  /// Bytes of a body; a thousand alerts take half a megabyte. Chosen.
  private static final int MAX_BODY_BYTES = 8 << 20;

  private static final JsonMapper JSON = new JsonMapper();

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private AlertmanagerJson() {}

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  static String time(Instant at) {
    return TIME.format(at);
  }

  static JsonNode body(HttpServletRequest request) throws IOException {
    byte[] bytes;
    try (InputStream in = request.getInputStream()) {
      bytes = in.readNBytes(MAX_BODY_BYTES + 1);
    }
    if (bytes.length > MAX_BODY_BYTES) {
      throw new MangruException(
          ErrorCode.BODY_TOO_LARGE,
          "the body exceeds the limit of " + MAX_BODY_BYTES + " bytes; send smaller batches");
    }
    try {
      return JSON.readTree(bytes);
    } catch (JacksonException e) {
      throw new MangruException(
          ErrorCode.BAD_DATA, "parsing the body failed: " + e.getOriginalMessage(), e);
    }
  }

  // ---- out -------------------------------------------------------------------------------------

  static ObjectNode labels(Labels labels) {
    ObjectNode node = object();
    labels.forEach(label -> node.put(label.name(), label.value()));
    return node;
  }

  private static void texts(ObjectNode node, String name, List<String> texts) {
    ArrayNode array = node.putArray(name);
    texts.forEach(array::add);
  }

  /// Whether nothing keeps people from hearing of it.
  static boolean isActive(Received alert) {
    return alert.silencedBy().isEmpty()
        && alert.inhibitedBy().isEmpty()
        && alert.mutedBy().isEmpty();
  }

  static ObjectNode alert(Received alert) {
    ObjectNode node = object();
    node.set("annotations", labels(alert.alert().annotations()));
    node.put("endsAt", time(alert.alert().endsAt()));
    node.put("fingerprint", alert.fingerprint());
    ArrayNode receivers = node.putArray("receivers");
    alert.receivers().forEach(name -> receivers.addObject().put("name", name));
    node.put("startsAt", time(alert.alert().startsAt()));
    ObjectNode status = node.putObject("status");
    texts(status, "inhibitedBy", alert.inhibitedBy());
    texts(status, "mutedBy", alert.mutedBy());
    texts(status, "silencedBy", alert.silencedBy());
    status.put("state", isActive(alert) ? "active" : "suppressed");
    node.put("updatedAt", time(alert.updatedAt()));
    if (!alert.alert().generatorUrl().isEmpty()) {
      node.put("generatorURL", alert.alert().generatorUrl());
    }
    node.set("labels", labels(alert.alert().labels()));
    return node;
  }

  static ObjectNode group(Group group) {
    ObjectNode node = object();
    ArrayNode alerts = node.putArray("alerts");
    group.alerts().forEach(alert -> alerts.add(alert(alert)));
    node.set("labels", labels(group.labels()));
    node.putObject("receiver").put("name", group.receiver());
    node.putObject("routeLabels");
    return node;
  }

  static ObjectNode silence(Silence silence, Instant now) {
    ObjectNode node = object();
    node.put("id", silence.id());
    node.putObject("status").put("state", silence.state(now).name().toLowerCase(Locale.ROOT));
    node.put("updatedAt", time(silence.updatedAt()));
    node.set("annotations", labels(silence.annotations()));
    node.put("comment", silence.comment());
    node.put("createdBy", silence.createdBy());
    node.put("endsAt", time(silence.endsAt()));
    ArrayNode matchers = node.putArray("matchers");
    for (LabelMatcher matcher : silence.matchers()) {
      Operator operator = matcher.operator();
      matchers
          .addObject()
          .put("isEqual", operator == Operator.EQUAL || operator == Operator.REGEX)
          .put("isRegex", operator == Operator.REGEX || operator == Operator.NOT_REGEX)
          .put("name", matcher.name())
          .put("value", matcher.value());
    }
    node.put("startsAt", time(silence.startsAt()));
    return node;
  }

  // ---- in --------------------------------------------------------------------------------------

  static Silence readSilence(JsonNode node) {
    List<LabelMatcher> matchers = new ArrayList<>();
    for (JsonNode matcher : node.path("matchers")) {
      matchers.add(matcher(matcher));
    }
    if (matchers.isEmpty()) {
      throw MangruException.badData("matchers in body should have at least 1 items");
    }
    Instant startsAt = required(node, "startsAt");
    Instant endsAt = required(node, "endsAt");
    return new Silence(
        text(node, "id", ""),
        matchers,
        startsAt,
        endsAt,
        text(node, "createdBy", null),
        text(node, "comment", null),
        startsAt,
        readLabels(node.path("annotations")));
  }

  private static LabelMatcher matcher(JsonNode node) {
    boolean regex = node.path("isRegex").asBoolean(false);
    boolean equal = node.path("isEqual").asBoolean(true);
    Operator operator =
        regex
            ? equal ? Operator.REGEX : Operator.NOT_REGEX
            : equal ? Operator.EQUAL : Operator.NOT_EQUAL;
    return Matchers.of(operator, text(node, "name", null), text(node, "value", null));
  }

  /// @param absent null if the member has to be there
  private static String text(JsonNode node, String name, @Nullable String absent) {
    JsonNode member = node.path(name);
    if (member.isString()) {
      return member.asString();
    }
    if (absent == null || !(member.isMissingNode() || member.isNull())) {
      throw MangruException.badData(name + " in body is required, a string");
    }
    return absent;
  }

  private static Instant required(JsonNode node, String name) {
    Instant at = time(node, name);
    if (at == null) {
      throw MangruException.badData(name + " in body is required");
    }
    return at;
  }

  private static @Nullable Instant time(JsonNode node, String name) {
    String text = text(node, name, "");
    if (text.isEmpty() || text.startsWith("0001-01-01T00:00:00")) {
      return null; // Go's zero time
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new MangruException(
          ErrorCode.BAD_DATA, name + " in body must be of type date-time: \"" + text + "\"", e);
    }
  }

  private static Labels readLabels(JsonNode node) {
    Labels.Builder labels = Labels.builder();
    node.properties()
        .forEach(each -> {
          if (each.getKey().isEmpty()) {
            throw MangruException.badData("invalid label set: invalid name \"\"");
          }
          labels.set(each.getKey(), each.getValue().asString(""));
        });
    return labels.build();
  }

  /// The alerts that make sense; what is wrong with the others goes to `problems`.
  static List<AlertSink.Posted> readAlerts(
      JsonNode body, Instant now, Duration resolveTimeout, List<String> problems) {
    if (!body.isArray()) {
      throw MangruException.badData("the body must be a list of alerts");
    }
    List<AlertSink.Posted> alerts = new ArrayList<>();
    for (JsonNode node : body) {
      try {
        alerts.add(readAlert(node, now, resolveTimeout));
      } catch (MangruException e) {
        problems.add(e.text());
      }
    }
    return alerts;
  }

  private static AlertSink.Posted readAlert(JsonNode node, Instant now, Duration resolveTimeout) {
    Labels labels = readLabels(node.path("labels"));
    if (labels.isEmpty()) {
      throw MangruException.badData("at least one label pair required");
    }
    Instant startsAt = time(node, "startsAt");
    Instant endsAt = time(node, "endsAt");
    if (startsAt == null) {
      startsAt = endsAt == null ? now : endsAt;
    }
    if (endsAt == null) {
      endsAt = now.plus(resolveTimeout);
    }
    if (endsAt.isBefore(startsAt)) {
      throw MangruException.badData("start time must be before end time");
    }
    return new AlertSink.Posted(
        labels,
        readLabels(node.path("annotations")),
        startsAt,
        endsAt,
        text(node, "generatorURL", ""));
  }
}
