package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBucket;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JsonGenerator;

/// `/api/v1/status/self_metrics`: Mangru's own metrics as JSON, in the form that Protocol Buffers'
/// JSON mapping gives Prometheus' `MetricFamily`.
///
/// Source: Prometheus `web/api/v1/api.go`; prometheus/client_model `metrics.proto`.
@RestController
public final class SelfMetricsApi {

  private final PrometheusMeterRegistry registry;

  public SelfMetricsApi(PrometheusMeterRegistry registry) {
    this.registry = registry;
  }

  /// Parameters: `metric_name_pattern`, a regular expression that has to match the whole name.
  @GetMapping("/api/v1/status/self_metrics")
  void metrics(HttpServletRequest request, HttpServletResponse response) throws IOException {
    LabelMatcher names = matcher(new Params(request).get("metric_name_pattern"));
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartArray();
          for (MetricSnapshot family : registry.getPrometheusRegistry().scrape()) {
            String name = name(family);
            if (names == null || names.matches(name)) {
              family(json, name, family);
            }
          }
          json.writeEndArray();
        });
  }

  private static @Nullable LabelMatcher matcher(@Nullable String pattern) {
    if (pattern == null) {
      return null;
    }
    try {
      return LabelMatcher.of(LabelMatcher.Operator.REGEX, "__name__", pattern);
    } catch (RuntimeException e) {
      throw Params.invalid("metric_name_pattern", String.valueOf(e.getMessage()), e);
    }
  }

  /// The family's name as `/metrics` has it.
  private static String name(MetricSnapshot family) {
    String name = family.getMetadata().getPrometheusName();
    return switch (family) {
      case CounterSnapshot _ -> name + "_total";
      case InfoSnapshot _ -> name + "_info";
      default -> name;
    };
  }

  private static void family(JsonGenerator json, String name, MetricSnapshot family) {
    json.writeStartObject();
    json.writeStringProperty("name", name);
    String help = family.getMetadata().getHelp();
    if (help != null) {
      json.writeStringProperty("help", help);
    }
    json.writeStringProperty("type", type(family));
    json.writeName("metric");
    json.writeStartArray();
    for (DataPointSnapshot point : family.getDataPoints()) {
      if (point instanceof StateSetSnapshot.StateSetDataPointSnapshot states) {
        states(json, name, states);
      } else {
        json.writeStartObject();
        labels(json, point, null, "");
        point(json, point);
        json.writeEndObject();
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static String type(MetricSnapshot family) {
    return switch (family) {
      case CounterSnapshot _ -> "COUNTER";
      case GaugeSnapshot _, InfoSnapshot _, StateSetSnapshot _ -> "GAUGE";
      case HistogramSnapshot histogram ->
          histogram.isGaugeHistogram() ? "GAUGE_HISTOGRAM" : "HISTOGRAM";
      case SummarySnapshot _ -> "SUMMARY";
      default -> "UNTYPED";
    };
  }

  private static void labels(
      JsonGenerator json, DataPointSnapshot point, @Nullable String extraName, String extra) {
    if (point.getLabels().isEmpty() && extraName == null) {
      return;
    }
    json.writeName("label");
    json.writeStartArray();
    for (Label label : point.getLabels()) {
      label(json, label.getName(), label.getValue());
    }
    if (extraName != null) {
      label(json, extraName, extra);
    }
    json.writeEndArray();
  }

  private static void label(JsonGenerator json, String name, String value) {
    json.writeStartObject();
    json.writeStringProperty("name", name);
    json.writeStringProperty("value", value);
    json.writeEndObject();
  }

  private static void point(JsonGenerator json, DataPointSnapshot point) {
    switch (point) {
      case CounterSnapshot.CounterDataPointSnapshot counter ->
          value(json, "counter", counter.getValue());
      case GaugeSnapshot.GaugeDataPointSnapshot gauge -> value(json, "gauge", gauge.getValue());
      case InfoSnapshot.InfoDataPointSnapshot _ -> value(json, "gauge", 1);
      case UnknownSnapshot.UnknownDataPointSnapshot unknown ->
          value(json, "untyped", unknown.getValue());
      case HistogramSnapshot.HistogramDataPointSnapshot histogram -> histogram(json, histogram);
      case SummarySnapshot.SummaryDataPointSnapshot summary -> summary(json, summary);
      default ->
          throw new IllegalStateException("a kind of metric nobody knows: " + point.getClass());
    }
  }

  private static void states(
      JsonGenerator json, String name, StateSetSnapshot.StateSetDataPointSnapshot states) {
    for (int i = 0; i < states.size(); i++) {
      json.writeStartObject();
      labels(json, states, name, states.getName(i));
      value(json, "gauge", states.isTrue(i) ? 1 : 0);
      json.writeEndObject();
    }
  }

  private static void value(JsonGenerator json, String kind, double value) {
    json.writeName(kind);
    json.writeStartObject();
    number(json, "value", value);
    json.writeEndObject();
  }

  private static void histogram(
      JsonGenerator json, HistogramSnapshot.HistogramDataPointSnapshot histogram) {
    json.writeName("histogram");
    json.writeStartObject();
    if (histogram.hasCount()) {
      json.writeStringProperty("sampleCount", Long.toString(histogram.getCount()));
    }
    if (histogram.hasSum()) {
      number(json, "sampleSum", histogram.getSum());
    }
    if (histogram.hasClassicHistogramData()) {
      json.writeName("bucket");
      json.writeStartArray();
      long count = 0;
      for (ClassicHistogramBucket bucket : histogram.getClassicBuckets()) {
        count += bucket.getCount();
        json.writeStartObject();
        json.writeStringProperty("cumulativeCount", Long.toString(count));
        number(json, "upperBound", bucket.getUpperBound());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static void summary(
      JsonGenerator json, SummarySnapshot.SummaryDataPointSnapshot summary) {
    json.writeName("summary");
    json.writeStartObject();
    if (summary.hasCount()) {
      json.writeStringProperty("sampleCount", Long.toString(summary.getCount()));
    }
    if (summary.hasSum()) {
      number(json, "sampleSum", summary.getSum());
    }
    json.writeName("quantile");
    json.writeStartArray();
    for (Quantile quantile : summary.getQuantiles()) {
      json.writeStartObject();
      number(json, "quantile", quantile.getQuantile());
      number(json, "value", quantile.getValue());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /// What JSON has no number for is a string, as in Protocol Buffers' JSON.
  private static void number(JsonGenerator json, String name, double value) {
    if (Double.isFinite(value)) {
      json.writeNumberProperty(name, value);
    } else {
      json.writeStringProperty(
          name, Double.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }
  }
}
