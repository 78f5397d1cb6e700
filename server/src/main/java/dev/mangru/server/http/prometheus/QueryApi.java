package dev.mangru.server.http.prometheus;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.server.http.JsonBytes;
import dev.mangru.server.http.Params;
import dev.mangru.server.http.QueryVisits;
import dev.mangru.server.http.RangeParams;
import dev.mangru.server.http.TenantHeader;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// `/api/v1/query` and `/api/v1/query_range`, called by [DataPlane].
///
/// Source: Prometheus `web/api/v1/api.go`; parameters, answers and words of errors are its. The
/// parameter `max_source_resolution` is Thanos'.
public final class QueryApi {

  private static final String TRUNCATED = "results truncated due to limit";

  private final Tenants tenants;
  private final QueryVisits visits;
  private final InstantSource clock;

  /// @param visits limits and ends queries
  public QueryApi(Tenants tenants, QueryVisits visits, InstantSource clock) {
    this.tenants = tenants;
    this.visits = visits;
    this.clock = clock;
  }

  void query(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    int limit = params.limit();
    long time = params.timeMs("time", clock.millis());
    String expression = params.get("query", "");
    Duration resolution = SourceResolution.of(params, 0);
    answer(
        request,
        response,
        params,
        limit,
        new RangeParams(time, time, 0),
        (engine, options) ->
            engine.instant(expression, time, options.withMaxSourceResolution(resolution)));
  }

  void range(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    int limit = params.limit();
    RangeParams range = RangeParams.of(params);
    String expression = params.get("query", "");
    Duration resolution = SourceResolution.of(params, range.stepMs());
    answer(
        request,
        response,
        params,
        limit,
        range,
        (engine, options) ->
            engine.range(
                expression,
                range.startMs(),
                range.endMs(),
                range.stepMs(),
                options.withMaxSourceResolution(resolution)));
  }

  /// @param range that of an instant query has one point and no step
  private void answer(
      HttpServletRequest request,
      HttpServletResponse response,
      Params params,
      int limit,
      RangeParams range,
      BiFunction<MetricQuery, MetricQuery.Options, QueryResult> run)
      throws IOException {
    Duration lookback = params.duration("lookback_delta");
    boolean cached = !params.get("nocache", "0").equals("1");
    String tenant = TenantHeader.of(request);
    try (QueryVisits.Visit visit = visits.enter(request, tenant, params)) {
      String stats = params.get("stats");
      QueryResult result;
      try (TenantMetrics metrics = tenants.forReading(tenant)) {
        result =
            run.apply(
                metrics.query(),
                visit
                    .options(lookback)
                    .withDetail(QueryStatsJson.detail(stats))
                    .withCached(cached));
      } catch (MangruException e) {
        throw e.code() == ErrorCode.BAD_DATA ? Params.invalid("query", e.text(), e) : e;
      }
      visit.computed();
      String told =
          stats == null
              ? null
              : QueryStatsJson.of(result, range.startMs(), range.stepMs(), visit.waitedNs());
      write(response, result, limit, told);
    }
  }

  /// @param stats the JSON of its statistics, or null
  private static void write(
      HttpServletResponse response, QueryResult result, int limit, @Nullable String stats)
      throws IOException {
    boolean truncated = limit > 0 && seriesCount(result.value()) > limit;
    QueryValue value = truncated ? truncate(result.value(), limit) : result.value();
    List<String> warnings = new ArrayList<>();
    if (truncated) {
      warnings.add(TRUNCATED);
    }
    warnings.addAll(result.warnings());
    JsonBytes json = new JsonBytes(response).raw("{\"status\":\"success\",\"data\":{");
    QueryJson.result(json, value);
    if (stats != null) {
      json.raw(",\"stats\":").json(stats);
    }
    json.raw('}');
    QueryJson.annotations(json, "warnings", "warning", warnings);
    QueryJson.annotations(json, "infos", "info", result.infos());
    json.raw('}').end();
  }

  private static int seriesCount(QueryValue value) {
    return switch (value) {
      case QueryValue.Vector(List<QueryValue.Sample> samples) -> samples.size();
      case QueryValue.Matrix(List<QueryValue.Points> series) -> series.size();
      case QueryValue.Scalar _, QueryValue.Text _ -> 0;
    };
  }

  private static QueryValue truncate(QueryValue value, int limit) {
    return switch (value) {
      case QueryValue.Vector(List<QueryValue.Sample> samples) ->
          new QueryValue.Vector(samples.subList(0, limit));
      case QueryValue.Matrix(List<QueryValue.Points> series) ->
          new QueryValue.Matrix(series.subList(0, limit));
      case QueryValue.Scalar _, QueryValue.Text _ -> value;
    };
  }
}
