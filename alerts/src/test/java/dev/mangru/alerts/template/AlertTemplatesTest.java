package dev.mangru.alerts.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Holds rule templates to what Prometheus does: `promtool.jsonl` is what `promtool test rules` of
/// Prometheus 3.5.3 got for each text as an annotation of an alert on `up == 1`.
class AlertTemplatesTest {

  private static final Instant NOW = Instant.ofEpochSecond(60);

  private static final Labels API = Labels.of("__name__", "up", "instance", "a:1", "job", "api");

  private final AlertTemplates templates =
      new AlertTemplates(
          Labels.empty(), "http://e:9090/p", AlertTemplatesTest::query, Ticker.SYSTEM);

  private static List<QueryValue.Sample> query(String expression, Instant at)
      throws FunctionFailure {
    return switch (expression) {
      case "up" ->
          List.of(
              sample(API, 1),
              sample(Labels.of("__name__", "up", "instance", "b:1", "job", "api"), 0));
      case "nope" -> List.of();
      case "1.5" -> List.of(sample(Labels.empty(), 1.5));
      case "scalar(up)" -> List.of(sample(Labels.empty(), Double.NaN));
      case "'abc'" -> throw new FunctionFailure("rule result is not a vector or scalar");
      default ->
          throw new FunctionFailure("1:4: parse error: unexpected end of input inside braces");
    };
  }

  private static QueryValue.Sample sample(Labels labels, double value) {
    return new QueryValue.Sample(labels, NOW.toEpochMilli(), value);
  }

  private String expand(String text) {
    return templates.expand("A", text, API, 1, NOW).text();
  }

  @Test
  void every_text_gives_what_prometheus_gives() throws IOException {
    List<String> differences = new ArrayList<>();
    int cases = 0;
    for (String line : lines()) {
      JsonNode each = new JsonMapper().readTree(line);
      String text = each.path("text").asString();
      String expected = each.path("output").asString();
      String got = expand(text);
      if (!got.equals(expected)) {
        differences.add(text + "\n  there: " + expected + "\n  here:  " + got);
      }
      cases++;
    }
    assertThat(differences).isEmpty();
    assertThat(cases).isGreaterThan(80);
  }

  private static List<String> lines() throws IOException {
    try (InputStream in = AlertTemplatesTest.class.getResourceAsStream("promtool.jsonl")) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  @Test
  void newer_functions_of_prometheus_are_there() {
    assertThat(expand("{{ now }} {{ (now | toTime).UnixMilli }}")).isEqualTo("60 60000");
    assertThat(expand("{{ toDuration 1.5 }} {{ (toDuration 90).Minutes }}")).isEqualTo("1.5s 1.5");
    assertThat(expand("{{ parseDuration \"-5ms\" }}")).isEqualTo("-0.005");
    assertThat(expand("{{ urlQueryEscape \"a b&c=é/~*\" }}")).isEqualTo("a+b%26c%3D%C3%A9%2F~%2A");
    assertThat(expand("{{ pathPrefix }} {{ externalURL }}")).isEqualTo("/p http://e:9090/p");
    assertThat(expand("{{ (now | toTime).Add 5 }}"))
        .isEqualTo("1970-01-01 00:01:00.000000005 +0000 UTC");
  }

  @Test
  void an_error_is_told_beside_the_text() {
    AlertTemplates.Expanded expanded = templates.expand("A", "{{ nope }}", API, 1, NOW);
    assertThat(expanded.error())
        .isEqualTo(
            "error parsing template __alert_A: template: __alert_A:1: function \"nope\" not"
                + " defined");
    assertThat(expanded.text()).isEqualTo("<error expanding template: " + expanded.error() + ">");
    assertThat(templates.expand("A", "plain {", API, 1, NOW))
        .isEqualTo(new AlertTemplates.Expanded("plain {", null));
  }

  @Test
  void a_text_that_does_not_parse_is_refused_when_rules_are_loaded() throws TemplateException {
    AlertTemplates.validate("Down", "{{ $labels.job }} is {{ $value | humanize }}");
    assertThatThrownBy(() -> AlertTemplates.validate("Down", "ok\n{{ $lables.job }}"))
        .isInstanceOf(TemplateException.class)
        .hasMessage("template: __alert_Down:2: undefined variable \"$lables\"");
  }

  @Test
  void a_failing_query_shows_in_the_text() {
    assertThat(expand("{{ query \"boom{\" }}"))
        .contains("error calling query: 1:4: parse error: unexpected end of input inside braces");
  }
}
