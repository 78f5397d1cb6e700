package dev.mangru.server.http.prometheus;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/api/v1/openapi.yaml`: the description of this HTTP API. A test holds every answer against it.
@RestController
public final class OpenApiPage {

  private static final String RESOURCE = "openapi.yaml";

  private final byte[] description;

  public OpenApiPage() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(OpenApiPage.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      description = in.readAllBytes();
    }
  }

  @GetMapping("/api/v1/openapi.yaml")
  void openApi(HttpServletResponse response) throws IOException {
    response.setContentType("application/yaml;charset=utf-8");
    response.setContentLength(description.length);
    response.getOutputStream().write(description);
  }
}
