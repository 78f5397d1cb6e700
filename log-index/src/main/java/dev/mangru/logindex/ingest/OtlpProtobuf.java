package dev.mangru.logindex.ingest;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.wire.ProtobufReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/// Reads OTLP logs from protobuf. Field numbers are those of the `.proto` files.
final class OtlpProtobuf {

  /// Deepest nesting of a value: lists of maps of lists.
  private static final int MAX_DEPTH = 32;

  private static final HexFormat HEX = HexFormat.of();

  private final long nowNs;
  private final List<LogRecord> records = new ArrayList<>();

  private OtlpProtobuf(long nowNs) {
    this.nowNs = nowNs;
  }

  static List<LogRecord> read(byte[] body, long nowNs) {
    OtlpProtobuf reader = new OtlpProtobuf(nowNs);
    ProtobufReader request = new ProtobufReader(body);
    while (request.nextField()) {
      if (request.field() == 1) {
        reader.readResourceLogs(request.readMessage());
      } else {
        request.skip();
      }
    }
    return reader.records;
  }

  private void readResourceLogs(ProtobufReader message) {
    Map<String, String> resource = new LinkedHashMap<>();
    List<ProtobufReader> scopes = new ArrayList<>();
    while (message.nextField()) {
      switch (message.field()) {
        case 1 -> readAttributes(message.readMessage(), 1, resource::put);
        case 2 -> scopes.add(message.readMessage());
        default -> message.skip();
      }
    }
    ResourceLabels.Divided divided = ResourceLabels.divide(resource);
    for (ProtobufReader scope : scopes) {
      readScopeLogs(scope, divided);
    }
  }

  private void readScopeLogs(ProtobufReader message, ResourceLabels.Divided resource) {
    Labels.Builder shared = resource.attributes().toBuilder();
    List<ProtobufReader> logs = new ArrayList<>();
    while (message.nextField()) {
      switch (message.field()) {
        case 1 -> readScope(message.readMessage(), shared);
        case 2 -> logs.add(message.readMessage());
        default -> message.skip();
      }
    }
    Labels attributes = shared.build();
    for (ProtobufReader log : logs) {
      records.add(readLogRecord(log, attributes).toRecord(resource.stream(), nowNs));
    }
  }

  private static void readScope(ProtobufReader scope, Labels.Builder shared) {
    while (scope.nextField()) {
      switch (scope.field()) {
        case 1 -> shared.set("scope_name", scope.readString());
        case 2 -> shared.set("scope_version", scope.readString());
        case 3 ->
            readKeyValue(
                scope.readMessage(),
                0,
                (name, value) -> shared.set(ResourceLabels.labelName(name), value));
        default -> scope.skip();
      }
    }
  }

  private static OtlpRecord readLogRecord(ProtobufReader log, Labels shared) {
    OtlpRecord record = new OtlpRecord(shared);
    while (log.nextField()) {
      switch (log.field()) {
        case 1 -> record.timeUnixNano = log.readFixed64();
        case 2 -> record.severityNumber = Math.clamp(log.readVarint(), 0, 25);
        case 3 -> record.severityText = log.readString();
        case 5 -> record.body = readValue(log.readMessage(), 0).text();
        case 6 -> readKeyValue(log.readMessage(), 0, record::attribute);
        case 9 -> record.traceId = readId(log.readBytes());
        case 10 -> record.spanId = readId(log.readBytes());
        case 11 -> record.observedTimeUnixNano = log.readFixed64();
        case 12 -> record.eventName = log.readString();
        default -> log.skip();
      }
    }
    return record;
  }

  /// An id of zeros is no id.
  private static String readId(byte[] id) {
    for (byte b : id) {
      if (b != 0) {
        return HEX.formatHex(id);
      }
    }
    return "";
  }

  private static void readAttributes(
      ProtobufReader message, int field, BiConsumer<String, String> sink) {
    while (message.nextField()) {
      if (message.field() == field) {
        readKeyValue(message.readMessage(), 0, sink);
      } else {
        message.skip();
      }
    }
  }

  private static void readKeyValue(
      ProtobufReader pair, int depth, BiConsumer<String, String> sink) {
    String key = "";
    Value value = Value.NONE;
    while (pair.nextField()) {
      switch (pair.field()) {
        case 1 -> key = pair.readString();
        case 2 -> value = readValue(pair.readMessage(), depth + 1);
        default -> pair.skip();
      }
    }
    if (!key.isEmpty()) {
      sink.accept(key, value.text());
    }
  }

  /// A value as text and as JSON.
  private record Value(String text, String json) {
    static final Value NONE = new Value("", "null");

    static Value ofText(String text) {
      StringBuilder json = new StringBuilder();
      JsonText.quote(text, json);
      return new Value(text, json.toString());
    }

    static Value ofJson(String json) {
      return new Value(json, json);
    }
  }

  private static Value readValue(ProtobufReader message, int depth) {
    if (depth > MAX_DEPTH) {
      throw MangruException.badData("malformed OTLP: values nested deeper than " + MAX_DEPTH);
    }
    Value value = Value.NONE;
    while (message.nextField()) {
      switch (message.field()) {
        case 1 -> value = Value.ofText(new String(message.readBytes(), StandardCharsets.UTF_8));
        case 2 -> value = Value.ofJson(message.readVarint() != 0 ? "true" : "false");
        case 3 -> value = Value.ofJson(Long.toString(message.readVarint()));
        case 4 -> value = ofDouble(message.readDouble());
        case 5 -> value = readArray(message.readMessage(), depth);
        case 6 -> value = readMap(message.readMessage(), depth);
        case 7 -> value = Value.ofText(Base64.getEncoder().encodeToString(message.readBytes()));
        default -> message.skip();
      }
    }
    return value;
  }

  private static Value ofDouble(double number) {
    return Double.isFinite(number)
        ? Value.ofJson(Double.toString(number))
        : Value.ofText(Double.toString(number));
  }

  private static Value readArray(ProtobufReader array, int depth) {
    StringBuilder json = new StringBuilder("[");
    while (array.nextField()) {
      if (array.field() == 1) {
        json.append(json.length() > 1 ? "," : "");
        json.append(readValue(array.readMessage(), depth + 1).json());
      } else {
        array.skip();
      }
    }
    return Value.ofJson(json.append(']').toString());
  }

  private static Value readMap(ProtobufReader map, int depth) {
    StringBuilder json = new StringBuilder("{");
    while (map.nextField()) {
      if (map.field() == 1) {
        ProtobufReader pair = map.readMessage();
        String key = "";
        Value value = Value.NONE;
        while (pair.nextField()) {
          switch (pair.field()) {
            case 1 -> key = pair.readString();
            case 2 -> value = readValue(pair.readMessage(), depth + 1);
            default -> pair.skip();
          }
        }
        json.append(json.length() > 1 ? "," : "");
        JsonText.quote(key, json);
        json.append(':').append(value.json());
      } else {
        map.skip();
      }
    }
    return Value.ofJson(json.append('}').toString());
  }
}
