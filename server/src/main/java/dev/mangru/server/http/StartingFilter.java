package dev.mangru.server.http;

import dev.mangru.server.self.Health;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/// Tells callers to come back while the stores are being opened, instead of letting them wait for a
/// log of unknown length. Whether Mangru is healthy and ready can be asked at any time.
public final class StartingFilter implements Filter {

  private final Health health;

  /// @param health knows when the stores are open
  public StartingFilter(Health health) {
    this.health = health;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (health.starting()
        && request instanceof HttpServletRequest http
        && response instanceof HttpServletResponse answer
        && Routes.of(http).isPresent()) {
      answer.setHeader("Retry-After", "1");
      JsonAnswer.error(
          answer,
          HttpServletResponse.SC_SERVICE_UNAVAILABLE,
          "unavailable",
          "Mangru is starting and reads its logs; ask again in a second");
      return;
    }
    chain.doFilter(request, response);
  }
}
