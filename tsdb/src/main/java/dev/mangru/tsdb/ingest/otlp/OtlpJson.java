package dev.mangru.tsdb.ingest.otlp;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.wire.ProtobufWriter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Turns the JSON form of a request into its binary form, so that there is one decoder. Static.
///
/// Names may be those of JSON (`timeUnixNano`) or of the messages (`time_unix_nano`); what is not
/// known is passed over; 64-bit numbers may be text; identifiers are hexadecimal.
///
/// Source: OpenTelemetry, “OTLP Specification”, “JSON Protobuf Encoding”.
public final class OtlpJson {

  /// Deepest nesting. OTLP's own messages take 16, attributes that nest take more.
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

  private static final HexFormat HEX = HexFormat.of();

  private OtlpJson() {}

  /// How a field is written.
  private enum Kind {
    TEXT,
    BOOL,
    VARINT,
    ZIGZAG,
    FIXED,
    DOUBLE,
    HEX_BYTES,
    BASE64_BYTES,
    TEMPORALITY
  }

  /// A field of a message: a scalar, or a message of its own.
  private record Field(int number, @Nullable Kind kind, @Nullable String message) {}

  private static Field scalar(int number, Kind kind) {
    return new Field(number, kind, null);
  }

  private static Field message(int number, String name) {
    return new Field(number, null, name);
  }

  /// Messages by name, their fields by name in JSON. A field that may be repeated is so if it is an
  /// array.
  private static final Map<String, Map<String, Field>> MESSAGES =
      Map.ofEntries(
          Map.entry("request", Map.of("resourceMetrics", message(1, "resourceMetrics"))),
          Map.entry(
              "resourceMetrics",
              Map.of(
                  "resource", message(1, "resource"),
                  "scopeMetrics", message(2, "scopeMetrics"),
                  "schemaUrl", scalar(3, Kind.TEXT))),
          Map.entry("resource", Map.of("attributes", message(1, "keyValue"))),
          Map.entry(
              "scopeMetrics",
              Map.of(
                  "scope", message(1, "scope"),
                  "metrics", message(2, "metric"),
                  "schemaUrl", scalar(3, Kind.TEXT))),
          Map.entry(
              "scope",
              Map.of(
                  "name", scalar(1, Kind.TEXT),
                  "version", scalar(2, Kind.TEXT),
                  "attributes", message(3, "keyValue"))),
          Map.entry(
              "metric",
              Map.of(
                  "name", scalar(1, Kind.TEXT),
                  "description", scalar(2, Kind.TEXT),
                  "unit", scalar(3, Kind.TEXT),
                  "gauge", message(5, "numbers"),
                  "sum", message(7, "numbers"),
                  "histogram", message(9, "histograms"),
                  "exponentialHistogram", message(10, "exponentials"),
                  "summary", message(11, "summaries"))),
          Map.entry("numbers", data("number")),
          Map.entry("histograms", data("histogram")),
          Map.entry("exponentials", data("exponential")),
          Map.entry("summaries", data("summary")),
          Map.entry(
              "number",
              Map.of(
                  "startTimeUnixNano", scalar(2, Kind.FIXED),
                  "timeUnixNano", scalar(3, Kind.FIXED),
                  "asDouble", scalar(4, Kind.DOUBLE),
                  "exemplars", message(5, "exemplar"),
                  "asInt", scalar(6, Kind.FIXED),
                  "attributes", message(7, "keyValue"),
                  "flags", scalar(8, Kind.VARINT))),
          Map.entry(
              "histogram",
              Map.of(
                  "startTimeUnixNano", scalar(2, Kind.FIXED),
                  "timeUnixNano", scalar(3, Kind.FIXED),
                  "count", scalar(4, Kind.FIXED),
                  "sum", scalar(5, Kind.DOUBLE),
                  "bucketCounts", scalar(6, Kind.FIXED),
                  "explicitBounds", scalar(7, Kind.DOUBLE),
                  "exemplars", message(8, "exemplar"),
                  "attributes", message(9, "keyValue"),
                  "flags", scalar(10, Kind.VARINT))),
          Map.entry(
              "exponential",
              Map.ofEntries(
                  Map.entry("attributes", message(1, "keyValue")),
                  Map.entry("startTimeUnixNano", scalar(2, Kind.FIXED)),
                  Map.entry("timeUnixNano", scalar(3, Kind.FIXED)),
                  Map.entry("count", scalar(4, Kind.FIXED)),
                  Map.entry("sum", scalar(5, Kind.DOUBLE)),
                  Map.entry("scale", scalar(6, Kind.ZIGZAG)),
                  Map.entry("zeroCount", scalar(7, Kind.FIXED)),
                  Map.entry("positive", message(8, "buckets")),
                  Map.entry("negative", message(9, "buckets")),
                  Map.entry("flags", scalar(10, Kind.VARINT)),
                  Map.entry("exemplars", message(11, "exemplar")),
                  Map.entry("zeroThreshold", scalar(14, Kind.DOUBLE)))),
          Map.entry(
              "buckets",
              Map.of("offset", scalar(1, Kind.ZIGZAG), "bucketCounts", scalar(2, Kind.VARINT))),
          Map.entry(
              "summary",
              Map.of(
                  "startTimeUnixNano", scalar(2, Kind.FIXED),
                  "timeUnixNano", scalar(3, Kind.FIXED),
                  "count", scalar(4, Kind.FIXED),
                  "sum", scalar(5, Kind.DOUBLE),
                  "quantileValues", message(6, "quantile"),
                  "attributes", message(7, "keyValue"),
                  "flags", scalar(8, Kind.VARINT))),
          Map.entry(
              "quantile",
              Map.of("quantile", scalar(1, Kind.DOUBLE), "value", scalar(2, Kind.DOUBLE))),
          Map.entry(
              "exemplar",
              Map.of(
                  "timeUnixNano", scalar(2, Kind.FIXED),
                  "asDouble", scalar(3, Kind.DOUBLE),
                  "spanId", scalar(4, Kind.HEX_BYTES),
                  "traceId", scalar(5, Kind.HEX_BYTES),
                  "asInt", scalar(6, Kind.FIXED),
                  "filteredAttributes", message(7, "keyValue"))),
          Map.entry(
              "keyValue", Map.of("key", scalar(1, Kind.TEXT), "value", message(2, "anyValue"))),
          Map.entry(
              "anyValue",
              Map.of(
                  "stringValue", scalar(1, Kind.TEXT),
                  "boolValue", scalar(2, Kind.BOOL),
                  "intValue", scalar(3, Kind.VARINT),
                  "doubleValue", scalar(4, Kind.DOUBLE),
                  "arrayValue", message(5, "arrayValue"),
                  "kvlistValue", message(6, "kvlistValue"),
                  "bytesValue", scalar(7, Kind.BASE64_BYTES))),
          Map.entry("arrayValue", Map.of("values", message(1, "anyValue"))),
          Map.entry("kvlistValue", Map.of("values", message(1, "keyValue"))));

  private static Map<String, Field> data(String points) {
    return Map.of(
        "dataPoints", message(1, points),
        "aggregationTemporality", scalar(2, Kind.TEMPORALITY),
        "isMonotonic", scalar(3, Kind.BOOL));
  }

  /// The binary form of the `length` bytes of JSON at `offset`.
  ///
  /// @throws MangruException `BAD_DATA` naming the byte if it is not JSON, or a value is not what
  ///   its field takes
  public static byte[] toProtobuf(byte[] json, int offset, int length) {
    ProtobufWriter out = new ProtobufWriter();
    try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), json, offset, length)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw malformed(in, "the document is no object");
      }
      fields(in, "request", out);
      if (in.nextToken() != null) {
        throw malformed(in, "more after the end of the document");
      }
    } catch (JacksonException e) {
      throw MangruException.badData(
          "malformed JSON at byte "
              + (e.getLocation() == null ? "?" : e.getLocation().getByteOffset())
              + ": "
              + e.getOriginalMessage());
    }
    return out.toByteArray();
  }

  /// The fields of an object, whose beginning is read already.
  private static void fields(JsonParser in, String message, ProtobufWriter out) {
    Map<String, Field> known = MESSAGES.getOrDefault(message, Map.of());
    while (in.nextToken() != JsonToken.END_OBJECT) {
      Field field = known.get(camelCase(in.currentName()));
      JsonToken token = in.nextToken();
      if (field == null || token == JsonToken.VALUE_NULL) {
        in.skipChildren();
      } else if (token == JsonToken.START_ARRAY) {
        while (in.nextToken() != JsonToken.END_ARRAY) {
          value(in, field, out);
        }
      } else {
        value(in, field, out);
      }
    }
  }

  private static String camelCase(String name) {
    if (name.indexOf('_') < 0) {
      return name;
    }
    StringBuilder text = new StringBuilder(name.length());
    boolean upper = false;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '_') {
        upper = true;
      } else {
        text.append(upper ? Character.toUpperCase(c) : c);
        upper = false;
      }
    }
    return text.toString();
  }

  private static void value(JsonParser in, Field field, ProtobufWriter out) {
    Kind kind = field.kind;
    String message = field.message;
    if (message != null) {
      if (in.currentToken() != JsonToken.START_OBJECT) {
        throw malformed(in, in.currentName() + " takes an object");
      }
      out.message(field.number, inner -> fields(in, message, inner));
    } else if (kind != null) {
      scalar(in, field.number, kind, out);
    }
  }

  private static void scalar(JsonParser in, int number, Kind kind, ProtobufWriter out) {
    switch (kind) {
      case TEXT -> out.string(number, text(in));
      case BOOL -> out.varint(number, truth(in) ? 1 : 0);
      case VARINT -> out.varint(number, whole(in));
      case ZIGZAG -> out.zigZag(number, whole(in));
      case FIXED -> out.fixed64(number, whole(in));
      case DOUBLE -> out.doubleField(number, number(in));
      case HEX_BYTES -> out.bytes(number, hex(in));
      case BASE64_BYTES -> out.bytes(number, base64(in));
      case TEMPORALITY -> out.varint(number, temporality(in));
    }
  }

  private static String text(JsonParser in) {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      throw malformed(in, in.currentName() + " takes text");
    }
    return in.getString();
  }

  private static boolean truth(JsonParser in) {
    return switch (in.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case null, default -> throw malformed(in, in.currentName() + " takes true or false");
    };
  }

  /// A number of 64 bits, signed or not, as a number or as text.
  private static long whole(JsonParser in) {
    String digits = digits(in);
    try {
      return digits.startsWith("-") ? Long.parseLong(digits) : Long.parseUnsignedLong(digits);
    } catch (NumberFormatException _) {
      throw malformed(in, in.currentName() + " takes a whole number, not " + shorten(digits));
    }
  }

  private static String digits(JsonParser in) {
    return switch (in.currentToken()) {
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> in.getString();
      case null, default -> throw malformed(in, in.currentName() + " takes a number");
    };
  }

  private static double number(JsonParser in) {
    String digits = digits(in);
    if (digits.equals("NaN")) {
      return Double.NaN;
    }
    if (digits.equals("Infinity") || digits.equals("-Infinity")) {
      return digits.charAt(0) == '-' ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    try {
      if (digits.chars().allMatch(c -> "0123456789+-.eE".indexOf(c) >= 0)) {
        return Double.parseDouble(digits);
      }
    } catch (NumberFormatException _) {
      // told below
    }
    throw malformed(in, in.currentName() + " takes a number, not " + shorten(digits));
  }

  private static byte[] hex(JsonParser in) {
    String text = text(in);
    try {
      return HEX.parseHex(text);
    } catch (IllegalArgumentException _) {
      throw malformed(
          in, in.currentName() + " takes hexadecimal digits, not \"" + shorten(text) + "\"");
    }
  }

  private static byte[] base64(JsonParser in) {
    String text = text(in);
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException _) {
      throw malformed(in, in.currentName() + " takes base64, not \"" + shorten(text) + "\"");
    }
  }

  /// A number, or the name of one.
  private static long temporality(JsonParser in) {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      return whole(in);
    }
    return switch (in.getString()) {
      case "AGGREGATION_TEMPORALITY_UNSPECIFIED" -> 0;
      case "AGGREGATION_TEMPORALITY_DELTA" -> 1;
      case "AGGREGATION_TEMPORALITY_CUMULATIVE" -> 2;
      default -> throw malformed(in, "there is no temporality \"" + shorten(in.getString()) + "\"");
    };
  }

  private static String shorten(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }

  private static MangruException malformed(JsonParser in, String why) {
    return MangruException.badData(
        "malformed JSON at byte " + in.currentTokenLocation().getByteOffset() + ": " + why);
  }
}
