package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import org.junit.jupiter.api.Test;

class PromqlParserTest {

  private static String error(String expression) {
    return PromqlParser.tryParse(expression, PromqlOptions.everything())
        .errors()
        .getFirst()
        .describe(expression);
  }

  private static String tree(String expression) {
    return shape(PromqlParser.parse(expression, PromqlOptions.everything()));
  }

  /// The tree with every operation in parentheses.
  private static String shape(Expr expression) {
    return switch (expression) {
      case Expr.Binary binary ->
          "(" + shape(binary.left()) + binary.operator().symbol() + shape(binary.right()) + ")";
      case Expr.Unary unary -> "(" + (unary.minus() ? "-" : "+") + shape(unary.inner()) + ")";
      case Expr.Paren paren -> shape(paren.inner());
      case Expr other -> PromqlPrinter.print(other);
    };
  }

  @Test
  void operators_bind_as_in_mathematics() {
    assertThat(tree("a + b * c")).isEqualTo("(a+(b*c))");
    assertThat(tree("a - b - c")).isEqualTo("((a-b)-c)");
    assertThat(tree("a ^ b ^ c")).isEqualTo("(a^(b^c))");
    assertThat(tree("-a ^ b")).isEqualTo("(-(a^b))");
    assertThat(tree("-a * b")).isEqualTo("((-a)*b)");
    assertThat(tree("a or b and c unless d"))
        .isEqualTo("(a or((b and c)unless d))".replace(" ", ""));
    assertThat(tree("a == b + c")).isEqualTo("(a==(b+c))");
    assertThat(tree("a atan2 b % c")).isEqualTo("((aatan2b)%c)");
  }

  @Test
  void a_sign_before_a_number_is_part_of_it() {
    assertThat(PromqlParser.parse("-5"))
        .isEqualTo(new Expr.NumberLiteral(-5, false, new Position(0, 2)));
    assertThat(tree("-2 ^ 2")).isEqualTo("(-(2^2))");
  }

  @Test
  void numbers_have_many_forms() {
    assertThat(number("0x1F")).isEqualTo(31);
    assertThat(number("017")).isEqualTo(15);
    assertThat(number("08")).isEqualTo(8);
    assertThat(number("1_000")).isEqualTo(1000);
    assertThat(number(".5")).isEqualTo(0.5);
    assertThat(number("5.")).isEqualTo(5);
    assertThat(number("1e3")).isEqualTo(1000);
    assertThat(number("5m")).isEqualTo(300);
    assertThat(number("inF")).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(number("NAN")).isNaN();
  }

  private static double number(String text) {
    return ((Expr.NumberLiteral) PromqlParser.parse(text)).value();
  }

  @Test
  void keywords_can_be_metric_names_and_labels() {
    assertThat(PromqlParser.parse("sum").type()).isEqualTo(ValueType.VECTOR);
    assertThat(PromqlParser.parse("sum by (by, sum, and) (offset)").type())
        .isEqualTo(ValueType.VECTOR);
    assertThat(PromqlParser.parse("start{end=\"x\"}").type()).isEqualTo(ValueType.VECTOR);
  }

  @Test
  void names_may_be_any_text_in_quotes() {
    Expr.VectorSelector selector =
        (Expr.VectorSelector) PromqlParser.parse("{\"metric.name\", \"label.with.dots\"=\"ü\"}");

    assertThat(selector.matchers())
        .containsExactly(
            LabelMatcher.equal("__name__", "metric.name"),
            LabelMatcher.equal("label.with.dots", "ü"));
  }

  @Test
  void errors_name_place_and_cause() {
    assertThat(error("")).isEqualTo("unknown position: parse error: no expression found in input");
    assertThat(error("1 +")).isEqualTo("1:4: parse error: unexpected end of input");
    assertThat(error("sum(x")).isEqualTo("1:6: parse error: unclosed left parenthesis");
    assertThat(error("foo{a=b}"))
        .isEqualTo(
            "1:7: parse error: unexpected identifier \"b\" in label matching, expected string");
    assertThat(error("nosuch(x)"))
        .isEqualTo("1:1: parse error: unknown function with name \"nosuch\"");
    assertThat(error("rate(x)"))
        .isEqualTo(
            "1:6: parse error: expected type range vector in call to function \"rate\", got instant"
                + " vector");
    assertThat(error("1 > 2"))
        .isEqualTo("1:3: parse error: comparisons between scalars must use BOOL modifier");
    assertThat(error("a{b=~\"(\"}")).startsWith("1:3: parse error: error parsing regexp");
    assertThat(error("\nx\n+ }")).isEqualTo("3:3: parse error: unexpected character: '}'");
  }

  @Test
  void columns_count_bytes() {
    assertThat(error("\"ü\" }")).isEqualTo("1:6: parse error: unexpected character: '}'");
  }

  @Test
  void experimental_parts_are_off_by_default() {
    for (String expression :
        new String[] {
          "mad_over_time(x[5m])",
          "limitk(1, x)",
          "x[5m+5m]",
          "rate(x[5m] anchored)",
          "x smoothed",
          "a + fill(0) b",
          "info(x)"
        }) {
      assertThat(PromqlParser.tryParse(expression, PromqlOptions.defaults()).errors())
          .as(expression)
          .isNotEmpty();
      assertThat(PromqlParser.tryParse(expression, PromqlOptions.everything()).errors())
          .as(expression)
          .isEmpty();
    }
  }

  @Test
  void a_selector_must_select_something() {
    assertThat(PromqlParser.parseSelector("up{job=\"api\"}"))
        .containsExactly(LabelMatcher.equal("job", "api"), LabelMatcher.equal("__name__", "up"));
    assertThatThrownBy(() -> PromqlParser.parseSelector("{job=~\".*\"}"))
        .hasMessageContaining("vector selector must contain at least one non-empty matcher")
        .extracting(e -> ((MangruException) e).code())
        .isEqualTo(ErrorCode.BAD_DATA);
    assertThatThrownBy(() -> PromqlParser.parseSelector("rate(up[5m])"))
        .hasMessageContaining("a series selector is expected");
    assertThatThrownBy(() -> PromqlParser.parseSelector("up offset 5m"))
        .hasMessageContaining("a series selector is expected");
  }

  @Test
  void durations_are_written_with_units_in_order() {
    assertThat(Durations.parseMs("1h30m")).isEqualTo(5_400_000);
    assertThat(Durations.parseMs("1y2w3d4h5m6s7ms")).isEqualTo(33_019_506_007L);
    assertThat(Durations.format(5_400_000)).isEqualTo("1h30m");
    assertThat(Durations.format(0)).isEqualTo("0s");
    assertThat(Durations.format(-420_000)).isEqualTo("-7m");
    assertThatThrownBy(() -> Durations.parseMs("5m1h"))
        .hasMessage("not a valid duration string: \"5m1h\"");
    assertThatThrownBy(() -> Durations.parseMs("99999999999999y"))
        .hasMessage("duration out of range");
  }
}
