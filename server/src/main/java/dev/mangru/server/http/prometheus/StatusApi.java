package dev.mangru.server.http.prometheus;

import dev.mangru.server.http.BuildInfo;
import dev.mangru.server.http.JsonAnswer;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/// What clients ask a Prometheus about itself.
@RestController
public final class StatusApi {

  private final BuildInfo build;

  public StatusApi(BuildInfo build) {
    this.build = build;
  }

  @GetMapping("/api/v1/status/buildinfo")
  void buildInfo(HttpServletResponse response) throws IOException {
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeStringProperty("version", build.version());
          json.writeStringProperty("revision", "");
          json.writeStringProperty("branch", "");
          json.writeStringProperty("buildUser", "");
          json.writeStringProperty("buildDate", "");
          json.writeStringProperty("goVersion", "Java " + build.javaVersion());
          json.writeEndObject();
        });
  }
}
