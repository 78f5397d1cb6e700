package dev.mangru.server.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpConformanceTest {

  @TempDir Path folder;

  @Test
  void every_answer_is_as_our_own_description_says() throws IOException {
    try (InputStream own =
        Objects.requireNonNull(
            HttpConformanceTest.class.getResourceAsStream(
                "/dev/mangru/server/http/prometheus/openapi.yaml"))) {
      Files.copy(own, folder.resolve("openapi.yaml"));
    }
    // One that no server can meet shows that the run can fail at all.
    Files.writeString(
        folder.resolve("wrong.yaml"),
        """
        openapi: 3.1.0
        servers: [{url: /api/v1}]
        paths:
          /labels:
            get:
              responses:
                "200":
                  content:
                    application/json:
                      schema: {type: object, required: [nonsense]}
          /nobody:
            get:
              responses:
                "200": {content: {application/json: {schema: {type: object}}}}
        """);
    ConformanceReport report = new ConformanceReport();
    new HttpConformance(InstantSource.system()).run(folder, report);
    assertThat(report.failures().stream().map(ConformanceReport.Failure::where))
        .containsExactly(
            "wrong.yaml: GET /labels, as little as possible",
            "wrong.yaml: GET /nobody, as little as possible");
    assertThat(report.passed()).isGreaterThan(300);
  }
}
