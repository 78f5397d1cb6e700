package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.SampleText;
import dev.mangru.server.http.JsonAnswer;
import tools.jackson.core.JsonGenerator;

/// Writes query results in Prometheus' JSON: times as seconds with exactly three decimals unless
/// they are whole, values as strings.
final class QueryJson {

  /// Characters handed over at once: half of what the generator buffers.
  private static final int CHUNK = 4_000;

  /// Two numbers of 24 characters, a minus, brackets, quotes and commas are shorter.
  private static final int LONGEST_POINT = 96;

  private QueryJson() {}

  /// The members `resultType` and `result` of an object that has been begun.
  static void result(JsonGenerator json, QueryValue value) {
    json.writeStringProperty("resultType", type(value));
    json.writeName("result");
    switch (value) {
      case QueryValue.Scalar(long timeMs, double number) ->
          json.writeRawValue(point(new StringBuilder(), timeMs, number).toString());
      case QueryValue.Text(long timeMs, String text) -> text(json, timeMs, text);
      case QueryValue.Vector vector -> vector(json, vector);
      case QueryValue.Matrix matrix -> matrix(json, matrix);
    }
  }

  private static String type(QueryValue value) {
    return switch (value) {
      case QueryValue.Scalar _ -> "scalar";
      case QueryValue.Text _ -> "string";
      case QueryValue.Vector _ -> "vector";
      case QueryValue.Matrix _ -> "matrix";
    };
  }

  private static void vector(JsonGenerator json, QueryValue.Vector vector) {
    StringBuilder text = new StringBuilder();
    json.writeStartArray();
    for (QueryValue.Sample sample : vector.samples()) {
      json.writeStartObject();
      json.writeName("metric");
      JsonAnswer.labels(json, sample.labels());
      json.writeName("value");
      text.setLength(0);
      json.writeRawValue(point(text, sample.timestampMs(), sample.value()).toString());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void matrix(JsonGenerator json, QueryValue.Matrix matrix) {
    StringBuilder text = new StringBuilder(CHUNK + LONGEST_POINT);
    char[] chunk = new char[CHUNK + LONGEST_POINT];
    json.writeStartArray();
    for (QueryValue.Points points : matrix.series()) {
      json.writeStartObject();
      json.writeName("metric");
      JsonAnswer.labels(json, points.labels());
      json.writeName("values");
      json.writeRawValue("[");
      points(json, points, text, chunk);
      json.writeRaw(']');
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /// Points are most of what is ever written, and none of their characters needs escaping: they go
  /// past the generator's bookkeeping, some thousand characters at a time.
  private static void points(
      JsonGenerator json, QueryValue.Points points, StringBuilder text, char[] chunk) {
    long[] times = points.timestampsMs();
    double[] values = points.values();
    text.setLength(0);
    for (int i = 0; i < values.length; i++) {
      if (i > 0) {
        text.append(',');
      }
      point(text, times[i], values[i]);
      if (text.length() >= CHUNK || i == values.length - 1) {
        text.getChars(0, text.length(), chunk, 0);
        json.writeRaw(chunk, 0, text.length());
        text.setLength(0);
      }
    }
  }

  private static StringBuilder point(StringBuilder text, long timeMs, double value) {
    text.append('[');
    appendSeconds(timeMs, text);
    text.append(",\"");
    SampleText.append(value, text);
    return text.append("\"]");
  }

  private static void text(JsonGenerator json, long timeMs, String value) {
    json.writeStartArray();
    json.writeRawValue(seconds(timeMs));
    json.writeString(value);
    json.writeEndArray();
  }

  /// `1435781430.781`, `1435781430`, `-0.005`.
  static String seconds(long timeMs) {
    StringBuilder text = new StringBuilder(16);
    appendSeconds(timeMs, text);
    return text.toString();
  }

  private static void appendSeconds(long timeMs, StringBuilder text) {
    if (timeMs < 0) {
      text.append('-');
    }
    long magnitude = Math.abs(timeMs);
    text.append(magnitude / 1000);
    int rest = (int) (magnitude % 1000);
    if (rest != 0) {
      text.append(rest < 10 ? ".00" : rest < 100 ? ".0" : ".").append(rest);
    }
  }
}
