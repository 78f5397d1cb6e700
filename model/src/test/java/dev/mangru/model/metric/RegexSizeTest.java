package dev.mangru.model.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import dev.mangru.model.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Sizes of programs, against those that RE2/J makes.
class RegexSizeTest {

  private static final String[] PIECES = {
    "a",
    "b",
    ".",
    "[a-z]",
    "[^]x]",
    "\\d",
    "\\pL",
    "\\p{Greek}",
    "\\x{41}",
    "\\Qa*\\E",
    "^",
    "$",
    "|"
  };
  private static final String[] REPEATS = {"*", "+", "?", "{2}", "{3,}", "{2,5}", "{0,4}", "{x}"};

  private static String regex(Random random, int depth) {
    StringBuilder text = new StringBuilder();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      String piece =
          depth > 0 && random.nextBoolean()
              ? (random.nextBoolean() ? "(" : "(?:") + regex(random, depth - 1) + ")"
              : PIECES[random.nextInt(PIECES.length)];
      text.append(piece);
      if (random.nextInt(3) == 0 && !piece.equals("|")) {
        text.append(REPEATS[random.nextInt(REPEATS.length)]);
      }
    }
    return text.toString();
  }

  @Seeds(300)
  void the_size_is_about_that_of_the_program(long seed) {
    String regex = regex(new Random(seed), 1 + (int) (seed % 4));
    int program = Pattern.compile(regex).programSize();

    assertThat(RegexSize.of(regex)).as(regex).isBetween(program / 8 - 8, 4 * program + 40);
  }

  @Test
  void what_repeats_without_end_is_refused_before_it_is_made() {
    for (String bomb :
        new String[] {
          "((x{1000}){1000}){1000}",
          "(((((((((((x{2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2})",
          "(a|b){1000}".repeat(300),
          "(?:x{50}y{50}){200}",
          "\\pL{1000}".repeat(100)
        }) {
      assertThatThrownBy(() -> LabelMatcher.of(LabelMatcher.Operator.REGEX, "l", bomb))
          .as(bomb)
          .hasMessageContaining("error parsing regexp");
    }
  }

  @Test
  void what_people_write_is_not() {
    for (String usual :
        new String[] {
          "a|b|c",
          "[a-f0-9]{32}",
          "(api|web)-.+",
          ".*\\.example\\.com:[0-9]{2,5}",
          "x{1000}",
          "a".repeat(4_000)
        }) {
      assertThat(RegexSize.of(usual)).as(usual).isLessThan(RegexSize.MOST);
      assertThat(LabelMatcher.of(LabelMatcher.Operator.REGEX, "l", usual).programSize())
          .isPositive();
    }
  }

  @Test
  void a_long_match_asks_whether_it_is_still_wanted() {
    int[] asked = {0};
    LabelMatcher matcher =
        LabelMatcher.of(LabelMatcher.Operator.REGEX, "l", "(a?){500}(a){500}b")
            .checkedBy(() -> {
              if (++asked[0] == 3) {
                throw new IllegalStateException("nobody waits");
              }
            });

    assertThatThrownBy(() -> matcher.matches("a".repeat(4_000))).hasMessage("nobody waits");
    assertThat(matcher)
        .isEqualTo(LabelMatcher.of(LabelMatcher.Operator.REGEX, "l", "(a?){500}(a){500}b"));
    assertThat(matcher.matches("a".repeat(500) + "b")).isTrue();
  }
}
