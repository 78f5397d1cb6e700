package dev.mangru.server.http.ui;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogQuery;
import dev.mangru.model.log.LogStore;
import dev.mangru.model.log.Severity;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import dev.mangru.server.http.QueryGate;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JsonGenerator;

/// `/api/ui/logs/…`: search, histogram, facets and context for the Logs page.
@RestController
public final class LogsApi {

  private static final int MAX_LIMIT = 5_000;
  private static final int MAX_BUCKETS = 1_000;
  private static final int MAX_VALUES = 100;
  private static final int MAX_CONTEXT = 500;

  private final LogStore store;
  private final QueryGate gate;
  private final InstantSource clock;

  public LogsApi(LogStore store, QueryGate gate, InstantSource clock) {
    this.store = store;
    this.gate = gate;
    this.clock = clock;
  }

  @GetMapping("/api/ui/logs/search")
  void search(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    LogSearchParams search = LogSearchParams.of(params, clock.instant());
    int limit = params.count("limit", 200, 1, MAX_LIMIT);
    LogStore.Direction direction =
        switch (params.get("direction", "backward")) {
          case "backward" -> LogStore.Direction.NEWEST_FIRST;
          case "forward" -> LogStore.Direction.OLDEST_FIRST;
          default -> throw Params.invalid("direction", "must be backward or forward", null);
        };
    LogStore.Page page;
    try (QueryGate.Turn _ = gate.enter()) {
      page = store.search(search.query(), direction, limit, params.get("cursor"));
    }
    JsonAnswer.write(
        response,
        HttpServletResponse.SC_OK,
        json -> {
          json.writeStartObject();
          json.writeStringProperty("logql", search.logql());
          json.writeName("hits");
          HitJson.hits(json, page.hits());
          json.writeName("next");
          if (page.next() == null) {
            json.writeNull();
          } else {
            json.writeString(page.next());
          }
          json.writeEndObject();
        });
  }

  @GetMapping("/api/ui/logs/histogram")
  void histogram(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    LogSearchParams search = LogSearchParams.of(params, clock.instant());
    int buckets = params.count("buckets", 60, 1, MAX_BUCKETS);
    LogStore.Histogram histogram;
    try (QueryGate.Turn _ = gate.enter()) {
      histogram = store.histogram(search.query(), buckets);
    }
    JsonAnswer.write(
        response,
        HttpServletResponse.SC_OK,
        json -> {
          json.writeStartObject();
          json.writeStringProperty("startNs", String.valueOf(histogram.startNs()));
          json.writeStringProperty("bucketNs", String.valueOf(histogram.bucketNs()));
          json.writeName("buckets");
          json.writeStartArray();
          histogram.counts().forEach(counts -> bucket(json, counts));
          json.writeEndArray();
          json.writeNumberProperty("total", histogram.total());
          json.writeEndObject();
        });
  }

  private static void bucket(JsonGenerator json, Map<Severity, Long> counts) {
    json.writeStartObject();
    for (Severity severity : Severity.values()) {
      Long count = counts.get(severity);
      if (count != null) {
        json.writeNumberProperty(severity.label(), count);
      }
    }
    json.writeEndObject();
  }

  @GetMapping("/api/ui/logs/facets")
  void facets(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    LogQuery query = LogSearchParams.of(params, clock.instant()).query();
    int values = params.count("values", 10, 1, MAX_VALUES);
    SequencedMap<String, List<LogStore.ValueCount>> facets = new LinkedHashMap<>();
    try (QueryGate.Turn _ = gate.enter()) {
      facets.put("severity", severities(store.histogram(query, 1)));
      facets.putAll(store.facets(query, values));
    }
    JsonAnswer.write(
        response,
        HttpServletResponse.SC_OK,
        json -> {
          json.writeStartObject();
          json.writeName("facets");
          json.writeStartObject();
          facets.forEach((label, counts) -> {
            json.writeName(label);
            json.writeStartArray();
            counts.forEach(count -> value(json, count));
            json.writeEndArray();
          });
          json.writeEndObject();
          json.writeEndObject();
        });
  }

  private static List<LogStore.ValueCount> severities(LogStore.Histogram whole) {
    return whole.counts().stream()
        .flatMap(counts -> counts.entrySet().stream())
        .map(entry -> new LogStore.ValueCount(entry.getKey().label(), entry.getValue()))
        .sorted((a, b) -> Long.compare(b.count(), a.count()))
        .toList();
  }

  private static void value(JsonGenerator json, LogStore.ValueCount count) {
    json.writeStartObject();
    json.writeStringProperty("value", count.value());
    json.writeNumberProperty("count", count.count());
    json.writeEndObject();
  }

  @GetMapping("/api/ui/logs/context")
  void context(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    String id = params.get("id");
    if (id == null) {
      throw MangruException.badData("no id parameter provided");
    }
    int before = params.count("before", 20, 0, MAX_CONTEXT);
    int after = params.count("after", 20, 0, MAX_CONTEXT);
    List<LogStore.Hit> hits;
    try (QueryGate.Turn _ = gate.enter()) {
      hits = store.context(id, before, after);
    }
    if (hits.isEmpty()) {
      throw new MangruException(
          ErrorCode.NOT_FOUND,
          "there is no log record \"" + id + "\"; it may have passed retention");
    }
    JsonAnswer.write(
        response,
        HttpServletResponse.SC_OK,
        json -> {
          json.writeStartObject();
          json.writeName("hits");
          HitJson.hits(json, hits);
          json.writeEndObject();
        });
  }
}
