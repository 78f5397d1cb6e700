package dev.mangru.server.http.prometheus;

import dev.mangru.server.http.HttpErrors;
import dev.mangru.server.self.HealthPages;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerMapping;

/// The short way: what senders, dashboards and kubelets ask for all the time is looked up by its
/// path and answered here, before the filters and the dispatcher that pages and everything else
/// need. Those took more of a small request than its answer.
///
/// Sits behind the filters that guard and measure every request. Thread-safe.
public final class DataPlane extends HttpFilter {

  private static final long serialVersionUID = 1;

  private static final String GET = "GET";
  private static final String POST = "POST";
  private static final String GET_OR_POST = "GET, POST";

  private static final String LABEL = "/api/v1/label/";
  private static final String VALUES = "/values";

  @FunctionalInterface
  private interface Endpoint {

    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException;
  }

  /// @param pattern what metrics and spans call it
  /// @param methods those it has, as in the header `Allow`
  private record Route(String pattern, String methods, Endpoint endpoint) {

    /// Whoever may GET may ask for the head alone; the connector leaves the body away.
    boolean has(String method) {
      return switch (method) {
        case "GET", "HEAD" -> !methods.equals(POST);
        case "POST" -> !methods.equals(GET);
        default -> false;
      };
    }
  }

  private final transient HttpErrors errors;
  private final transient Map<String, Route> health;
  private transient volatile Map<String, Route> routes;
  private transient volatile @Nullable Route labelValues;

  /// Answers for the health alone, until there are stores.
  public DataPlane(HealthPages health, HttpErrors errors) {
    this.errors = errors;
    this.health =
        Map.of(
            "/-/healthy", new Route("/-/healthy", GET, (_, response) -> health.healthy(response)),
            "/-/ready", new Route("/-/ready", GET, (_, response) -> health.ready(response)),
            "/ready", new Route("/ready", GET, (_, response) -> health.ready(response)));
    this.routes = this.health;
  }

  /// From now on answers everything.
  public void open(WriteApi write, QueryApi query, SeriesApi series) {
    Map<String, Route> all = new HashMap<>(health);
    for (Route route :
        new Route[] {
          new Route("/api/v1/write", POST, write::write),
          new Route("/api/v1/query", GET_OR_POST, query::query),
          new Route("/api/v1/query_range", GET_OR_POST, query::range),
          new Route("/api/v1/series", GET_OR_POST, series::series),
          new Route("/api/v1/labels", GET_OR_POST, series::labels)
        }) {
      all.put(route.pattern(), route);
    }
    labelValues =
        new Route(
            LABEL + "{name}" + VALUES,
            GET,
            (request, response) ->
                series.values(labelName(request.getServletPath()), request, response));
    routes = Map.copyOf(all);
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Route route = route(request.getServletPath());
    if (route == null) {
      chain.doFilter(request, response);
      return;
    }
    // As the dispatcher does: metrics and spans name the route.
    request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, route.pattern());
    if (!route.has(request.getMethod())) {
      HttpErrors.wrongMethod(route.methods(), request, response);
      return;
    }
    try {
      request.setCharacterEncoding(StandardCharsets.UTF_8);
      route.endpoint().answer(request, response);
    } catch (IOException | RuntimeException e) {
      errors.answer(e, request, response);
    }
  }

  /// @param path decoded
  private @Nullable Route route(String path) {
    Route exact = routes.get(path);
    return exact == null && path.startsWith(LABEL) && isLabelValues(path) ? labelValues : exact;
  }

  private static boolean isLabelValues(String path) {
    return path.endsWith(VALUES)
        && path.length() > LABEL.length() + VALUES.length()
        && path.indexOf('/', LABEL.length()) == path.length() - VALUES.length();
  }

  private static String labelName(String path) {
    return path.substring(LABEL.length(), path.length() - VALUES.length());
  }
}
