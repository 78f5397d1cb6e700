package dev.mangru.alerts.mute;

import dev.mangru.model.alert.Silence;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Silences as records of the journal.
final class SilenceJson {

  private static final JsonMapper JSON = new JsonMapper();

  private SilenceJson() {}

  static ByteBuffer write(Collection<Silence> silences) {
    ObjectNode record = JSON.createObjectNode();
    record.put("v", 1);
    ArrayNode set = record.putArray("set");
    for (Silence silence : silences) {
      write(silence, set.addObject());
    }
    return ByteBuffer.wrap(JSON.writeValueAsBytes(record));
  }

  private static void write(Silence silence, ObjectNode node) {
    node.put("id", silence.id());
    node.put("startsAt", silence.startsAt().toString());
    node.put("endsAt", silence.endsAt().toString());
    node.put("updatedAt", silence.updatedAt().toString());
    node.put("createdBy", silence.createdBy());
    node.put("comment", silence.comment());
    ArrayNode matchers = node.putArray("matchers");
    for (LabelMatcher matcher : silence.matchers()) {
      matchers.addArray().add(matcher.name()).add(matcher.operator().symbol()).add(matcher.value());
    }
    ObjectNode annotations = node.putObject("annotations");
    silence.annotations().forEach(label -> annotations.put(label.name(), label.value()));
  }

  static List<Silence> read(ByteBuffer payload) throws IOException {
    byte[] bytes = new byte[payload.remaining()];
    payload.get(bytes);
    try {
      JsonNode record = JSON.readTree(bytes);
      if (record.path("v").asInt(0) != 1) {
        throw new IOException(
            "a record of silences has version " + record.path("v") + ", this build reads 1");
      }
      List<Silence> silences = new ArrayList<>();
      for (JsonNode node : record.path("set")) {
        silences.add(read(node));
      }
      return silences;
    } catch (JacksonException | DateTimeException e) {
      throw new IOException("a record of silences cannot be read: " + e.getMessage(), e);
    }
  }

  private static Silence read(JsonNode node) {
    List<LabelMatcher> matchers = new ArrayList<>();
    for (JsonNode matcher : node.path("matchers")) {
      matchers.add(
          LabelMatcher.of(
              operator(matcher.path(1).asString()),
              matcher.path(0).asString(),
              matcher.path(2).asString()));
    }
    Labels.Builder annotations = Labels.builder();
    node.path("annotations")
        .properties()
        .forEach(each -> annotations.set(each.getKey(), each.getValue().asString()));
    return new Silence(
        node.path("id").asString(),
        matchers,
        Instant.parse(node.path("startsAt").asString()),
        Instant.parse(node.path("endsAt").asString()),
        node.path("createdBy").asString(),
        node.path("comment").asString(),
        Instant.parse(node.path("updatedAt").asString()),
        annotations.build());
  }

  private static Operator operator(String symbol) {
    for (Operator operator : Operator.values()) {
      if (operator.symbol().equals(symbol)) {
        return operator;
      }
    }
    return Operator.EQUAL;
  }
}
