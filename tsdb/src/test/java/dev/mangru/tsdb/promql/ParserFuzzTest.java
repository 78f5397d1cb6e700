package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import java.util.Random;

/// Mutilated expressions: the parser says yes or says where it hurts, and throws nothing else.
class ParserFuzzTest {

  private static final String BITS =
      "(){}[],:;@=!~<>+-*/%^\"'`\\#. \n_aAx019eE\u00fc\ud83d\ude00\udc80";

  @Seeds(300)
  void the_parser_never_throws_anything_but_its_own_errors(long seed) {
    Random random = new Random(seed);
    ExpressionMaker maker = new ExpressionMaker(random);
    for (int i = 0; i < 50; i++) {
      StringBuilder text = new StringBuilder(maker.vector(random.nextInt(4)));
      for (int m = random.nextInt(4); m >= 0 && !text.isEmpty(); m--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.insert(at, BITS.charAt(random.nextInt(BITS.length())));
          default -> text.setLength(at);
        }
      }
      String expression = text.toString();
      PromqlParser.Outcome outcome = PromqlParser.tryParse(expression, PromqlOptions.everything());

      assertThat(outcome.errors().isEmpty())
          .as(expression)
          .isEqualTo(outcome.expression().isPresent());
      for (SyntaxError error : outcome.errors()) {
        assertThat(error.describe(expression)).contains(": parse error: ");
        assertThat(error.position().start()).as(expression).isBetween(0, expression.length());
      }
    }
  }
}
