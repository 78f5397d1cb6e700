package dev.mangru.server.http.ui;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.server.http.Disconnects;
import dev.mangru.server.http.Params;
import dev.mangru.server.http.QueryGate;
import dev.mangru.server.http.QueryLimits;
import dev.mangru.server.http.RangeParams;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/// `/api/ui/range`: a PromQL range as columns of doubles ([RangeColumns]).
@RestController
public final class ChartApi {

  private static final int DEFAULT_SERIES = 100;
  private static final int MAX_SERIES = 2_000;

  private final MetricQuery engine;
  private final QueryLimits limits;
  private final QueryGate gate;
  private final Disconnects disconnects;

  public ChartApi(MetricQuery engine, QueryLimits limits, QueryGate gate, Disconnects disconnects) {
    this.engine = engine;
    this.limits = limits;
    this.gate = gate;
    this.disconnects = disconnects;
  }

  @RequestMapping(
      path = "/api/ui/range",
      method = {RequestMethod.GET, RequestMethod.POST})
  void range(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    RangeParams range = RangeParams.of(params);
    int limit = params.count("limit", DEFAULT_SERIES, 1, MAX_SERIES);
    Cancellation cancellation = new Cancellation();
    QueryResult result;
    try (QueryGate.Turn _ = gate.enter();
        Disconnects.Watch _ = disconnects.watch(request, cancellation)) {
      result =
          engine.range(
              params.get("query", ""),
              range.startMs(),
              range.endMs(),
              range.stepMs(),
              limits.options(null, null, cancellation));
    } catch (MangruException e) {
      throw e.code() == ErrorCode.BAD_DATA ? Params.invalid("query", e.text(), e) : e;
    }
    if (!(result.value() instanceof QueryValue.Matrix matrix)) {
      throw new MangruException(
          ErrorCode.EXECUTION, "the expression has no number to draw; it is a string");
    }
    byte[] body = RangeColumns.encode(matrix, range, limit, result.warnings(), result.infos());
    response.setContentType("application/octet-stream");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
