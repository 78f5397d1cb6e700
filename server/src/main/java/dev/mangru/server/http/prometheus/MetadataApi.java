package dev.mangru.server.http.prometheus;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.ExemplarStore;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.MetadataStore;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.SampleText;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.model.time.TimeRange;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import dev.mangru.server.http.QueryGate;
import dev.mangru.server.http.TenantHeader;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.PromqlParser;
import dev.mangru.tsdb.promql.Selectors;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JsonGenerator;

/// What is known beside samples: `/api/v1/metadata` and `/api/v1/query_exemplars`.
///
/// Source: Prometheus `web/api/v1/api.go`; parameters, answers and words of errors are its.
@RestController
public final class MetadataApi {

  private final Tenants tenants;
  private final QueryGate gate;
  private final PromqlOptions language;

  /// @param language that selectors of exemplars are written in
  public MetadataApi(Tenants tenants, QueryGate gate, PromqlOptions language) {
    this.tenants = tenants;
    this.gate = gate;
    this.language = language;
  }

  @GetMapping("/api/v1/metadata")
  void metadata(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    int limit = number(params, "limit");
    int each = number(params, "limit_per_metric");
    Map<String, List<MetricMetadata>> found;
    try (TenantMetrics metrics = tenants.forReading(TenantHeader.of(request))) {
      found = find(metrics.metadata(), params.get("metric", ""), limit);
    }
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          found.forEach((metric, entries) -> {
            json.writeName(metric);
            json.writeStartArray();
            entries.stream()
                .limit(each > 0 ? each : Long.MAX_VALUE)
                .forEach(one -> entry(json, one));
            json.writeEndArray();
          });
          json.writeEndObject();
        });
  }

  /// @param limit the most metrics, negative for all
  private static Map<String, List<MetricMetadata>> find(
      MetadataStore store, String metric, int limit) {
    if (limit == 0) {
      return Map.of();
    }
    if (metric.isEmpty()) {
      return store.all(Math.max(0, limit));
    }
    Map<String, List<MetricMetadata>> found = new LinkedHashMap<>();
    List<MetricMetadata> entries = store.find(metric);
    if (!entries.isEmpty()) {
      found.put(metric, entries);
    }
    return found;
  }

  private static void entry(JsonGenerator json, MetricMetadata about) {
    json.writeStartObject();
    json.writeStringProperty("type", about.type().text());
    json.writeStringProperty("unit", about.unit());
    json.writeStringProperty("help", about.help());
    json.writeEndObject();
  }

  /// A number, or -1 where there is none.
  private static int number(Params params, String name) {
    String text = params.get(name);
    if (text == null) {
      return -1;
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new MangruException(ErrorCode.BAD_DATA, name + " must be a number", e);
    }
  }

  @RequestMapping(
      path = "/api/v1/query_exemplars",
      method = {RequestMethod.GET, RequestMethod.POST})
  void exemplars(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    long start = params.timeMs("start", Long.MIN_VALUE);
    long end = params.timeMs("end", Long.MAX_VALUE);
    if (end < start) {
      throw MangruException.badData("end timestamp must not be before start timestamp");
    }
    List<List<LabelMatcher>> selectors =
        Selectors.of(PromqlParser.parse(params.get("query", ""), language));
    if (selectors.isEmpty()) {
      response.setStatus(HttpServletResponse.SC_NO_CONTENT); // as Prometheus: nothing was asked for
      return;
    }
    List<ExemplarStore.OfSeries> found;
    try (QueryGate.Turn _ = gate.enter();
        TenantMetrics metrics = tenants.forReading(TenantHeader.of(request))) {
      found = metrics.exemplars().select(new TimeRange(start, end), selectors);
    }
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartArray();
          found.forEach(series -> series(json, series));
          json.writeEndArray();
        });
  }

  private static void series(JsonGenerator json, ExemplarStore.OfSeries series) {
    json.writeStartObject();
    json.writeName("seriesLabels");
    JsonAnswer.labels(json, series.series());
    json.writeName("exemplars");
    json.writeStartArray();
    for (Exemplar exemplar : series.exemplars()) {
      StringBuilder value = new StringBuilder();
      SampleText.append(exemplar.value(), value);
      json.writeStartObject();
      json.writeName("labels");
      JsonAnswer.labels(json, exemplar.labels());
      json.writeStringProperty("value", value.toString());
      json.writeName("timestamp");
      json.writeRawValue(QueryJson.seconds(exemplar.timestampMs()));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
