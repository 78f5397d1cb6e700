package dev.mangru.model.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher.Operator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelMatcherTest {

  @ParameterizedTest
  @ValueSource(strings = {":)|x", ")|(?s:", "a)b(c", "(", ")", "[", "a**)", "\\Qa"})
  void an_expression_that_is_none_alone_is_refused(String regex) {
    assertThatThrownBy(() -> LabelMatcher.of(Operator.REGEX, "a", regex))
        .isInstanceOf(MangruException.class)
        .hasMessageStartingWith("error parsing regexp: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a|b", "(?:a|b)", "(?i)A|B", "[ab]", "\\Qa\\E|b", "^a$|b"})
  void an_expression_is_anchored_at_both_ends(String regex) {
    LabelMatcher matcher = LabelMatcher.of(Operator.REGEX, "a", regex);
    assertThat(matcher.matches("a")).isTrue();
    assertThat(matcher.matches("b")).isTrue();
    assertThat(matcher.matches("xa")).isFalse();
    assertThat(matcher.matches("bx")).isFalse();
    assertThat(matcher.matches("")).isFalse();
  }
}
