package dev.mangru.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.tsdb.block.RegexHint.Glob;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RegexHintTest {

  @Test
  void literals_prefixes_and_globs_are_read_off() {
    assertThat(RegexHint.of("a|b\\.c|").literals()).containsExactly("a", "b.c", "");
    assertThat(RegexHint.of("web-[0-9]+").prefix()).isEqualTo("web-");
    assertThat(RegexHint.of("web-?.*").prefix()).isEqualTo("web");
    assertThat(RegexHint.of("a(b|c)").prefix()).isEqualTo("a");
    assertThat(RegexHint.of("a[(]|b").prefix()).isEmpty();
    assertThat(RegexHint.of("a.*|b").prefix()).isEmpty();
    assertThat(RegexHint.of(".*api.*").glob()).isEqualTo(new Glob(true, "api", true));
    assertThat(RegexHint.of(".*api").glob()).isEqualTo(new Glob(true, "api", false));
    assertThat(RegexHint.of("api.*").glob()).isEqualTo(new Glob(false, "api", true));
    assertThat(RegexHint.of("api\\.*").glob()).isNull();
    assertThat(RegexHint.of(".*a|b").literals()).isNull();
  }

  /// Whatever is read off agrees with the expression itself.
  @Seeds(500)
  void what_is_read_off_is_true(long seed) {
    Random random = new Random(seed);
    List<String> pieces =
        List.of(
            "a", "b", "|", ".", ".*", "*", "?", "+", "(", ")", "[", "]", "\\.", "\\Q", "\\E", "{2}",
            "$");
    StringBuilder regex = new StringBuilder();
    for (int i = random.nextInt(7); i >= 0; i--) {
      regex.append(pieces.get(random.nextInt(pieces.size())));
    }
    LabelMatcher matcher;
    try {
      matcher = LabelMatcher.of(LabelMatcher.Operator.REGEX, "x", regex.toString());
    } catch (MangruException e) {
      assertThat(e).hasMessageContaining("regexp");
      return;
    }
    RegexHint hint = RegexHint.of(regex.toString());
    for (int i = 0; i < 200; i++) {
      StringBuilder text = new StringBuilder();
      for (int c = random.nextInt(5); c > 0; c--) {
        text.append("ab.|(".charAt(random.nextInt(5)));
      }
      String value = text.toString();
      boolean matches = matcher.matches(value);
      String what = regex + " on " + value;
      if (hint.literals() != null) {
        assertThat(hint.literals().contains(value)).as(what).isEqualTo(matches);
      } else if (hint.glob() != null) {
        assertThat(Objects.requireNonNull(hint.glob()).matches(value)).as(what).isEqualTo(matches);
      } else if (matches) {
        assertThat(value).as(what).startsWith(hint.prefix());
      }
    }
  }
}
