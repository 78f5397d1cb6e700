package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.SampleText;
import dev.mangru.server.http.JsonBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Writes query results in Prometheus' JSON: times as seconds with exactly three decimals unless
/// they are whole, values as strings.
final class QueryJson {

  /// Texts of a kind that an answer has. Prometheus'.
  private static final int MOST_ANNOTATIONS = 10;

  private QueryJson() {}

  /// The members `resultType` and `result` of an object that has been begun.
  static void result(JsonBytes json, QueryValue value) throws IOException {
    switch (value) {
      // Unlike samples, a scalar has never an exponent.
      case QueryValue.Scalar(long timeMs, double number) ->
          json.raw("\"resultType\":\"scalar\",\"result\":[")
              .seconds(timeMs)
              .raw(",\"")
              .raw(SampleText.plain(number))
              .raw("\"]");
      case QueryValue.Text(long timeMs, String text) ->
          json.raw("\"resultType\":\"string\",\"result\":[")
              .seconds(timeMs)
              .raw(',')
              .string(text)
              .raw(']');
      case QueryValue.Vector(List<QueryValue.Sample> samples) ->
          vector(json.raw("\"resultType\":\"vector\",\"result\":"), samples);
      case QueryValue.Matrix(List<QueryValue.Points> series) ->
          matrix(json.raw("\"resultType\":\"matrix\",\"result\":"), series);
    }
  }

  /// The member `name` with what a query has to say, if it says anything: the first ten texts, and
  /// how many more there are.
  ///
  /// @param kind what Prometheus calls them when it leaves some out
  static void annotations(JsonBytes json, String name, String kind, List<String> texts)
      throws IOException {
    int more = texts.size() - MOST_ANNOTATIONS;
    List<String> told = texts;
    if (more > 0) {
      told = new ArrayList<>(texts.subList(0, MOST_ANNOTATIONS));
      told.add(more + " more " + kind + " annotations omitted");
    }
    json.stringsIfAny(name, told);
  }

  private static void vector(JsonBytes json, List<QueryValue.Sample> samples) throws IOException {
    String before = "[{\"metric\":";
    for (QueryValue.Sample sample : samples) {
      json.raw(before).labels(sample.labels());
      FloatHistogram histogram = sample.histogram();
      if (histogram == null) {
        point(json.raw(",\"value\":"), sample.timestampMs(), sample.value());
      } else {
        point(json.raw(",\"histogram\":"), sample.timestampMs(), histogram);
      }
      before = "},{\"metric\":";
    }
    json.raw(samples.isEmpty() ? "[]" : "}]");
  }

  private static void matrix(JsonBytes json, List<QueryValue.Points> series) throws IOException {
    String before = "[{\"metric\":";
    for (QueryValue.Points points : series) {
      json.raw(before).labels(points.labels());
      int histograms = histograms(points);
      if (histograms < points.count() || points.count() == 0) {
        values(json.raw(",\"values\":["), points);
        json.raw(']');
      }
      if (histograms > 0) {
        histograms(json.raw(",\"histograms\":["), points);
        json.raw(']');
      }
      before = "},{\"metric\":";
    }
    json.raw(series.isEmpty() ? "[]" : "}]");
  }

  private static int histograms(QueryValue.Points points) {
    int count = 0;
    for (FloatHistogram histogram : points.histograms()) {
      if (histogram != null) {
        count++;
      }
    }
    return count;
  }

  private static void values(JsonBytes json, QueryValue.Points points) throws IOException {
    long[] times = points.timestampsMs();
    double[] values = points.values();
    boolean first = true;
    for (int i = 0; i < values.length; i++) {
      if (points.histogram(i) == null) {
        if (!first) {
          json.raw(',');
        }
        first = false;
        point(json, times[i], values[i]);
      }
    }
  }

  private static void histograms(JsonBytes json, QueryValue.Points points) throws IOException {
    long[] times = points.timestampsMs();
    boolean first = true;
    for (int i = 0; i < times.length; i++) {
      FloatHistogram histogram = points.histogram(i);
      if (histogram != null) {
        if (!first) {
          json.raw(',');
        }
        first = false;
        point(json, times[i], histogram);
      }
    }
  }

  /// `[1435781430.781,"1.5"]`.
  private static void point(JsonBytes json, long timeMs, double value) throws IOException {
    json.raw('[').seconds(timeMs).raw(",\"").value(value).raw("\"]");
  }

  /// `[1435781430,{"count":"5","sum":"1.5","buckets":[[0,"1","2","5"]]}]`: of the buckets only
  /// those that are not empty, from the lowest on. The first number of each says which ends belong
  /// to it: 0 the upper, 1 the lower, 2 none, 3 both.
  private static void point(JsonBytes json, long timeMs, FloatHistogram histogram)
      throws IOException {
    json.raw('[').seconds(timeMs);
    json.raw(",{\"count\":\"").value(histogram.count());
    json.raw("\",\"sum\":\"").value(histogram.sum()).raw('"');
    boolean first = true;
    for (FloatHistogram.Bucket bucket : histogram.buckets()) {
      if (bucket.count() == 0) {
        continue;
      }
      json.raw(first ? ",\"buckets\":[[" : ",[");
      first = false;
      int ends =
          bucket.lowerInclusive()
              ? bucket.upperInclusive() ? 3 : 1
              : bucket.upperInclusive() ? 0 : 2;
      json.whole(ends).raw(",\"").value(bucket.lower());
      json.raw("\",\"").value(bucket.upper());
      json.raw("\",\"").value(bucket.count()).raw("\"]");
    }
    json.raw(first ? "}]" : "]}]");
  }

  /// `1435781430.781`, `1435781430`, `-0.005`.
  static String seconds(long timeMs) {
    long magnitude = Math.abs(timeMs);
    int rest = (int) (magnitude % 1000);
    String whole = (timeMs < 0 ? "-" : "") + magnitude / 1000;
    return rest == 0 ? whole : whole + (rest < 10 ? ".00" : rest < 100 ? ".0" : ".") + rest;
  }
}
