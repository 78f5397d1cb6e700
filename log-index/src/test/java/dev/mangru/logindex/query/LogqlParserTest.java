package dev.mangru.logindex.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.Severity;
import dev.mangru.model.log.TextFilter;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogqlParserTest {

  @Test
  void selectors_and_line_filters_are_read() {
    LogqlSelector selector =
        LogqlParser.parse(
            """
            { app = "shop", pod=~`shop-\\d+`, zone!="a\\"b", x!~"y", } # a comment
              |= "time\\tout" != `raw\\n` |= ""
            """);
    assertThat(selector.matchers())
        .containsExactly(
            LabelMatcher.equal("app", "shop"),
            LabelMatcher.of(Operator.REGEX, "pod", "shop-\\d+"),
            LabelMatcher.of(Operator.NOT_EQUAL, "zone", "a\"b"),
            LabelMatcher.of(Operator.NOT_REGEX, "x", "y"));
    assertThat(selector.filters())
        .containsExactly(
            new TextFilter("time\tout", true),
            new TextFilter("raw\\n", false),
            new TextFilter("", true));
  }

  @Test
  void detected_level_becomes_severities() {
    assertThat(LogqlParser.parse("{a=\"b\"} | detected_level=~\"error|warn\"").severities())
        .containsExactlyInAnyOrder(Severity.ERROR, Severity.WARN);
    assertThat(LogqlParser.parse("{a=\"b\"} | detected_level!=\"debug\" |= \"x\"").severities())
        .hasSize(6)
        .doesNotContain(Severity.DEBUG);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{app=\"shop\"}",
        "{}",
        "{app=\"a\\\\b\", pod=~\"x.*\"} |= \"\\\"q\\\"\" != \"\\n\" | detected_level=\"error\"",
        "{a!=\"\"} |= \"\\x00결제 😀\" | detected_level=~\"warn|error\""
      })
  void what_was_read_can_be_written_and_read_again(String query) {
    LogqlSelector selector = LogqlParser.parse(query, true);
    assertThat(LogqlParser.parse(selector.toLogql(), true)).isEqualTo(selector);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '\u0001',
      textBlock =
          """
          {a="b"} |> "x" → the line filter '|>' at position 9 is not supported
          {a="b"} | json → the stage '| json' at position 11 is not supported
          {a="b"} | status >= 500 → the label filter '| status' at position 11 is not supported
          rate({a="b"}[5m]) → the metric query 'rate' at position 1 is not supported
          {a="b"}[5m] → the range '[' at position 8 is not supported
          {a="b"} |= "x" or "y" → 'or' between line filters at position 16 is not supported
          {a="b"} |= ip("10.0.0.0/8") → the function 'ip' at position 12 is not supported
          {a="b"} | detected_level="loud" → "loud" at position 26 is no level
          {a="b"} | detected_level="warn" or x="y" → 'or' between label filters
          {} → at least one regexp or equality matcher
          {a=~".*"} → at least one regexp or equality matcher
          {a=~"("} → error parsing regexp
          {a=="b"} → expected one of = != =~ !~
          {a="b" b="c"} → expected ',' or '}'
          {a="b → the quote at position 4 is not closed
          {a="\\q"} → unknown escape at position 5
          {a=b} → text in quotes expected at position 4
          {a="b"} x → position 9: expected a line filter
          timeout → expected '{', found 't'
          """)
  void what_is_not_supported_is_named_with_its_position(String query, String message) {
    assertThatThrownBy(() -> LogqlParser.parse(query.strip()))
        .isInstanceOfSatisfying(
            MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA))
        .hasMessageContaining(message.strip());
  }

  @Test
  void regular_expression_line_filters_are_not_supported_yet() {
    assertThatThrownBy(() -> LogqlParser.parse("{a=\"b\"} |~ \"x\""))
        .hasMessageContaining("'|~' at position 9");
  }

  @Test
  void severities_chosen_twice_must_both_hold() {
    LogqlSelector selector = LogqlParser.parse("{a=\"b\"} | detected_level=~\"error|warn\"");
    assertThat(selector.between(1, 2, Set.of(Severity.WARN, Severity.INFO)).severities())
        .containsExactly(Severity.WARN);
    assertThat(selector.between(1, 2, Set.of()).severities()).hasSize(2);
    assertThat(selector.between(1, 2, Set.of(Severity.INFO)).endNs()).isEqualTo(1);
  }
}
