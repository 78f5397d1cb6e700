package dev.mangru.server.http.prometheus;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricQuery.Detail;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import dev.mangru.server.http.QueryVisits;
import dev.mangru.server.http.RangeParams;
import dev.mangru.server.http.TenantHeader;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.PromqlParser;
import dev.mangru.tsdb.promql.SyntaxError;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/// `/api/v1/explain`: how a query is answered and what each part of it takes.
///
/// Parameters are those of `/api/v1/query`, or with `start`, `end` and `step` those of
/// `/api/v1/query_range`. `analyze=false` tells the plan without running the query; `format=text`
/// answers for terminals. The shape of the JSON is that of [ExplainJson].
@RestController
public final class ExplainApi {

  private final Tenants tenants;
  private final QueryVisits visits;
  private final InstantSource clock;
  private final PromqlOptions language;

  /// @param visits limits and ends queries
  public ExplainApi(
      Tenants tenants, QueryVisits visits, InstantSource clock, PromqlOptions language) {
    this.tenants = tenants;
    this.visits = visits;
    this.clock = clock;
    this.language = language;
  }

  @RequestMapping(
      path = "/api/v1/explain",
      method = {RequestMethod.GET, RequestMethod.POST})
  void explain(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    boolean text = isText(params);
    boolean analyze = analyzes(params);
    boolean overRange =
        params.get("start") != null || params.get("end") != null || params.get("step") != null;
    RangeParams range = overRange ? RangeParams.of(params) : null;
    long time = range == null ? params.timeMs("time", clock.millis()) : 0;
    String expression = params.get("query", "");
    List<SyntaxError> errors = PromqlParser.tryParse(expression, language).errors();
    if (!errors.isEmpty()) {
      refuse(response, expression, errors, text);
      return;
    }
    Duration resolution = SourceResolution.of(params, range == null ? 0 : range.stepMs());
    Duration lookback = params.duration("lookback_delta");
    String tenant = TenantHeader.of(request);
    Explained explained;
    try (QueryVisits.Visit visit = visits.enter(request, tenant, params);
        TenantMetrics metrics = tenants.forReading(tenant)) {
      MetricQuery.Options options =
          visit
              .options(lookback)
              .withMaxSourceResolution(resolution)
              .withDetail(analyze ? Detail.PLAN : Detail.PLAN_ONLY);
      QueryResult result = run(metrics.query(), expression, range, time, options);
      explained =
          new Explained(
              expression,
              range == null ? time : range.startMs(),
              range == null ? time : range.endMs(),
              range == null ? 0 : range.stepMs(),
              analyze,
              visit.waitedNs(),
              result);
    } catch (MangruException e) {
      throw e.code() == ErrorCode.BAD_DATA ? Params.invalid("query", e.text(), e) : e;
    }
    if (text) {
      answer(response, HttpServletResponse.SC_OK, ExplainText.of(explained));
    } else {
      JsonAnswer.success(response, json -> ExplainJson.write(json, explained));
    }
  }

  private static QueryResult run(
      MetricQuery engine,
      String expression,
      @Nullable RangeParams range,
      long time,
      MetricQuery.Options options) {
    return range == null
        ? engine.instant(expression, time, options)
        : engine.range(expression, range.startMs(), range.endMs(), range.stepMs(), options);
  }

  private static boolean isText(Params params) {
    return switch (params.get("format", "json")) {
      case "json" -> false;
      case "text" -> true;
      case String other ->
          throw Params.invalid("format", "must be json or text: \"" + other + "\"", null);
    };
  }

  private static boolean analyzes(Params params) {
    return switch (params.get("analyze", "true")) {
      case "true" -> true;
      case "false" -> false;
      case String other ->
          throw Params.invalid("analyze", "must be true or false: \"" + other + "\"", null);
    };
  }

  private static void refuse(
      HttpServletResponse response, String expression, List<SyntaxError> errors, boolean text)
      throws IOException {
    if (text) {
      answer(response, HttpServletResponse.SC_BAD_REQUEST, ExplainText.errors(expression, errors));
      return;
    }
    JsonAnswer.write(
        response,
        HttpServletResponse.SC_BAD_REQUEST,
        json -> ExplainJson.errors(json, expression, errors));
  }

  private static void answer(HttpServletResponse response, int status, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    response.setStatus(status);
    response.setContentType("text/plain;charset=utf-8");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
