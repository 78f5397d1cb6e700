package dev.mangru.server.http.ui;

import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.LogStore;
import dev.mangru.server.http.JsonAnswer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Log records as the dashboard reads them. Times are strings, because a double cannot hold their
/// nanoseconds.
final class HitJson {

  private HitJson() {}

  static void hits(JsonGenerator json, List<LogStore.Hit> hits) {
    json.writeStartArray();
    hits.forEach(hit -> record(json, hit.id(), hit.record()));
    json.writeEndArray();
  }

  /// @param id null for a record of the live tail, which has no place in the index yet
  static void record(JsonGenerator json, @Nullable String id, LogRecord record) {
    json.writeStartObject();
    json.writeName("id");
    if (id == null) {
      json.writeNull();
    } else {
      json.writeString(id);
    }
    json.writeStringProperty("ts", String.valueOf(record.timestampNs()));
    json.writeStringProperty("severity", record.severity().label());
    json.writeStringProperty("line", record.line());
    json.writeName("labels");
    JsonAnswer.labels(json, record.stream());
    json.writeName("attributes");
    JsonAnswer.labels(json, record.attributes());
    json.writeEndObject();
  }
}
