package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import java.util.Random;

/// Random expressions: what is printed, on one line or many, parses to what it was printed from.
class PrinterRoundTripTest {

  @Seeds(300)
  void printing_and_parsing_are_inverse(long seed) {
    ExpressionMaker maker = new ExpressionMaker(new Random(seed));
    for (int i = 0; i < 20; i++) {
      String made = maker.vector(1 + (int) (seed % 5));
      String printed = PromqlPrinter.print(parse(made));

      assertThat(PromqlPrinter.print(parse(printed))).as(made).isEqualTo(printed);
      String pretty = PromqlPrinter.pretty(parse(made), 20);
      assertThat(PromqlPrinter.print(parse(pretty))).as(pretty).isEqualTo(printed);
    }
  }

  private static Expr parse(String expression) {
    return PromqlParser.parse(expression, PromqlOptions.everything());
  }
}
