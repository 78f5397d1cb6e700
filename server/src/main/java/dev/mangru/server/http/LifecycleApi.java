package dev.mangru.server.http;

import dev.mangru.model.error.MangruException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/// `/-/reload` and `/-/quit`, which are refused unless they are switched on, and `/graph`, where
/// links in old messages lead.
///
/// Source: Prometheus `web/web.go`; the words are its.
@RestController
public final class LifecycleApi {

  private final boolean enabled;
  private final Reloading files;
  private final InstantSource clock;
  private final Runnable quit;

  /// What the interface may do.
  ///
  /// @param enabled whether it does anything but refuse
  /// @param quit ends the process in good order; must not wait for it
  public record Settings(boolean enabled, Runnable quit) {}

  public LifecycleApi(Settings settings, Reloading files, InstantSource clock) {
    this.enabled = settings.enabled();
    this.quit = settings.quit();
    this.files = files;
    this.clock = clock;
  }

  @RequestMapping(
      path = {"/-/reload", "/-/quit"},
      method = RequestMethod.GET)
  void onlyPostOrPut(HttpServletResponse response) throws IOException {
    response.setHeader("Allow", "POST, PUT");
    text(response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "Only POST or PUT requests allowed");
  }

  @RequestMapping(
      path = "/-/reload",
      method = {RequestMethod.POST, RequestMethod.PUT})
  void reload(HttpServletResponse response) throws IOException {
    if (refused(response)) {
      return;
    }
    try {
      files.reload(clock.instant());
    } catch (MangruException e) {
      text(
          response,
          HttpServletResponse.SC_INTERNAL_SERVER_ERROR,
          "failed to reload config: " + e.text() + "\n");
    }
  }

  @RequestMapping(
      path = "/-/quit",
      method = {RequestMethod.POST, RequestMethod.PUT})
  void quit(HttpServletResponse response) throws IOException {
    if (refused(response)) {
      return;
    }
    text(response, HttpServletResponse.SC_OK, "Requesting termination... Goodbye!");
    response.flushBuffer();
    quit.run();
  }

  private boolean refused(HttpServletResponse response) throws IOException {
    if (!enabled) {
      text(response, HttpServletResponse.SC_FORBIDDEN, "Lifecycle API is not enabled.");
    }
    return !enabled;
  }

  /// Prometheus' address of its expression browser, with the expression as `g0.expr` and the tab as
  /// `g0.tab`, 1 for the table. Ours is the page Explore.
  @GetMapping("/graph")
  void graph(HttpServletRequest request, HttpServletResponse response) {
    String expression = request.getParameter("g0.expr");
    String page = "/explore";
    if (expression != null && !expression.isEmpty()) {
      page += "?q=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
      String tab = request.getParameter("g0.tab");
      page += "1".equals(tab) || "table".equals(tab) ? "&view=table" : "";
    }
    response.setStatus(HttpServletResponse.SC_FOUND);
    response.setHeader("Location", page);
  }

  private static void text(HttpServletResponse response, int status, String text)
      throws IOException {
    response.setStatus(status);
    response.setContentType("text/plain;charset=utf-8");
    response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }
}
