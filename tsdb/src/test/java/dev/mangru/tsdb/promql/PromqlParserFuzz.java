package dev.mangru.tsdb.promql;

import dev.mangru.model.testkit.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// For a fuzzer: any text is an expression, or an error with a place inside it. An expression is
/// printed, on one line and on many; what was printed is an expression again, and prints the same.
public final class PromqlParserFuzz {

  private PromqlParserFuzz() {}

  /// Random expressions and what is at the edges of the language.
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    ExpressionMaker maker = new ExpressionMaker(new Random(7));
    for (int i = 0; i < 40; i++) {
      seeds.add(maker.vector(i % 4).getBytes(StandardCharsets.UTF_8));
    }
    for (String text : PromqlSeeds.TEXTS) {
      seeds.add(text.getBytes(StandardCharsets.UTF_8));
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    long before = FuzzTarget.allocated();
    FuzzClock.within(text, () -> parse(text));
    FuzzTarget.bounded(before, 20 * input.length);
  }

  private static void parse(String text) {
    PromqlParser.Outcome outcome = PromqlParser.tryParse(text, PromqlOptions.everything());
    if (outcome.expression().isEmpty() == outcome.errors().isEmpty()) {
      throw new AssertionError("neither an expression nor an error");
    }
    for (SyntaxError error : outcome.errors()) {
      int at = error.position().start();
      if (at < -1 || at > text.length() || error.describe(text).isEmpty()) {
        throw new AssertionError("an error at " + at + " of " + text.length());
      }
    }
    if (outcome.expression().isPresent()) {
      Expr expression = outcome.expression().get();
      String printed = PromqlPrinter.print(expression);
      again(printed, printed);
      again(PromqlPrinter.pretty(expression, 10), printed);
    }
  }

  private static void again(String text, String printed) {
    PromqlParser.Outcome outcome = PromqlParser.tryParse(text, PromqlOptions.everything());
    if (outcome.expression().isEmpty()) {
      throw new AssertionError(
          text + " is no expression: " + outcome.errors().getFirst().describe(text));
    }
    String second = PromqlPrinter.print(outcome.expression().get());
    // An infinite number is printed with its sign, as Prometheus prints it; before a power that is
    // read as the sign of the power, and one more is printed.
    boolean signedPower = printed.contains("+Inf ^");
    if (!second.equals(printed) && !signedPower) {
      throw new AssertionError(text + " prints " + second + ", not " + printed);
    }
  }
}
