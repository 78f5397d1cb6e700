package dev.mangru.tsdb.peer;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.SampleText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What one engine says to one query, in the words of the HTTP API. Immutable.
///
/// @param status of HTTP
/// @param errorType empty for a success
/// @param error empty for a success
/// @param resultType empty for an error
/// @param series in the order of the answer; a scalar or string is one without labels
public record Answer(
    int status,
    String errorType,
    String error,
    String resultType,
    List<Series> series,
    List<String> warnings,
    List<String> infos) {

  public Answer {
    series = List.copyOf(series);
    warnings = List.copyOf(warnings);
    infos = List.copyOf(infos);
  }

  /// One element of a vector or matrix.
  public record Series(Labels labels, List<Point> points) {
    public Series {
      points = List.copyOf(points);
    }
  }

  /// One value at one time.
  ///
  /// @param parts the text of a float; or of a histogram `H`, count, sum, and of each bucket that
  ///   is not empty its ends, its bounds and its count
  public record Point(long timestampMs, List<String> parts) {
    public Point {
      parts = List.copyOf(parts);
    }
  }

  /// Whether there is a result.
  public boolean success() {
    return errorType.isEmpty();
  }

  /// The same without warnings and infos.
  public Answer withoutAnnotations() {
    return new Answer(status, errorType, error, resultType, series, List.of(), List.of());
  }

  /// What the engine answers, or what it throws.
  public static Answer of(Supplier<QueryResult> query) {
    try {
      QueryResult result = query.get();
      return new Answer(
          200,
          "",
          "",
          type(result.value()),
          series(result.value()),
          shown(result.warnings(), "warning"),
          shown(result.infos(), "info"));
    } catch (MangruException e) {
      boolean bad = e.code() == ErrorCode.BAD_DATA;
      return new Answer(
          e.code().httpStatus(),
          e.code() == ErrorCode.QUERY_LIMIT
              ? "execution"
              : e.code().name().toLowerCase(Locale.ROOT),
          (bad ? "invalid parameter \"query\": " : "") + e.text(),
          "",
          List.of(),
          List.of(),
          List.of());
    }
  }

  /// As many as the API shows.
  private static List<String> shown(List<String> annotations, String kind) {
    int most = 10;
    if (annotations.size() <= most) {
      return annotations;
    }
    List<String> shown = new ArrayList<>(annotations.subList(0, most));
    shown.add((annotations.size() - most) + " more " + kind + " annotations omitted");
    return shown;
  }

  private static String type(QueryValue value) {
    return switch (value) {
      case QueryValue.Scalar _ -> "scalar";
      case QueryValue.Text _ -> "string";
      case QueryValue.Vector _ -> "vector";
      case QueryValue.Matrix _ -> "matrix";
    };
  }

  private static List<Series> series(QueryValue value) {
    List<Series> series = new ArrayList<>();
    switch (value) {
      case QueryValue.Scalar(long time, double number) ->
          series.add(
              new Series(
                  Labels.empty(), List.of(new Point(time, List.of(SampleText.plain(number))))));
      case QueryValue.Text(long time, String text) ->
          series.add(new Series(Labels.empty(), List.of(new Point(time, List.of(text)))));
      case QueryValue.Vector(List<QueryValue.Sample> samples) -> {
        for (QueryValue.Sample one : samples) {
          Point point = point(one.timestampMs(), one.value(), one.histogram());
          series.add(new Series(one.labels(), List.of(point)));
        }
      }
      case QueryValue.Matrix(List<QueryValue.Points> all) -> {
        for (QueryValue.Points one : all) {
          List<Point> points = new ArrayList<>(one.count());
          for (int i = 0; i < one.count(); i++) {
            points.add(point(one.timestampsMs()[i], one.values()[i], one.histogram(i)));
          }
          series.add(new Series(one.labels(), points));
        }
      }
    }
    return series;
  }

  private static Point point(long timeMs, double value, @Nullable FloatHistogram histogram) {
    if (histogram == null) {
      return new Point(timeMs, List.of(SampleText.format(value)));
    }
    List<String> parts = new ArrayList<>();
    parts.add("H");
    parts.add(SampleText.format(histogram.count()));
    parts.add(SampleText.format(histogram.sum()));
    for (FloatHistogram.Bucket bucket : histogram.buckets()) {
      if (bucket.count() != 0) {
        parts.add(ends(bucket));
        parts.add(SampleText.format(bucket.lower()));
        parts.add(SampleText.format(bucket.upper()));
        parts.add(SampleText.format(bucket.count()));
      }
    }
    return new Point(timeMs, parts);
  }

  private static String ends(FloatHistogram.Bucket bucket) {
    if (bucket.lowerInclusive()) {
      return bucket.upperInclusive() ? "3" : "1";
    }
    return bucket.upperInclusive() ? "0" : "2";
  }

  /// What the HTTP API answered.
  static Answer of(int status, JsonNode json) {
    JsonNode data = json.path("data");
    List<Series> series = new ArrayList<>();
    String type = data.path("resultType").asString("");
    JsonNode result = data.path("result");
    if (type.equals("scalar") || type.equals("string")) {
      series.add(new Series(Labels.empty(), List.of(point(result))));
    } else {
      for (JsonNode one : result) {
        series.add(series(one));
      }
    }
    return new Answer(
        status,
        json.path("errorType").asString(""),
        json.path("error").asString(""),
        type,
        series,
        texts(json.path("warnings")),
        texts(json.path("infos")));
  }

  private static Series series(JsonNode one) {
    Labels.Builder labels = Labels.builder();
    one.path("metric").properties().forEach(e -> labels.set(e.getKey(), e.getValue().asString()));
    List<Point> points = new ArrayList<>();
    for (String single : List.of("value", "histogram")) {
      if (one.has(single)) {
        points.add(point(one.path(single)));
      }
    }
    for (String many : List.of("values", "histograms")) {
      one.path(many).forEach(point -> points.add(point(point)));
    }
    points.sort((a, b) -> Long.compare(a.timestampMs(), b.timestampMs()));
    return new Series(labels.build(), points);
  }

  private static Point point(JsonNode pair) {
    long timeMs = Math.round(pair.path(0).asDouble() * 1000);
    JsonNode value = pair.path(1);
    if (!value.isObject()) {
      return new Point(timeMs, List.of(value.asString()));
    }
    List<String> parts = new ArrayList<>();
    parts.add("H");
    parts.add(value.path("count").asString());
    parts.add(value.path("sum").asString());
    for (JsonNode bucket : value.path("buckets")) {
      bucket.forEach(part -> parts.add(part.asString()));
    }
    return new Point(timeMs, parts);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asString()));
    return texts;
  }

  /// In few lines, for a message.
  public String brief() {
    StringBuilder text = new StringBuilder();
    if (!success()) {
      return status + " " + errorType + ": " + error;
    }
    text.append(resultType).append(" of ").append(series.size());
    for (Series one : series.subList(0, Math.min(series.size(), 12))) {
      text.append("\n  ").append(one.labels());
      for (Point point : one.points().subList(0, Math.min(one.points().size(), 20))) {
        text.append(' ').append(point.timestampMs()).append(':');
        text.append(String.join(",", point.parts()));
      }
    }
    warnings.forEach(warning -> text.append("\n  ").append(warning));
    infos.forEach(info -> text.append("\n  ").append(info));
    return text.toString();
  }
}
