package dev.mangru.tsdb.ingest.otlp;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.SampleText;
import dev.mangru.model.wire.ProtobufReader;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/// Reads attributes and their values as text. Static.
///
/// ```
/// KeyValue  key = 1, value = 2
/// AnyValue  string = 1, bool = 2, int = 3, double = 4, array = 5 (values = 1),
///           kvlist = 6 (values = 1), bytes = 7
/// ```
///
/// Lists and maps become JSON, bytes base64, as in OpenTelemetry's `pcommon.Value.AsString`, which
/// writes JSON as Go does.
final class AnyValues {

  /// Deepest nesting. Chosen.
  private static final int MAX_DEPTH = 32;

  private AnyValues() {}

  /// Adds a `KeyValue`.
  static void attribute(ProtobufReader in, Attributes to) {
    String key = "";
    String value = "";
    while (in.nextField()) {
      switch (in.field()) {
        case 1 -> key = in.readString();
        case 2 -> value = text(in.readMessage());
        default -> in.skip();
      }
    }
    to.add(key, value);
  }

  /// An `AnyValue` as text.
  private static String text(ProtobufReader in) {
    String text = "";
    while (in.nextField()) {
      switch (in.field()) {
        case 1 -> text = in.readString();
        case 2 -> text = String.valueOf(in.readVarint() != 0);
        case 3 -> text = String.valueOf(in.readVarint());
        case 4 -> text = number(in.readDouble());
        case 5 -> text = json(list(in.readMessage(), 1));
        case 6 -> text = json(map(in.readMessage(), 1));
        case 7 -> text = Base64.getEncoder().encodeToString(in.readBytes());
        default -> in.skip();
      }
    }
    return text;
  }

  private static String number(double value) {
    return Double.isFinite(value)
        ? finite(value)
        : "json: unsupported value: " + SampleText.format(value);
  }

  /// As Go writes numbers in JSON: an exponent has no zero in front.
  private static String finite(double value) {
    String text = SampleText.format(value);
    int exponent = text.indexOf("e-0");
    return exponent < 0 ? text : text.substring(0, exponent + 2) + text.substring(exponent + 3);
  }

  // ---- nested values as JSON ------------------------------------------------------------------

  /// JSON, or the empty text where a value in it has no form there, as Go leaves it.
  private static String json(String text) {
    return text.indexOf(NO_JSON) >= 0 ? "" : text;
  }

  /// In place of a number that JSON does not have.
  private static final char NO_JSON = '\uffff';

  private static String nested(ProtobufReader in, int depth) {
    if (depth > MAX_DEPTH) {
      throw MangruException.badData(
          "an attribute nests deeper than " + MAX_DEPTH + " levels, the limit");
    }
    String text = "null";
    while (in.nextField()) {
      switch (in.field()) {
        case 1 -> text = quoted(in.readString());
        case 2 -> text = String.valueOf(in.readVarint() != 0);
        case 3 -> text = String.valueOf(in.readVarint());
        case 4 -> {
          double value = in.readDouble();
          text = Double.isFinite(value) ? finite(value) : String.valueOf(NO_JSON);
        }
        case 5 -> text = list(in.readMessage(), depth + 1);
        case 6 -> text = map(in.readMessage(), depth + 1);
        case 7 -> text = quoted(Base64.getEncoder().encodeToString(in.readBytes()));
        default -> in.skip();
      }
    }
    return text;
  }

  private static String list(ProtobufReader in, int depth) {
    StringBuilder json = new StringBuilder("[");
    while (in.nextField()) {
      if (in.field() == 1) {
        json.append(json.length() > 1 ? "," : "").append(nested(in.readMessage(), depth));
      } else {
        in.skip();
      }
    }
    return json.append(']').toString();
  }

  private static String map(ProtobufReader in, int depth) {
    Map<String, String> members = new TreeMap<>();
    while (in.nextField()) {
      if (in.field() != 1) {
        in.skip();
        continue;
      }
      ProtobufReader member = in.readMessage();
      String key = "";
      String value = "null";
      while (member.nextField()) {
        switch (member.field()) {
          case 1 -> key = member.readString();
          case 2 -> value = nested(member.readMessage(), depth);
          default -> member.skip();
        }
      }
      members.put(key, value);
    }
    StringBuilder json = new StringBuilder("{");
    members.forEach((key, value) ->
        json.append(json.length() > 1 ? "," : "").append(quoted(key)).append(':').append(value));
    return json.append('}').toString();
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        case '\b' -> json.append("\\b");
        case '\f' -> json.append("\\f");
        default -> {
          if (c < ' ' || c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029') {
            json.append("\\u%04x".formatted((int) c));
          } else {
            json.append(c == NO_JSON ? ' ' : c);
          }
        }
      }
    }
    return json.append('"').toString();
  }
}
