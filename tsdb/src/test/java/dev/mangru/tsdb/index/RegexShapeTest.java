package dev.mangru.tsdb.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.testkit.Seeds;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RegexShapeTest {

  private static RegexShape.OneOf oneOf(String... texts) {
    return new RegexShape.OneOf(Set.of(texts));
  }

  @Test
  void alternations_of_literals_are_spelled_out() {
    assertThat(RegexShape.of("a|b|")).isEqualTo(oneOf("a", "b", ""));
    assertThat(RegexShape.of("x(a|b)(c|d)y")).isEqualTo(oneOf("xacy", "xady", "xbcy", "xbdy"));
    assertThat(RegexShape.of("10\\.0\\.0\\.1:9100")).isEqualTo(oneOf("10.0.0.1:9100"));
    assertThat(RegexShape.of("(?:a|(b|c))")).isEqualTo(oneOf("a", "b", "c"));
    assertThat(RegexShape.of("")).isEqualTo(oneOf(""));
  }

  @Test
  void literal_prefixes_are_found() {
    assertThat(RegexShape.of("kube_.*")).isEqualTo(new RegexShape.Prefixed("kube_"));
    assertThat(RegexShape.of("ab*")).isEqualTo(new RegexShape.Prefixed("a"));
    assertThat(RegexShape.of("ab+")).isEqualTo(new RegexShape.Prefixed("ab"));
    assertThat(RegexShape.of("a\\.b(c|d)*")).isEqualTo(new RegexShape.Prefixed("a.b"));
    assertThat(RegexShape.of("a.*|b.*")).isEqualTo(new RegexShape.Prefixed(""));
    assertThat(RegexShape.of("(?i)ab")).isEqualTo(new RegexShape.Prefixed(""));
    assertThat(RegexShape.of("ab\\d")).isEqualTo(new RegexShape.Prefixed("ab"));
    assertThat(RegexShape.of("x[a|b]y|z")).isEqualTo(new RegexShape.Prefixed(""));
  }

  @Seeds(3000)
  void a_shape_never_contradicts_its_pattern(long seed) {
    Random random = new Random(seed);
    String parts = "aab..*+?(|)|[]{1}\\\\^$x-:é";
    StringBuilder regex = new StringBuilder();
    for (int i = random.nextInt(8); i >= 0; i--) {
      regex.append(parts.charAt(random.nextInt(parts.length())));
    }
    LabelMatcher matcher;
    try {
      matcher = LabelMatcher.of(Operator.REGEX, "n", regex.toString());
    } catch (MangruException e) {
      assertThat(e).hasMessageContaining("error parsing regexp");
      return;
    }
    RegexShape shape = RegexShape.of(regex.toString());
    if (shape instanceof RegexShape.OneOf(var texts)) {
      texts.forEach(text -> assertThat(matcher.matches(text)).as("%s %s", regex, text).isTrue());
    }
    for (int i = 0; i < 200; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(5); n > 0; n--) {
        text.append("ab.x|-:é\\^1".charAt(random.nextInt(11)));
      }
      boolean possible =
          switch (shape) {
            case RegexShape.OneOf(var texts) -> texts.contains(text.toString());
            case RegexShape.Prefixed(var prefix) -> text.toString().startsWith(prefix);
          };
      if (!possible) {
        assertThat(matcher.matches(text.toString())).as("%s %s", regex, text).isFalse();
      }
    }
  }
}
