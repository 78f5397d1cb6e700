package dev.mangru.logindex.ingest;

import dev.mangru.model.error.MangruException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// A piece of a JSON document that knows where it is in it, so that an error can say so. Immutable.
///
/// Numbers keep their digits: nanoseconds do not fit a double.
final class JsonValue {

  /// Deepest nesting. OTLP's own messages take 8, attributes that nest take more.
  private static final int MAX_DEPTH = 64;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(64 << 20)
                  .maxNumberLength(64)
                  .build())
          .build();

  /// Raw digits of a number.
  private record Digits(String text) {}

  private final String path;
  private final @Nullable Object value;

  private JsonValue(String path, @Nullable Object value) {
    this.path = path;
    this.value = value;
  }

  /// Reads one document.
  ///
  /// @throws MangruException `BAD_DATA` with line and column if it is not JSON
  static JsonValue parse(byte[] json) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw MangruException.badData("malformed JSON: the body is empty");
      }
      JsonValue document = new JsonValue("", read(parser, first));
      if (parser.nextToken() != null) {
        throw MangruException.badData(
            "malformed JSON: more after the end of the document, at byte "
                + parser.currentLocation().getByteOffset());
      }
      return document;
    } catch (JacksonException e) {
      throw MangruException.badData(
          "malformed JSON at byte "
              + (e.getLocation() == null ? "?" : e.getLocation().getByteOffset())
              + ": "
              + e.getOriginalMessage());
    }
  }

  private static @Nullable Object read(JsonParser parser, JsonToken token) {
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (JsonToken next = parser.nextToken();
            next != JsonToken.END_OBJECT;
            next = parser.nextToken()) {
          String name = parser.currentName();
          fields.put(name, read(parser, parser.nextToken()));
        }
        yield fields;
      }
      case START_ARRAY -> {
        List<@Nullable Object> elements = new ArrayList<>();
        for (JsonToken next = parser.nextToken();
            next != JsonToken.END_ARRAY;
            next = parser.nextToken()) {
          elements.add(read(parser, next));
        }
        yield elements;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Digits(parser.getString());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw MangruException.badData("malformed JSON: unexpected " + token);
    };
  }

  /// Whether there is nothing: no such field, or `null`.
  boolean isAbsent() {
    return value == null;
  }

  boolean isText() {
    return value instanceof String;
  }

  boolean isNumber() {
    return value instanceof Digits;
  }

  boolean isBoolean() {
    return value instanceof Boolean;
  }

  boolean isObject() {
    return value instanceof Map;
  }

  /// The field called `name`, or `otherName`; absent if there is neither.
  JsonValue field(String name, String otherName) {
    JsonValue first = field(name);
    return first.isAbsent() ? field(otherName) : first;
  }

  /// The field called `name`; absent if there is none.
  JsonValue field(String name) {
    if (value == null) {
      return new JsonValue(path, null);
    }
    if (!(value instanceof Map<?, ?> fields)) {
      throw mistyped("an object");
    }
    return new JsonValue(path.isEmpty() ? name : path + "." + name, fields.get(name));
  }

  /// The elements of an array; none if it is absent.
  List<JsonValue> elements() {
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw mistyped("an array");
    }
    List<JsonValue> elements = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      elements.add(new JsonValue(path + "[" + i + "]", list.get(i)));
    }
    return elements;
  }

  /// The names and values of an object; none if it is absent.
  Map<String, JsonValue> fields() {
    if (value == null) {
      return Map.of();
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw mistyped("an object");
    }
    Map<String, JsonValue> fields = new LinkedHashMap<>();
    map.forEach(
        (name, field) -> fields.put((String) name, new JsonValue(path + "." + name, field)));
    return fields;
  }

  /// The text.
  String text() {
    if (value instanceof String text) {
      return text;
    }
    throw mistyped("text");
  }

  /// The text, or the empty text if it is absent.
  String textOrEmpty() {
    return value == null ? "" : text();
  }

  /// A text, a number or a truth as text.
  String scalarText() {
    if (value instanceof Digits digits) {
      return digits.text;
    }
    return value instanceof Boolean truth ? truth.toString() : text();
  }

  /// A 64-bit number, written as a number or as text in digits (as protobuf's JSON does); 0 if it
  /// is absent.
  long longValue() {
    if (value == null) {
      return 0;
    }
    String digits = value instanceof Digits number ? number.text : text();
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw MangruException.badData(
          "malformed JSON: " + path + " is \"" + shorten(digits) + "\", not a whole number");
    }
  }

  MangruException mistyped(String wanted) {
    String found =
        switch (value) {
          case null -> "nothing";
          case String _ -> "text";
          case Digits _ -> "a number";
          case Boolean _ -> "a truth value";
          case List<?> _ -> "an array";
          default -> "an object";
        };
    return MangruException.badData(
        "malformed JSON: "
            + (path.isEmpty() ? "the document" : path)
            + " is "
            + found
            + ", not "
            + wanted);
  }

  private static String shorten(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "..." : text;
  }

  /// As JSON again.
  String toJson() {
    StringBuilder json = new StringBuilder();
    write(value, json);
    return json.toString();
  }

  private static void write(@Nullable Object value, StringBuilder json) {
    switch (value) {
      case null -> json.append("null");
      case String text -> JsonText.quote(text, json);
      case Digits digits -> json.append(digits.text);
      case Map<?, ?> fields -> {
        String separator = "{";
        for (Map.Entry<?, ?> field : fields.entrySet()) {
          json.append(separator);
          JsonText.quote((String) field.getKey(), json);
          json.append(':');
          write(field.getValue(), json);
          separator = ",";
        }
        json.append(fields.isEmpty() ? "{}" : "}");
      }
      case List<?> elements -> {
        String separator = "[";
        for (Object element : elements) {
          json.append(separator);
          write(element, json);
          separator = ",";
        }
        json.append(elements.isEmpty() ? "[]" : "]");
      }
      default -> json.append(value);
    }
  }
}
