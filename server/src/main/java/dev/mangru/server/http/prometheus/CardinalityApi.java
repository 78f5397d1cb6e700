package dev.mangru.server.http.prometheus;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.MetricStoreAdmin;
import dev.mangru.model.metric.MetricStoreStatus;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import dev.mangru.server.http.TenantHeader;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JsonGenerator;

/// `/api/v1/status/tsdb`: which metrics, labels and values the series come from, exactly as
/// Prometheus tells it; and `/api/v1/status/store`: what Mangru's store is allowed, what of it is
/// used, and whether it takes writes.
///
/// Source: Prometheus `web/api/v1/api.go`, `serveTSDBStatus`.
@RestController
public final class CardinalityApi {

  private static final int DEFAULT_LIMIT = 10;

  /// Prometheus' limit too.
  private static final int MAX_LIMIT = 10_000;

  private final Tenants tenants;

  public CardinalityApi(Tenants tenants) {
    this.tenants = tenants;
  }

  @GetMapping("/api/v1/status/tsdb")
  void tsdb(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Optional<MetricStoreStatus> found = status(request, limit(new Params(request)));
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeName("headStats");
          head(json, found);
          counts(
              json,
              "seriesCountByMetricName",
              found.map(status -> status.cardinality().seriesByMetricName()));
          counts(
              json,
              "labelValueCountByLabelName",
              found.map(status -> status.cardinality().valuesByLabelName()));
          counts(
              json,
              "memoryInBytesByLabelName",
              found.map(status -> status.cardinality().bytesByLabelName()));
          counts(
              json,
              "seriesCountByLabelValuePair",
              found.map(status -> status.cardinality().seriesByLabelPair()));
          json.writeEndObject();
        });
  }

  private static void head(JsonGenerator json, Optional<MetricStoreStatus> found) {
    json.writeStartObject();
    json.writeNumberProperty("numSeries", found.map(s -> s.memory().series()).orElse(0L));
    json.writeNumberProperty(
        "numLabelPairs", found.map(s -> s.cardinality().labelPairs()).orElse(0L));
    json.writeNumberProperty("chunkCount", found.map(s -> s.memory().pages()).orElse(0L));
    json.writeNumberProperty(
        "minTime", found.map(s -> s.memory().minTimeMs()).orElse(Long.MAX_VALUE));
    json.writeNumberProperty(
        "maxTime", found.map(s -> s.memory().maxTimeMs()).orElse(Long.MIN_VALUE));
    json.writeEndObject();
  }

  private static void counts(
      JsonGenerator json, String name, Optional<List<MetricStoreStatus.Count>> counts) {
    json.writeName(name);
    json.writeStartArray();
    for (MetricStoreStatus.Count each : counts.orElse(List.of())) {
      json.writeStartObject();
      json.writeStringProperty("name", each.name());
      json.writeNumberProperty("value", each.count());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static int limit(Params params) {
    String text = params.get("limit");
    if (text == null) {
      return DEFAULT_LIMIT;
    }
    int limit;
    try {
      limit = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new MangruException(ErrorCode.BAD_DATA, "limit must be a positive number", e);
    }
    if (limit < 1) {
      throw MangruException.badData("limit must be a positive number");
    }
    if (limit > MAX_LIMIT) {
      throw MangruException.badData("limit must not exceed " + MAX_LIMIT);
    }
    return limit;
  }

  @GetMapping("/api/v1/status/store")
  void store(HttpServletRequest request, HttpServletResponse response) throws IOException {
    MetricStoreStatus status =
        status(request, 0)
            .orElseThrow(() ->
                new MangruException(
                    ErrorCode.NOT_FOUND,
                    "tenant " + TenantHeader.of(request) + " has written nothing yet"));
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeStringProperty("tenant", TenantHeader.of(request));
          json.writeStringProperty("durability", status.durable() ? "synced" : "os");
          json.writeName("refusal");
          if (status.refusal() == null) {
            json.writeNull();
          } else {
            json.writeString(status.refusal());
          }
          json.writeNumberProperty("activeSeries", status.memory().series());
          json.writeNumberProperty("maxSeries", status.limits().maxSeries());
          json.writeNumberProperty("newSeriesThisMinute", status.limits().newSeriesThisMinute());
          json.writeNumberProperty(
              "maxNewSeriesPerMinute", status.limits().maxNewSeriesPerMinute());
          json.writeNumberProperty("samplesInMemory", status.memory().samples());
          json.writeNumberProperty("memoryBytes", status.memory().bytes());
          json.writeNumberProperty("logBytes", status.disk().logBytes());
          json.writeNumberProperty("parts", status.disk().parts());
          json.writeNumberProperty("partBytes", status.disk().partBytes());
          json.writeNumberProperty("blocks", status.disk().blocks());
          json.writeNumberProperty("blockBytes", status.disk().blockBytes());
          json.writeNumberProperty("summaries", status.disk().summaries());
          json.writeNumberProperty("summaryBytes", status.disk().summaryBytes());
          json.writeNumberProperty("deletions", status.disk().deletions());
          json.writeEndObject();
        });
  }

  private Optional<MetricStoreStatus> status(HttpServletRequest request, int limit) {
    try (TenantMetrics metrics = tenants.forReading(TenantHeader.of(request))) {
      Optional<MetricStoreAdmin> admin = metrics.admin();
      return admin.map(each -> each.status(limit));
    }
  }
}
