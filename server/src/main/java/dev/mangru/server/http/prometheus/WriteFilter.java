package dev.mangru.server.http.prometheus;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.self.Faults;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerMapping;

/// The short way to [WriteApi]: answers writes before the filters and the dispatcher that pages and
/// queries need. They take a tenth of the time of a request whose samples are all known. What is
/// not a POST goes on to Spring, which says what would be.
///
/// Registered for [#PATH] alone, behind the filters that guard and measure every request.
public final class WriteFilter implements Filter {

  /// Where it sits.
  public static final String PATH = "/api/v1/write";

  private final Supplier<WriteApi> source;
  private final Faults faults;
  private volatile @Nullable WriteApi api;

  /// @param source gives the endpoint, which is asked for with the first request
  /// @param faults counts and logs what should not have happened
  public WriteFilter(Supplier<WriteApi> source, Faults faults) {
    this.source = source;
    this.faults = faults;
  }

  private WriteApi api() {
    WriteApi known = api;
    if (known == null) {
      known = source.get();
      api = known;
    }
    return known;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!(request instanceof HttpServletRequest http)
        || !(response instanceof HttpServletResponse answer)
        || !http.getMethod().equals("POST")) {
      chain.doFilter(request, response);
      return;
    }
    // What the dispatcher would say: metrics and spans name the route.
    http.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, PATH);
    try {
      api().write(http, answer);
    } catch (IOException e) {
      if (answer.isCommitted()) {
        throw e;
      }
      JsonAnswer.error(answer, ErrorCode.CANCELED, "the connection broke off");
    } catch (RuntimeException e) {
      faults.report("http " + PATH, e);
      if (!answer.isCommitted()) {
        JsonAnswer.error(
            answer,
            ErrorCode.INTERNAL,
            "an error that should not happen; Mangru's log tells more ("
                + e.getClass().getName()
                + ")");
      }
    }
  }
}
