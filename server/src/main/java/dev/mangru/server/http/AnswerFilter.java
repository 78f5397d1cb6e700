package dev.mangru.server.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/// Compresses the answers of interfaces where the caller accepts it, and answers 304 where the
/// caller has the answer already.
///
/// An answer is held until it is long enough to be worth compressing; from there on it is
/// compressed as it is written. One of the questions that clients repeat ([#revalidates]) is held
/// up to [HeldResponse#MAX_HELD] bytes, and if all of it fits, it gets an `ETag` made of its bytes.
/// So a 304 is never wrong, late samples or not; it saves the way, not the work.
///
/// A stream of events is let through as it comes.
public final class AnswerFilter extends HttpFilter {

  private static final long serialVersionUID = 1;

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String path = request.getRequestURI();
    if (!Routes.isApi(path)
        || path.equals("/api/v1/write")
        || path.equals("/api/v1/read")
        || request.getMethod().equals("HEAD")
        || request.getMethod().equals("OPTIONS")) {
      chain.doFilter(request, response);
      return;
    }
    boolean revalidates = request.getMethod().equals("GET") && revalidates(path);
    HeldResponse held =
        new HeldResponse(
            response,
            AcceptedCoding.of(request.getHeader("Accept-Encoding")),
            revalidates,
            revalidates ? request.getHeader("If-None-Match") : null);
    boolean done = false;
    try {
      chain.doFilter(request, held);
      done = true;
    } finally {
      if (done) {
        held.finish();
      } else {
        held.abandon();
      }
    }
  }

  /// Whether clients ask for this again and again, and mostly get the same.
  private static boolean revalidates(String path) {
    return switch (path) {
      case "/api/v1/query_range",
          "/api/v1/series",
          "/api/v1/labels",
          "/api/v1/metadata",
          "/api/v1/rules",
          "/api/v1/status/buildinfo",
          "/api/v1/status/config",
          "/api/v1/status/flags",
          "/api/v1/openapi.yaml" ->
          true;
      default -> path.startsWith("/api/v1/label/");
    };
  }
}
