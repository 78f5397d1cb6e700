package dev.mangru.alerts.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Holds the engine to what Go itself does: `amtool.jsonl` is what `amtool template render` of
/// Alertmanager 0.33.1 printed for each text over the data below; the texts of
/// `amtool-random.jsonl` were made by a random grammar.
class GoSemanticsTest {

  private static final NotificationData DATA =
      new NotificationData(
          "r",
          "firing",
          List.of(
              new NotificationData.Alert(
                  "firing",
                  Map.of("a", "b", "alertname", "X"),
                  Map.of("q", "w"),
                  Instant.parse("2024-01-02T03:04:05Z"),
                  null,
                  "http://g",
                  "abc")),
          "",
          Map.of("g", "1"),
          Map.of("c", "2"),
          Map.of(),
          "http://e");

  private static String render(String text, boolean html) {
    try {
      return Template.parse(
              "",
              text,
              FunctionSet.ALERTMANAGER,
              html ? TemplateOptions.HTML : TemplateOptions.TEXT)
          .expand(
              Values.indirect(DATA.value()), // amtool hands over the struct, not a pointer
              new TemplateContext(
                  Instant.parse("2026-01-01T00:00:00Z"), "", QueryFunction.NONE, Ticker.SYSTEM));
    } catch (TemplateException e) {
      return "error: " + e.text();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"amtool.jsonl", "amtool-random.jsonl"})
  void every_text_gives_what_go_gives(String file) throws IOException {
    List<String> differences = new ArrayList<>();
    int cases = 0;
    for (String line : lines(file)) {
      JsonNode each = new JsonMapper().readTree(line);
      String expected =
          each.has("error")
              ? "error: " + each.path("error").asString()
              : each.path("output").asString();
      String got = render(each.path("text").asString(), each.path("html").asBoolean(false));
      if (!got.equals(expected)) {
        differences.add(
            each.path("text").asString() + "\n  go:   " + expected + "\n  here: " + got);
      }
      cases++;
    }
    assertThat(differences).isEmpty();
    assertThat(cases).isGreaterThan(280);
  }

  private static List<String> lines(String file) throws IOException {
    try (InputStream in = GoSemanticsTest.class.getResourceAsStream(file)) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
