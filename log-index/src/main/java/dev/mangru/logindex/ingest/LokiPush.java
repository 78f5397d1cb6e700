package dev.mangru.logindex.ingest;

import dev.mangru.logindex.query.LogqlParser;
import dev.mangru.logindex.query.LogqlSelector;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.Severity;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.wire.ProtobufReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads the body of `POST /loki/api/v1/push`, already decompressed. Pure; thread-safe.
///
/// Labels must be UTF-8; a line or a value of structured metadata that is not gets U+FFFD for each
/// broken byte, because programs do log such bytes and their other lines are wanted.
///
/// Source: Loki's `pkg/push/push.proto` and its documentation, “Ingest logs”.
public final class LokiPush {

  private static final long NANOS = 1_000_000_000L;

  private LokiPush() {}

  /// A protobuf `logproto.PushRequest`.
  ///
  /// @throws MangruException `BAD_DATA` naming the byte or the stream
  public static List<LogRecord> fromProtobuf(byte[] body) {
    List<LogRecord> records = new ArrayList<>();
    ProtobufReader request = new ProtobufReader(body);
    while (request.nextField()) {
      if (request.field() == 1) {
        readStream(request.readMessage(), records);
      } else {
        request.skip();
      }
    }
    return records;
  }

  private static void readStream(ProtobufReader stream, List<LogRecord> records) {
    String labelText = "";
    List<ProtobufReader> entries = new ArrayList<>();
    while (stream.nextField()) {
      switch (stream.field()) {
        case 1 -> labelText = stream.readString();
        case 2 -> entries.add(stream.readMessage());
        default -> stream.skip();
      }
    }
    Labels labels = labels(labelText);
    for (ProtobufReader entry : entries) {
      records.add(readEntry(entry, labels));
    }
  }

  private static LogRecord readEntry(ProtobufReader entry, Labels stream) {
    long timestampNs = 0;
    String line = "";
    Labels.Builder attributes = Labels.builder();
    while (entry.nextField()) {
      switch (entry.field()) {
        case 1 -> timestampNs = readTimestamp(entry.readMessage());
        case 2 -> line = lenient(entry.readBytes());
        case 3 -> readPair(entry.readMessage(), attributes);
        default -> entry.skip();
      }
    }
    return new LogRecord(timestampNs, stream, Severity.UNKNOWN, line, attributes.build());
  }

  private static long readTimestamp(ProtobufReader timestamp) {
    long seconds = 0;
    long nanos = 0;
    while (timestamp.nextField()) {
      switch (timestamp.field()) {
        case 1 -> seconds = timestamp.readVarint();
        case 2 -> nanos = timestamp.readVarint();
        default -> timestamp.skip();
      }
    }
    try {
      return Math.addExact(Math.multiplyExact(seconds, NANOS), nanos);
    } catch (ArithmeticException e) {
      throw MangruException.badData(
          "a timestamp of " + seconds + " s is beyond what 64 bits of nanoseconds hold");
    }
  }

  private static void readPair(ProtobufReader pair, Labels.Builder attributes) {
    String name = "";
    String value = "";
    while (pair.nextField()) {
      switch (pair.field()) {
        case 1 -> name = pair.readString();
        case 2 -> value = lenient(pair.readBytes());
        default -> pair.skip();
      }
    }
    if (name.isEmpty()) {
      throw MangruException.badData("structured metadata has a field without a name");
    }
    attributes.set(name, value);
  }

  private static String lenient(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /// The labels that Loki writes as `{app="shop", pod="shop-1"}`.
  ///
  /// @throws MangruException `BAD_DATA` if it is anything else
  static Labels labels(String text) {
    LogqlSelector selector;
    try {
      selector = LogqlParser.parse(text, true);
    } catch (MangruException e) {
      throw MangruException.badData("stream labels " + shorten(text) + ": " + e.text());
    }
    if (!selector.filters().isEmpty() || !selector.severities().isEmpty()) {
      throw MangruException.badData(
          "stream labels " + shorten(text) + ": more than a set of labels");
    }
    Labels.Builder labels = Labels.builder();
    for (LabelMatcher matcher : selector.matchers()) {
      if (matcher.operator() != Operator.EQUAL) {
        throw MangruException.badData(
            "stream labels "
                + shorten(text)
                + ": label "
                + matcher.name()
                + " must have '=', not '"
                + matcher.operator().symbol()
                + "'");
      }
      labels.set(matcher.name(), matcher.value());
    }
    return labels.build();
  }

  private static String shorten(String text) {
    return text.length() > 100 ? text.substring(0, 100) + "..." : text;
  }

  /// The JSON form: `{"streams":[{"stream":{"app":"shop"},"values":[["<ns>","line",{"k":"v"}]]}]}`.
  ///
  /// @throws MangruException `BAD_DATA` naming the byte or the field
  public static List<LogRecord> fromJson(byte[] body) {
    List<LogRecord> records = new ArrayList<>();
    JsonValue streams = JsonValue.parse(body).field("streams");
    if (streams.isAbsent()) {
      throw streams.mistyped("an array");
    }
    for (JsonValue stream : streams.elements()) {
      Labels labels = pairs(stream.field("stream"), true);
      for (JsonValue value : stream.field("values").elements()) {
        List<JsonValue> entry = value.elements();
        if (entry.size() < 2 || entry.size() > 3) {
          throw value.mistyped("[\"<nanoseconds>\", \"<line>\"] or that with a third object");
        }
        records.add(
            new LogRecord(
                entry.get(0).longValue(),
                labels,
                Severity.UNKNOWN,
                entry.get(1).text(),
                entry.size() == 3 ? pairs(entry.get(2), false) : Labels.empty()));
      }
    }
    return records;
  }

  private static Labels pairs(JsonValue object, boolean labelNames) {
    Labels.Builder labels = Labels.builder();
    for (Map.Entry<String, JsonValue> field : object.fields().entrySet()) {
      String name = field.getKey();
      if (name.isEmpty() || (labelNames && !isLabelName(name))) {
        throw MangruException.badData(
            "\"" + shorten(name) + "\" is no label name; use letters, digits and _");
      }
      labels.set(name, field.getValue().text());
    }
    return labels.build();
  }

  private static boolean isLabelName(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      if (!letter && (i == 0 || c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }
}
