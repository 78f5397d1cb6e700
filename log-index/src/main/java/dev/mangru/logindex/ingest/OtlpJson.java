package dev.mangru.logindex.ingest;

import dev.mangru.model.log.LogRecord;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Reads OTLP logs from JSON. Field names may be in camel case or as in the `.proto` files; 64-bit
/// numbers may be text; ids are hexadecimal.
///
/// Source: OpenTelemetry, “OTLP Specification”, “JSON Protobuf Encoding”.
final class OtlpJson {

  private static final int MAX_ID_LENGTH = 64;

  private OtlpJson() {}

  static List<LogRecord> read(JsonValue request, long nowNs) {
    List<LogRecord> records = new ArrayList<>();
    for (JsonValue resourceLogs : request.field("resourceLogs", "resource_logs").elements()) {
      Map<String, String> resource = new LinkedHashMap<>();
      attributes(resourceLogs.field("resource"), resource::put);
      ResourceLabels.Divided divided = ResourceLabels.divide(resource);
      for (JsonValue scopeLogs : resourceLogs.field("scopeLogs", "scope_logs").elements()) {
        Labels shared = shared(scopeLogs.field("scope"), divided.attributes());
        for (JsonValue log : scopeLogs.field("logRecords", "log_records").elements()) {
          records.add(record(log, shared).toRecord(divided.stream(), nowNs));
        }
      }
    }
    return records;
  }

  private static Labels shared(JsonValue scope, Labels resource) {
    Labels.Builder shared = resource.toBuilder();
    shared.set("scope_name", scope.field("name").textOrEmpty());
    shared.set("scope_version", scope.field("version").textOrEmpty());
    attributes(scope, (name, value) -> shared.set(ResourceLabels.labelName(name), value));
    return shared.build();
  }

  private static OtlpRecord record(JsonValue log, Labels shared) {
    OtlpRecord record = new OtlpRecord(shared);
    record.timeUnixNano = log.field("timeUnixNano", "time_unix_nano").longValue();
    record.observedTimeUnixNano =
        log.field("observedTimeUnixNano", "observed_time_unix_nano").longValue();
    record.severityNumber = severityNumber(log.field("severityNumber", "severity_number"));
    record.severityText = log.field("severityText", "severity_text").textOrEmpty();
    record.eventName = log.field("eventName", "event_name").textOrEmpty();
    record.body = text(log.field("body"));
    record.traceId = id(log.field("traceId", "trace_id"));
    record.spanId = id(log.field("spanId", "span_id"));
    attributes(log, record::attribute);
    return record;
  }

  /// A number, or the name of the enum's constant: `SEVERITY_NUMBER_INFO`, `SEVERITY_NUMBER_WARN2`.
  private static int severityNumber(JsonValue value) {
    String prefix = "SEVERITY_NUMBER_";
    if (value.isText() && value.text().startsWith(prefix)) {
      String name = value.text().substring(prefix.length());
      char last = name.isEmpty() ? ' ' : name.charAt(name.length() - 1);
      boolean numbered = last >= '2' && last <= '4';
      int base =
          SeverityDetector.ofName(numbered ? name.substring(0, name.length() - 1) : name)
              .otlpNumber();
      return base == 0 || !numbered ? base : base + (last - '1');
    }
    return Math.clamp(value.longValue(), 0, 25);
  }

  private static String id(JsonValue value) {
    String id = value.textOrEmpty().toLowerCase(Locale.ROOT);
    for (int i = 0; i < id.length(); i++) {
      if (Character.digit(id.charAt(i), 16) < 0 || id.length() > MAX_ID_LENGTH) {
        throw value.mistyped("an id in hexadecimal");
      }
    }
    return id.chars().allMatch(c -> c == '0') ? "" : id;
  }

  private static void attributes(JsonValue owner, BiConsumer<String, String> sink) {
    for (JsonValue attribute : owner.field("attributes").elements()) {
      String key = attribute.field("key").text();
      if (!key.isEmpty()) {
        sink.accept(key, text(attribute.field("value")));
      }
    }
  }

  /// An `AnyValue` as text: text as it is, anything else as JSON.
  private static String text(JsonValue value) {
    JsonValue text = value.field("stringValue", "string_value");
    if (!text.isAbsent()) {
      return text.text();
    }
    JsonValue bytes = value.field("bytesValue", "bytes_value");
    if (!bytes.isAbsent()) {
      return bytes.text();
    }
    String json = json(value);
    return json == null ? "" : json;
  }

  /// An `AnyValue` as JSON, or null if it holds nothing.
  private static @Nullable String json(JsonValue value) {
    if (!value.isAbsent() && !value.isObject()) {
      throw value.mistyped("an object with stringValue, intValue or another value");
    }
    for (String name : List.of("stringValue", "string_value", "bytesValue", "bytes_value")) {
      if (!value.field(name).isAbsent()) {
        return value.field(name).toJson();
      }
    }
    for (String name :
        List.of(
            "boolValue", "bool_value", "intValue", "int_value", "doubleValue", "double_value")) {
      if (!value.field(name).isAbsent()) {
        return value.field(name).scalarText();
      }
    }
    JsonValue array = value.field("arrayValue", "array_value");
    if (!array.isAbsent()) {
      List<String> elements = new ArrayList<>();
      for (JsonValue element : array.field("values").elements()) {
        elements.add(String.valueOf(json(element)));
      }
      return "[" + String.join(",", elements) + "]";
    }
    JsonValue list = value.field("kvlistValue", "kvlist_value");
    if (!list.isAbsent()) {
      List<String> fields = new ArrayList<>();
      for (JsonValue field : list.field("values").elements()) {
        StringBuilder one = new StringBuilder();
        JsonText.quote(field.field("key").text(), one);
        fields.add(one.append(':').append(json(field.field("value"))).toString());
      }
      return "{" + String.join(",", fields) + "}";
    }
    return null;
  }
}
