package dev.mangru.server.http.logs;

import dev.mangru.logindex.query.LogqlParser;
import dev.mangru.logindex.query.LogqlSelector;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogQuery;
import dev.mangru.model.log.LogStore;
import dev.mangru.model.log.Severity;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.time.Ticker;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import dev.mangru.server.http.QueryGate;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JsonGenerator;

/// The part of Loki's query API that stream selectors with line filters need: `query_range`,
/// `series`, `labels` and `label/NAME/values`. Other LogQL is refused by name.
///
/// Source: Loki `pkg/loghttp` and its HTTP API reference.
@RestController
public final class LokiQueryApi {

  /// Loki's defaults: `limit` 100 (pkg/loghttp/params.go), `max_entries_limit_per_query` 5000, one
  /// hour for queries, six for labels.
  private static final int DEFAULT_LIMIT = 100;

  private static final int MAX_LIMIT = 5_000;
  private static final Duration DEFAULT_RANGE = Duration.ofHours(1);
  private static final Duration DEFAULT_LABEL_RANGE = Duration.ofHours(6);

  private final LogStore store;
  private final QueryGate gate;
  private final InstantSource clock;
  private final Ticker ticker;

  public LokiQueryApi(LogStore store, QueryGate gate, InstantSource clock, Ticker ticker) {
    this.store = store;
    this.gate = gate;
    this.clock = clock;
    this.ticker = ticker;
  }

  @RequestMapping(
      path = "/loki/api/v1/query_range",
      method = {RequestMethod.GET, RequestMethod.POST})
  void queryRange(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    LogqlSelector selector = LogqlParser.parse(params.get("query", ""));
    int limit = params.count("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
    LogStore.Direction direction = direction(params.get("direction", "backward"));
    Span span = span(params, DEFAULT_RANGE);
    boolean categorize =
        "categorize-labels".equals(request.getHeader("X-Loki-Response-Encoding-Flags"));
    LogQuery query = selector.between(span.startNs(), span.endNs(), Set.of());
    long start = ticker.read();
    List<LogStore.Hit> hits;
    try (QueryGate.Turn _ = gate.enter()) {
      hits = store.search(query, direction, limit, null).hits();
    }
    double seconds = (ticker.read() - start) / 1e9;
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeStringProperty("resultType", "streams");
          if (categorize) {
            json.writeName("encodingFlags");
            JsonAnswer.strings(json, List.of("categorize-labels"));
          }
          json.writeName("result");
          streams(json, hits, categorize);
          stats(json, hits, seconds);
          json.writeEndObject();
        });
  }

  @RequestMapping(
      path = "/loki/api/v1/query",
      method = {RequestMethod.GET, RequestMethod.POST})
  void query(HttpServletRequest request) {
    LogqlParser.parse(new Params(request).get("query", ""));
    throw MangruException.badData(
        "log queries are not supported as an instant query type, please change your query to a"
            + " range query type");
  }

  @RequestMapping(
      path = {"/loki/api/v1/labels", "/loki/api/v1/label"},
      method = {RequestMethod.GET, RequestMethod.POST})
  void labels(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    Span span = span(params, DEFAULT_LABEL_RANGE);
    List<LabelMatcher> matchers = matchers(params);
    List<String> names;
    try (QueryGate.Turn _ = gate.enter()) {
      names = store.labelNames(span.startNs(), span.endNs(), matchers);
    }
    JsonAnswer.success(response, json -> JsonAnswer.strings(json, names));
  }

  @RequestMapping(
      path = "/loki/api/v1/label/{name}/values",
      method = {RequestMethod.GET, RequestMethod.POST})
  void values(@PathVariable String name, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Params params = new Params(request);
    Span span = span(params, DEFAULT_LABEL_RANGE);
    List<LabelMatcher> matchers = matchers(params);
    List<String> values;
    try (QueryGate.Turn _ = gate.enter()) {
      values = store.labelValues(name, span.startNs(), span.endNs(), matchers);
    }
    JsonAnswer.success(response, json -> JsonAnswer.strings(json, values));
  }

  /// Streams with records in the range. Without `match`, all of them, as in Loki.
  @RequestMapping(
      path = "/loki/api/v1/series",
      method = {RequestMethod.GET, RequestMethod.POST})
  void series(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    Span span = span(params, DEFAULT_LABEL_RANGE);
    List<List<LabelMatcher>> selectors = new ArrayList<>();
    for (String name : List.of("match[]", "match")) {
      params.all(name).forEach(text -> selectors.add(selector(name, text)));
    }
    Set<Labels> found = new TreeSet<>();
    try (QueryGate.Turn _ = gate.enter()) {
      for (List<LabelMatcher> matchers :
          selectors.isEmpty() ? List.of(List.<LabelMatcher>of()) : selectors) {
        found.addAll(store.streams(span.startNs(), span.endNs(), matchers));
      }
    }
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartArray();
          found.forEach(labels -> JsonAnswer.labels(json, labels));
          json.writeEndArray();
        });
  }

  private static List<LabelMatcher> selector(String name, String text) {
    LogqlSelector selector;
    try {
      selector = LogqlParser.parse(text);
    } catch (MangruException e) {
      throw Params.invalid(name, e.text(), e);
    }
    if (!selector.filters().isEmpty() || !selector.severities().isEmpty()) {
      throw Params.invalid(name, "only a stream selector names series: \"" + text + "\"", null);
    }
    return selector.matchers();
  }

  /// Streams in the order of their first line, as the lines came.
  private static void streams(JsonGenerator json, List<LogStore.Hit> hits, boolean categorize) {
    Map<Labels, List<LogStore.Hit>> streams = new TreeMap<>();
    for (LogStore.Hit hit : hits) {
      Labels labels = categorize ? hit.record().stream() : merged(hit);
      streams.computeIfAbsent(labels, _ -> new ArrayList<>()).add(hit);
    }
    json.writeStartArray();
    streams.forEach((labels, lines) -> {
      json.writeStartObject();
      json.writeName("stream");
      JsonAnswer.labels(json, labels);
      json.writeName("values");
      json.writeStartArray();
      lines.forEach(hit -> line(json, hit, categorize));
      json.writeEndArray();
      json.writeEndObject();
    });
    json.writeEndArray();
  }

  private static void line(JsonGenerator json, LogStore.Hit hit, boolean categorize) {
    json.writeStartArray();
    json.writeString(String.valueOf(hit.record().timestampNs()));
    json.writeString(hit.record().line());
    if (categorize) {
      json.writeStartObject();
      Labels metadata = metadata(hit);
      if (!metadata.isEmpty()) {
        json.writeName("structuredMetadata");
        JsonAnswer.labels(json, metadata);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static Labels merged(LogStore.Hit hit) {
    Labels.Builder builder = metadata(hit).toBuilder();
    hit.record().stream().forEach(label -> builder.set(label.name(), label.value()));
    return builder.build();
  }

  /// The record's attributes, and its severity under the name that Loki gives it.
  private static Labels metadata(LogStore.Hit hit) {
    Labels attributes = hit.record().attributes();
    Severity severity = hit.record().severity();
    return severity == Severity.UNKNOWN
        ? attributes
        : attributes.toBuilder().set("detected_level", severity.label()).build();
  }

  /// What is known without asking the store for more: the lines of this answer.
  private static void stats(JsonGenerator json, List<LogStore.Hit> hits, double seconds) {
    long bytes =
        hits.stream()
            .mapToLong(hit -> hit.record().line().getBytes(StandardCharsets.UTF_8).length)
            .sum();
    json.writeName("stats");
    json.writeStartObject();
    json.writeName("summary");
    json.writeStartObject();
    json.writeNumberProperty("execTime", seconds);
    json.writeNumberProperty("totalEntriesReturned", hits.size());
    json.writeNumberProperty("totalLinesProcessed", hits.size());
    json.writeNumberProperty("totalBytesProcessed", bytes);
    json.writeEndObject();
    json.writeEndObject();
  }

  private static List<LabelMatcher> matchers(Params params) {
    String query = params.get("query");
    return query == null ? List.of() : LogqlParser.parse(query).matchers();
  }

  private static LogStore.Direction direction(String text) {
    return switch (text.toLowerCase(java.util.Locale.ROOT)) {
      case "backward" -> LogStore.Direction.NEWEST_FIRST;
      case "forward" -> LogStore.Direction.OLDEST_FIRST;
      default ->
          throw Params.invalid("direction", "must be backward or forward: \"" + text + "\"", null);
    };
  }

  private record Span(long startNs, long endNs) {}

  /// `start` and `end`; without `start`, `since` before the end, or `range`.
  private Span span(Params params, Duration range) {
    long end = params.timeNs("end", Params.nanoseconds(clock.instant()));
    Duration since = params.duration("since");
    long start = params.timeNs("start", end - (since == null ? range : since).toNanos());
    if (end < start) {
      throw MangruException.badData(
          "end timestamp must not be before start time: start " + start + ", end " + end);
    }
    return new Span(start, end);
  }
}
