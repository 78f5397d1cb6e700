package dev.mangru.alerts.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuleFileParserTest {

  /// Refuses expressions with `?`, and says where the `?` stands.
  private static final ExpressionCheck EXPRESSIONS =
      expression -> {
        int at = expression.indexOf('?');
        if (at >= 0) {
          int line = (int) expression.substring(0, at).chars().filter(c -> c == '\n').count() + 1;
          int column = at - expression.lastIndexOf('\n', at);
          throw MangruException.badData(line + ":" + column + ": parse error: unexpected ?");
        }
      };

  private static final TemplateCheck TEMPLATES =
      (name, text) -> {
        if (text.contains("{{ end")) {
          throw MangruException.badData("template: __alert_" + name + ":1: unexpected {{end}}");
        }
      };

  private static RuleFile parsed(String text) {
    return switch (new RuleFileParser(EXPRESSIONS, TEMPLATES).parse("a.yml", text)) {
      case RuleFile.Outcome.Parsed parsed -> parsed.rules();
      case RuleFile.Outcome.Refused refused ->
          throw new AssertionError("refused: " + refused.errors());
    };
  }

  private static List<String> errors(String text) {
    return errors(new RuleFileParser(EXPRESSIONS, TEMPLATES), text);
  }

  private static List<String> errors(RuleFileParser parser, String text) {
    return switch (parser.parse("a.yml", text)) {
      case RuleFile.Outcome.Parsed parsed -> throw new AssertionError("parsed: " + parsed);
      case RuleFile.Outcome.Refused refused ->
          refused.errors().stream().map(RuleFileError::toString).toList();
    };
  }

  @Test
  void everything_a_file_may_say_is_read() {
    RuleFile file =
        parsed(
            """
            groups:
              - name: g
                interval: 1m30s
                query_offset: 10s
                limit: 5
                labels: {team: a, zone: z}
                rules:
                  - record: x:y
                    expr: 1
                    labels: {team: b}
                  - alert: Down
                    expr: up == 0
                    for: 5m
                    keep_firing_for: 1h
                    labels: {severity: page}
                    annotations: {summary: "{{ $value }}"}
            """);
    assertThat(file.groups())
        .containsExactly(
            new RuleGroup(
                "g",
                Duration.ofSeconds(90),
                Duration.ofSeconds(10),
                5,
                List.of(
                    new Rule.Recording("x:y", "1", Labels.of("team", "b", "zone", "z"), 8),
                    new Rule.Alerting(
                        "Down",
                        "up == 0",
                        Labels.of("severity", "page", "team", "a", "zone", "z"),
                        Duration.ofMinutes(5),
                        Duration.ofHours(1),
                        Map.of("summary", "{{ $value }}"),
                        11))));
  }

  @Test
  void an_empty_file_has_no_groups() {
    assertThat(parsed("").groups()).isEmpty();
    assertThat(parsed("groups:").groups()).isEmpty();
    assertThat(parsed("# nothing\n").groups()).isEmpty();
  }

  @Test
  void all_errors_are_told_each_with_its_place() {
    assertThat(
            errors(
                """
                groups:
                  - name: g
                    intervall: 1m
                    rules:
                      - alert: A
                        record: b
                      - record: c
                        expr: 1
                        for: 5x
                  - name: g
                """))
        .containsExactly(
            "3:5: field intervall not found in type rulefmt.RuleGroup",
            "5:9: group \"g\", rule 1, \"A\": field 'expr' must be set in rule",
            "6:17: group \"g\", rule 1, \"A\": only one of 'record' and 'alert' must be set",
            "9:14: not a valid duration string: \"5x\"",
            "10:11: groupname: \"g\" is repeated in the same file");
  }

  @Test
  void an_error_in_an_expression_points_into_it() {
    assertThat(errors("groups:\n- name: g\n  rules:\n  - record: a\n    expr: a + ?\n"))
        .singleElement()
        .asString()
        .startsWith(
            "5:15: group \"g\", rule 1, \"a\": could not parse expression: 1:5: parse error");
    assertThat(
            errors(
                """
                groups:
                  - name: g
                    rules:
                      - record: a
                        expr: |
                          sum(a)
                            / ?
                      - record: b
                        expr: "a ?"
                      - record: c
                        expr: >-
                          folded
                          ?
                """))
        .extracting(error -> error.substring(0, error.indexOf(": group")))
        .containsExactly("7:15", "9:18", "11:15");
  }

  @Test
  void templates_of_alerts_are_checked_and_those_of_records_are_none() {
    assertThat(
            errors(
                """
                groups:
                  - name: g
                    rules:
                      - alert: A
                        expr: 1
                        labels: {l: "{{ end"}
                        annotations:
                          s: fine
                          t: "{{ end"
                      - record: r
                        expr: 1
                        labels: {l: "{{ end"}
                """))
        .containsExactly(
            "6:21: group \"g\", rule 1, \"A\": label \"l\": template: __alert_A:1: unexpected {{end}}",
            "9:14: group \"g\", rule 1, \"A\": annotation \"t\": "
                + "template: __alert_A:1: unexpected {{end}}");
  }

  @Test
  void what_is_not_yaml_is_told_with_line_and_column() {
    assertThat(errors("groups:\n  - name: g\n   rules: x\n"))
        .singleElement()
        .asString()
        .startsWith("3:4: yaml: ");
    assertThat(errors("groups: {a: b}"))
        .containsExactly("1:9: cannot unmarshal !!map into []rulefmt.RuleGroup");
    assertThat(errors("- a"))
        .containsExactly("1:1: cannot unmarshal !!seq into rulefmt.RuleGroups");
    assertThat(errors("groups: [{name: g, limit: many}]"))
        .containsExactly("1:27: cannot unmarshal !!str `many` into int");
    assertThat(errors("groups: [{name: a, name: b}]"))
        .containsExactly("1:20: mapping key \"name\" already defined at line 1");
  }

  @Test
  void only_the_first_document_counts_and_a_second_is_a_warning() {
    RuleFile.Outcome outcome =
        new RuleFileParser(EXPRESSIONS, TEMPLATES)
            .parse("a.yml", "groups:\n  - name: g\n---\ngroups: 5\n");
    assertThat(outcome)
        .isInstanceOfSatisfying(
            RuleFile.Outcome.Parsed.class,
            parsed -> {
              assertThat(parsed.rules().groups()).hasSize(1);
              assertThat(parsed.warnings()).singleElement().extracting("line").isEqualTo(4);
            });
  }

  @Test
  void names_are_checked_by_the_scheme_asked_for() {
    String text =
        """
        groups:
          - name: g
            labels: {"a-b": c}
            rules:
              - record: a-b
                expr: 1
        """;
    assertThat(parsed(text).groups()).hasSize(1);
    assertThat(
            errors(new RuleFileParser(EXPRESSIONS, TEMPLATES, NameValidation.LEGACY, false), text))
        .containsExactly(
            "3:14: invalid label name: a-b",
            "5:17: group \"g\", rule 1, \"a-b\": invalid recording rule name: a-b");
    assertThat(errors("groups: [{name: g, labels: {__name__: c}}]"))
        .containsExactly("1:29: invalid label name: __name__");
  }

  @Test
  void binary_scalars_are_text_and_bytes_that_are_none_are_no_name() {
    assertThat(parsed("groups:\n- name: !!binary Z3JvdXA=\n").groups().getFirst().name())
        .isEqualTo("group");
    assertThat(errors("groups:\n- name: g\n  labels:\n    ? !!binary \"/w==\"\n    : v\n"))
        .singleElement()
        .asString()
        .startsWith("4:7: invalid label name: ");
    assertThat(errors("groups:\n- name: !!binary \"%\"\n")).isNotEmpty();
  }

  @Test
  void merges_give_fields_that_may_be_overridden() {
    RuleFile file =
        parsed(
            """
            groups:
              - name: g
                rules:
                  - &a
                    alert: A
                    expr: &e x > 1
                    for: 5m
                  - <<: *a
                    alert: B
                  - record: c
                    expr: *e
            """);
    assertThat(file.groups().getFirst().rules())
        .extracting(Rule::name, Rule::expression)
        .containsExactly(tuple("A", "x > 1"), tuple("B", "x > 1"), tuple("c", "x > 1"));
  }

  @Test
  void an_alias_bomb_ends_with_an_error() {
    StringBuilder text = new StringBuilder("groups:\n  - &g\n    name: g\n    rules:\n");
    text.append("      - &r {record: a, expr: b}\n");
    text.append("      - *r\n".repeat(5_000));
    for (int i = 0; i < 4_900; i++) {
      text.append("  - {<<: *g, name: g").append(i).append("}\n");
    }
    assertThat(errors(text.toString()))
        .anyMatch(error -> error.contains("split") || error.contains("aliases"));
    String deep = "groups: " + "[".repeat(1_000) + "]".repeat(1_000);
    assertThat(errors(deep)).singleElement().asString().contains("Nesting Depth");
  }
}
