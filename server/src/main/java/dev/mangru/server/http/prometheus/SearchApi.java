package dev.mangru.server.http.prometheus;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetadataStore;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.model.time.TimeRange;
import dev.mangru.server.http.Params;
import dev.mangru.server.http.QueryGate;
import dev.mangru.server.http.TenantHeader;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// `/api/v1/search/metric_names`, `label_names` and `label_values`: names that fit what is searched
/// for, as lines of JSON: batches of results, and how it ended.
///
/// Source: Prometheus `web/api/v1/search.go`; parameters, answers and words of errors are its.
/// There it has to be switched on.
@RestController
public final class SearchApi {

  private static final JsonFactory JSON = new JsonFactory();

  private final Tenants tenants;
  private final QueryGate gate;
  private final InstantSource clock;

  public SearchApi(Tenants tenants, QueryGate gate, InstantSource clock) {
    this.tenants = tenants;
    this.gate = gate;
    this.clock = clock;
  }

  private record Hit(String name, double score) {}

  @RequestMapping(
      path = "/api/v1/search/metric_names",
      method = {RequestMethod.GET, RequestMethod.POST})
  void metricNames(HttpServletRequest request, HttpServletResponse response) throws IOException {
    SearchParams params = SearchParams.of(new Params(request), "metric_names", clock.instant());
    boolean metadata = SearchParams.flag(new Params(request), "include_metadata", false);
    answer(
        request,
        response,
        params,
        metadata,
        (querier, matchers) -> querier.labelValues(Labels.METRIC_NAME, matchers));
  }

  @RequestMapping(
      path = "/api/v1/search/label_names",
      method = {RequestMethod.GET, RequestMethod.POST})
  void labelNames(HttpServletRequest request, HttpServletResponse response) throws IOException {
    SearchParams params = SearchParams.of(new Params(request), "label_names", clock.instant());
    answer(request, response, params, false, Querier::labelNames);
  }

  @RequestMapping(
      path = "/api/v1/search/label_values",
      method = {RequestMethod.GET, RequestMethod.POST})
  void labelValues(HttpServletRequest request, HttpServletResponse response) throws IOException {
    SearchParams params = SearchParams.of(new Params(request), "label_values", clock.instant());
    String label = new Params(request).get("label");
    if (label == null) {
      throw MangruException.badData("missing required parameter \"label\"");
    }
    answer(
        request,
        response,
        params,
        false,
        (querier, matchers) -> querier.labelValues(label, matchers));
  }

  private void answer(
      HttpServletRequest request,
      HttpServletResponse response,
      SearchParams params,
      boolean metadata,
      BiFunction<Querier, List<LabelMatcher>, List<String>> get)
      throws IOException {
    try (QueryGate.Turn _ = gate.enter();
        TenantMetrics metrics = tenants.forReading(TenantHeader.of(request))) {
      List<Hit> hits = hits(metrics, params, get);
      hits.sort(order(params));
      boolean more = hits.size() > params.limit();
      List<Hit> shown = more ? hits.subList(0, params.limit()) : hits;
      response.setContentType("application/x-ndjson;charset=utf-8");
      OutputStream out = response.getOutputStream();
      for (int from = 0; from < shown.size() || from == 0; from += params.batchSize()) {
        int end = Math.min(shown.size(), from + params.batchSize());
        batch(out, shown.subList(from, end), params, metadata ? metrics.metadata() : null);
      }
      try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
        json.writeStartObject();
        json.writeStringProperty("status", "success");
        json.writeBooleanProperty("has_more", more);
        json.writeEndObject();
        json.writeRaw('\n');
      }
    }
  }

  private static List<Hit> hits(
      TenantMetrics metrics,
      SearchParams params,
      BiFunction<Querier, List<LabelMatcher>, List<String>> get) {
    List<Hit> hits = new ArrayList<>();
    if (params.endMs() < params.startMs()) {
      return hits;
    }
    TreeSet<String> names = new TreeSet<>(Labels::compareUtf8);
    try (Querier querier =
        metrics.store().querier(new TimeRange(params.startMs(), params.endMs()))) {
      for (List<LabelMatcher> matchers : params.selectors()) {
        names.addAll(get.apply(querier, matchers));
      }
    }
    for (String name : names) {
      double score = params.filter().score(name);
      if (score >= 0) {
        hits.add(new Hit(name, score));
      }
    }
    return hits;
  }

  private static Comparator<Hit> order(SearchParams params) {
    Comparator<Hit> byName = Comparator.comparing(Hit::name, Labels::compareUtf8);
    return switch (params.order()) {
      case NAME -> byName;
      case NAME_DESCENDING -> byName.reversed();
      case SCORE -> Comparator.comparingDouble(Hit::score).reversed().thenComparing(byName);
    };
  }

  private static void batch(
      OutputStream out, List<Hit> hits, SearchParams params, @Nullable MetadataStore metadata) {
    JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), new Kept(out));
    json.writeStartObject();
    json.writeName("results");
    json.writeStartArray();
    for (Hit hit : hits) {
      json.writeStartObject();
      json.writeStringProperty("name", hit.name());
      if (params.includeScore()) {
        json.writeName("score");
        json.writeRawValue(number(hit.score()));
      }
      List<MetricMetadata> about = metadata == null ? List.of() : metadata.find(hit.name());
      if (!about.isEmpty()) {
        MetricMetadata first = about.getFirst();
        json.writeStringProperty("type", first.type().text());
        ifAny(json, "help", first.help());
        ifAny(json, "unit", first.unit());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
    json.writeRaw('\n');
    json.close();
  }

  private static void ifAny(JsonGenerator json, String name, String value) {
    if (!value.isEmpty()) {
      json.writeStringProperty(name, value);
    }
  }

  private static String number(double score) {
    return BigDecimal.valueOf(score).stripTrailingZeros().toPlainString();
  }

  /// A stream that outlives the generator of one line.
  private static final class Kept extends FilterOutputStream {

    Kept(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
