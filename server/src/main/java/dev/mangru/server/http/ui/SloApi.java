package dev.mangru.server.http.ui;

import dev.mangru.model.slo.Objective;
import dev.mangru.model.slo.SloBook;
import dev.mangru.model.slo.SloStatus;
import dev.mangru.server.http.JsonAnswer;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JsonGenerator;

/// `/api/ui/slo`: how all objectives fare.
@RestController
public final class SloApi {

  private final SloBook book;

  public SloApi(SloBook book) {
    this.book = book;
  }

  @GetMapping("/api/ui/slo")
  void slos(HttpServletResponse response) throws IOException {
    List<SloStatus> statuses = book.statuses();
    JsonAnswer.write(
        response,
        HttpServletResponse.SC_OK,
        json -> {
          json.writeStartObject();
          json.writeName("slos");
          json.writeStartArray();
          statuses.forEach(status -> status(json, status));
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void status(JsonGenerator json, SloStatus status) {
    Objective objective = status.objective();
    json.writeStartObject();
    json.writeStringProperty("name", objective.name());
    json.writeStringProperty("description", objective.description());
    json.writeNumberProperty("target", objective.target());
    json.writeStringProperty(
        "indicator",
        switch (objective.indicator()) {
          case Objective.Indicator.Ratio _ -> "ratio";
          case Objective.Indicator.TimeSlice _ -> "slice";
        });
    number(json, "burnRate1h", status.burnRate1h());
    json.writeName("problem");
    if (status.problem() == null) {
      json.writeNull();
    } else {
      json.writeString(status.problem());
    }
    json.writeName("windows");
    json.writeStartArray();
    status.windows().forEach(window -> window(json, window));
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void window(JsonGenerator json, SloStatus.Window window) {
    json.writeStartObject();
    json.writeStringProperty("name", window.name());
    json.writeNumberProperty("lengthSeconds", window.length().toSeconds());
    json.writeNumberProperty("measuredSeconds", window.measured().toSeconds());
    number(json, "availability", window.availability());
    number(json, "budgetLeft", window.budgetLeft());
    Duration time = window.budgetLeftTime();
    number(json, "budgetLeftSeconds", time == null ? null : time.toMillis() / 1000.0);
    json.writeEndObject();
  }

  private static void number(JsonGenerator json, String name, @Nullable Double value) {
    json.writeName(name);
    if (value == null || !Double.isFinite(value)) {
      json.writeNull();
    } else {
      json.writeNumber(value);
    }
  }
}
