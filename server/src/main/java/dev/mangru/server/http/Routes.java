package dev.mangru.server.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Optional;

/// Which of Mangru's interfaces a request speaks to. The names are label values of
/// `mangru_http_requests_total`, and the built-in objectives select them.
public enum Routes {
  WRITE,
  QUERY,
  LOGS_PUSH,
  LOGS_QUERY,
  ALERTS,
  UI;

  /// The interface behind a path; empty for pages and for what watches Mangru itself.
  public static Optional<Routes> of(HttpServletRequest request) {
    String path = request.getRequestURI();
    if (path.equals("/api/v1/write") || path.endsWith("/v1/metrics")) {
      return Optional.of(WRITE);
    }
    if (path.startsWith("/api/v2/")) {
      return Optional.of(ALERTS);
    }
    if (path.startsWith("/api/v1/") || path.equals("/federate")) {
      return Optional.of(QUERY);
    }
    if (path.equals("/loki/api/v1/push") || path.endsWith("/v1/logs")) {
      return Optional.of(LOGS_PUSH);
    }
    if (path.startsWith("/loki/")) {
      return Optional.of(LOGS_QUERY);
    }
    return path.startsWith("/api/ui/") ? Optional.of(UI) : Optional.empty();
  }

  /// Whether a path belongs to an interface rather than to a page.
  public static boolean isApi(String path) {
    return path.startsWith("/api/")
        || path.startsWith("/loki/")
        || path.startsWith("/otlp/")
        || path.startsWith("/v1/")
        || path.startsWith("/-/")
        || path.equals("/ready")
        || path.equals("/federate")
        || path.equals("/metrics");
  }

  /// The label value.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
