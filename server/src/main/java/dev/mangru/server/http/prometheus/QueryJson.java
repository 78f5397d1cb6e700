package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.SampleText;
import dev.mangru.server.http.JsonAnswer;
import tools.jackson.core.JsonGenerator;

/// Writes query results in Prometheus' JSON: times as seconds with exactly three decimals unless
/// they are whole, values as strings.
final class QueryJson {

  private QueryJson() {}

  /// The members `resultType` and `result` of an object that has been begun.
  static void result(JsonGenerator json, QueryValue value) {
    json.writeStringProperty("resultType", type(value));
    json.writeName("result");
    switch (value) {
      case QueryValue.Scalar(long timeMs, double number) ->
          point(json, timeMs, SampleText.format(number));
      case QueryValue.Text(long timeMs, String text) -> point(json, timeMs, text);
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
    json.writeStartArray();
    for (QueryValue.Sample sample : vector.samples()) {
      json.writeStartObject();
      json.writeName("metric");
      JsonAnswer.labels(json, sample.labels());
      json.writeName("value");
      point(json, sample.timestampMs(), SampleText.format(sample.value()));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void matrix(JsonGenerator json, QueryValue.Matrix matrix) {
    json.writeStartArray();
    for (QueryValue.Points points : matrix.series()) {
      json.writeStartObject();
      json.writeName("metric");
      JsonAnswer.labels(json, points.labels());
      json.writeName("values");
      json.writeStartArray();
      long[] times = points.timestampsMs();
      double[] values = points.values();
      for (int i = 0; i < values.length; i++) {
        point(json, times[i], SampleText.format(values[i]));
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void point(JsonGenerator json, long timeMs, String value) {
    json.writeStartArray();
    json.writeRawValue(seconds(timeMs));
    json.writeString(value);
    json.writeEndArray();
  }

  /// `1435781430.781`, `1435781430`, `-0.005`.
  static String seconds(long timeMs) {
    long magnitude = Math.abs(timeMs);
    long rest = magnitude % 1000;
    String whole = (timeMs < 0 ? "-" : "") + magnitude / 1000;
    return rest == 0 ? whole : whole + "." + (rest < 10 ? "00" : rest < 100 ? "0" : "") + rest;
  }
}
