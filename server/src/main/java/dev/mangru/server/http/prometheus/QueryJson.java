package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.SampleText;
import dev.mangru.server.http.JsonAnswer;
import java.util.Arrays;
import java.util.Objects;
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
      FloatHistogram histogram = sample.histogram();
      json.writeName(histogram == null ? "value" : "histogram");
      text.setLength(0);
      if (histogram == null) {
        point(text, sample.timestampMs(), sample.value());
      } else {
        point(text, sample.timestampMs(), histogram);
      }
      json.writeRawValue(text.toString());
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
      int histograms = histograms(points);
      if (histograms < points.count() || points.count() == 0) {
        array(json, "values", points, false, text, chunk);
      }
      if (histograms > 0) {
        array(json, "histograms", points, true, text, chunk);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static int histograms(QueryValue.Points points) {
    return (int) Arrays.stream(points.histograms()).filter(Objects::nonNull).count();
  }

  private static void array(
      JsonGenerator json,
      String name,
      QueryValue.Points points,
      boolean histograms,
      StringBuilder text,
      char[] chunk) {
    json.writeName(name);
    json.writeRawValue("[");
    points(json, points, histograms, text, chunk);
    json.writeRaw(']');
  }

  /// Points are most of what is ever written, and none of their characters needs escaping: they go
  /// past the generator's bookkeeping, some thousand characters at a time.
  private static void points(
      JsonGenerator json,
      QueryValue.Points points,
      boolean histograms,
      StringBuilder text,
      char[] chunk) {
    long[] times = points.timestampsMs();
    double[] values = points.values();
    boolean first = true;
    text.setLength(0);
    for (int i = 0; i < values.length; i++) {
      FloatHistogram histogram = points.histogram(i);
      if (histograms != (histogram != null)) {
        continue;
      }
      if (!first) {
        text.append(',');
      }
      first = false;
      if (histogram == null) {
        point(text, times[i], values[i]);
      } else {
        point(text, times[i], histogram);
      }
      if (text.length() >= CHUNK) {
        flush(json, text, chunk);
      }
    }
    flush(json, text, chunk);
  }

  private static void flush(JsonGenerator json, StringBuilder text, char[] chunk) {
    for (int from = 0; from < text.length(); from += chunk.length) {
      int length = Math.min(chunk.length, text.length() - from);
      text.getChars(from, from + length, chunk, 0);
      json.writeRaw(chunk, 0, length);
    }
    text.setLength(0);
  }

  /// `[1435781430,{"count":"5","sum":"1.5","buckets":[[0,"1","2","5"]]}]`: of the buckets only
  /// those that are not empty, from the lowest on. The first number of each says which ends belong
  /// to it: 0 the upper, 1 the lower, 2 none, 3 both.
  private static void point(StringBuilder text, long timeMs, FloatHistogram histogram) {
    text.append('[');
    appendSeconds(timeMs, text);
    text.append(",{\"count\":\"");
    SampleText.append(histogram.count(), text);
    text.append("\",\"sum\":\"");
    SampleText.append(histogram.sum(), text);
    text.append('"');
    boolean first = true;
    for (FloatHistogram.Bucket bucket : histogram.buckets()) {
      if (bucket.count() == 0) {
        continue;
      }
      text.append(first ? ",\"buckets\":[[" : ",[");
      first = false;
      int ends =
          bucket.lowerInclusive()
              ? bucket.upperInclusive() ? 3 : 1
              : bucket.upperInclusive() ? 0 : 2;
      text.append(ends).append(",\"");
      SampleText.append(bucket.lower(), text);
      text.append("\",\"");
      SampleText.append(bucket.upper(), text);
      text.append("\",\"");
      SampleText.append(bucket.count(), text);
      text.append("\"]");
    }
    text.append(first ? "}]" : "]}]");
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
