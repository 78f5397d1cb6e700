package dev.mangru.server.self;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/// `/-/healthy`, `/-/ready` and Loki's `/ready`: 200, or 503 with the cause. HEAD works too.
///
/// Unhealthy means that a restart is needed, because that is what Kubernetes answers it with. What
/// passes by itself, such as a full disk, makes Mangru not ready.
public final class HealthPages {

  private final Health health;

  public HealthPages(Health health) {
    this.health = health;
  }

  /// Whether a restart is needed.
  public void healthy(HttpServletResponse response) throws IOException {
    answer(response, health.broken(), "Mangru is healthy.");
  }

  /// Whether requests are welcome.
  public void ready(HttpServletResponse response) throws IOException {
    Map<String, String> problems = health.problems();
    answer(
        response,
        health.ready() || !problems.isEmpty() ? problems : Map.of("server", "starting or stopping"),
        "Mangru is ready.");
  }

  private static void answer(
      HttpServletResponse response, Map<String, String> problems, String good) throws IOException {
    String text =
        problems.isEmpty()
            ? good
            : problems.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .collect(Collectors.joining("\n"));
    response.setStatus(
        problems.isEmpty()
            ? HttpServletResponse.SC_OK
            : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    response.setContentType("text/plain;charset=utf-8");
    response.getOutputStream().write((text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
