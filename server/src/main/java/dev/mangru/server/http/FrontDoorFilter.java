package dev.mangru.server.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.net.URI;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The first filter: only expected hosts and origins come in, and every answer carries the headers
/// that keep browsers safe.
///
/// Mangru on a laptop needs no password, because it listens on the loopback address alone. A web
/// page could still reach it through the browser of whoever opened the page: by a name that
/// resolves to 127.0.0.1 (DNS rebinding), or by a plain cross-site POST. The host and the origin
/// tell both apart.
public final class FrontDoorFilter extends HttpFilter {

  private static final long serialVersionUID = 1;

  /// What Vaadin 25.3 needs and no more: its bootstrap is an inline script, its client compiles
  /// `executeJs` with the Function constructor, components carry inline styles, and the theme draws
  /// icons from `data:` URLs. Tried in a browser on every page by `BrowserTest`.
  static final String PAGE_POLICY =
      "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
          + "style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
          + "base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

  private static final String API_POLICY = "default-src 'none'; frame-ancestors 'none'";
  private static final Set<String> LOOPBACK_HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final int MISDIRECTED_REQUEST = 421;

  private final boolean anyHost;
  private final transient Set<String> hosts;
  private final transient Set<String> origins;

  /// @param anyHost whether every host name is let in, as on a network address without a list
  /// @param allowedHosts names beside those of the loopback address
  /// @param allowedOrigins origins whose pages may read and send, such as `https://grafana.example`
  public FrontDoorFilter(
      boolean anyHost, Collection<String> allowedHosts, Collection<String> allowedOrigins) {
    this.anyHost = anyHost;
    Set<String> names = new HashSet<>(LOOPBACK_HOSTS);
    allowedHosts.forEach(host -> names.add(host.toLowerCase(Locale.ROOT)));
    this.hosts = Set.copyOf(names);
    this.origins = Set.copyOf(allowedOrigins);
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    boolean api = Routes.isApi(request.getRequestURI());
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("X-Frame-Options", "DENY");
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("Content-Security-Policy", api ? API_POLICY : PAGE_POLICY);
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    // An answer is of its moment, and a page belongs to its session. Files overwrite this.
    response.setHeader("Cache-Control", api ? "no-store" : "no-cache");
    String host = hostOf(request.getHeader("Host"));
    if (!anyHost && !hosts.contains(host)) {
      JsonAnswer.error(
          response,
          MISDIRECTED_REQUEST,
          "bad_data",
          "host \"" + host + "\" is not served here; add it to mangru.http.allowed-hosts");
      return;
    }
    String origin = request.getHeader("Origin");
    boolean foreign = origin != null && !sameHost(origin, host);
    boolean trusted = origin != null && origins.contains(origin);
    if (foreign && !trusted && changes(request)) {
      JsonAnswer.error(
          response,
          HttpServletResponse.SC_FORBIDDEN,
          "bad_data",
          "a page of " + origin + " may not send here; add it to mangru.http.allowed-origins");
      return;
    }
    if (api) {
      crossOrigin(response, trusted ? origin : null);
      if (request.getMethod().equals("OPTIONS")) {
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        return;
      }
    }
    chain.doFilter(
        request,
        request.getRequestURI().startsWith("/VAADIN/build/")
            ? new ImmutableResponse(response)
            : response);
  }

  /// Prometheus' headers, except that it lets in every origin, and we only those that are listed.
  private static void crossOrigin(HttpServletResponse response, @Nullable String origin) {
    response.setHeader(
        "Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Origin");
    response.setHeader("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
    response.setHeader("Access-Control-Expose-Headers", "Date");
    response.addHeader("Vary", "Origin");
    if (origin != null) {
      response.setHeader("Access-Control-Allow-Origin", origin);
    }
  }

  private static boolean changes(HttpServletRequest request) {
    return switch (request.getMethod()) {
      case "GET", "HEAD", "OPTIONS" -> "websocket".equalsIgnoreCase(request.getHeader("Upgrade"));
      default -> true;
    };
  }

  private static boolean sameHost(String origin, String host) {
    try {
      String name = URI.create(origin).getHost();
      return name != null && name.toLowerCase(Locale.ROOT).equals(host);
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /// The name in a `Host` header, without its port, in lower case.
  static String hostOf(@Nullable String header) {
    if (header == null) {
      return "";
    }
    int colon = header.lastIndexOf(':');
    boolean port = colon > header.lastIndexOf(']');
    return (port ? header.substring(0, colon) : header).toLowerCase(Locale.ROOT);
  }

  /// Build assets have their hash in the name, so they never change.
  private static final class ImmutableResponse extends HttpServletResponseWrapper {

    ImmutableResponse(HttpServletResponse response) {
      super(response);
    }

    @Override
    public void setHeader(String name, String value) {
      super.setHeader(name, immutable(name, value));
    }

    @Override
    public void addHeader(String name, String value) {
      super.addHeader(name, immutable(name, value));
    }

    private static String immutable(String name, String value) {
      return name.equalsIgnoreCase("Cache-Control") ? "public, max-age=31536000, immutable" : value;
    }
  }
}
