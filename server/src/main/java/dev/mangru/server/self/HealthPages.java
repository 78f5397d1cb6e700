package dev.mangru.server.self;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/-/healthy`, `/-/ready` and Loki's `/ready`: 200, or 503 with the cause. HEAD works too.
///
/// Unhealthy means that a restart is needed, because that is what Kubernetes answers it with. What
/// passes by itself, such as a full disk, makes Mangru not ready.
@RestController
public final class HealthPages {

  private final Health health;

  public HealthPages(Health health) {
    this.health = health;
  }

  @GetMapping("/-/healthy")
  void healthy(HttpServletResponse response) throws IOException {
    answer(response, health.broken(), "Mangru is healthy.");
  }

  @GetMapping({"/-/ready", "/ready"})
  void ready(HttpServletResponse response) throws IOException {
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
