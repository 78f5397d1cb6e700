package dev.mangru.server.http;

import dev.mangru.model.time.Ticker;
import dev.mangru.server.self.SelfMetrics;
import dev.mangru.server.self.Tracing;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerMapping;

/// Measures every request to an interface, and puts a span around it that continues its caller's
/// trace.
public final class RequestFilter extends HttpFilter {

  private static final long serialVersionUID = 1;

  /// They last as long as someone reads them.
  private static final Set<String> STREAMS =
      Set.of("/api/ui/logs/tail", "/api/v1/notifications/live");

  private final transient SelfMetrics metrics;
  private final transient OpenTelemetry telemetry;
  private final transient Tracer tracer;
  private final boolean traced;
  private final transient Ticker ticker;

  public RequestFilter(SelfMetrics metrics, Tracing tracing, Ticker ticker) {
    this.metrics = metrics;
    this.telemetry = tracing.telemetry();
    this.tracer = telemetry.getTracer("dev.mangru.server");
    this.traced = tracing.recording();
    this.ticker = ticker;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Optional<Routes> api = Routes.of(request);
    if (api.isEmpty() || STREAMS.contains(request.getRequestURI())) {
      chain.doFilter(request, response);
      return;
    }
    long start = ticker.read();
    Span span = traced ? begin(request) : Span.getInvalid();
    int status = HttpServletResponse.SC_INTERNAL_SERVER_ERROR; // unless the chain returns
    try (Scope _ = traced ? span.makeCurrent() : Scope.noop()) {
      chain.doFilter(request, response);
      status = response.getStatus();
    } finally {
      String route =
          request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE) instanceof String p
              ? p
              : "unknown";
      metrics.request(api.get().label(), route, status, Duration.ofNanos(ticker.read() - start));
      if (traced) {
        end(span, request, route, status);
      }
    }
  }

  private Span begin(HttpServletRequest request) {
    Context caller =
        telemetry
            .getPropagators()
            .getTextMapPropagator()
            .extract(Context.current(), request, Headers.INSTANCE);
    return tracer
        .spanBuilder(request.getMethod())
        .setParent(caller)
        .setSpanKind(SpanKind.SERVER)
        .startSpan();
  }

  /// Names as in OpenTelemetry's semantic conventions for HTTP.
  private static void end(Span span, HttpServletRequest request, String route, int status) {
    span.updateName(request.getMethod() + " " + route);
    span.setAttribute("http.request.method", request.getMethod());
    span.setAttribute("http.route", route);
    span.setAttribute("http.response.status_code", status);
    span.setAttribute("http.request.body.size", request.getContentLengthLong());
    if (status >= 500) {
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }

  private enum Headers implements TextMapGetter<HttpServletRequest> {
    INSTANCE;

    @Override
    public Iterable<String> keys(HttpServletRequest request) {
      return Collections.list(request.getHeaderNames());
    }

    @Override
    public @Nullable String get(@Nullable HttpServletRequest request, String name) {
      return request == null ? null : request.getHeader(name);
    }
  }
}
