package dev.mangru.autoscaler.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSelectorTest {

  private static final Map<String, String> LABELS =
      Map.of("app", "web", "tier", "front", "example.com/level", "7", "empty", "");

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "app=web | true",
        "app==web,tier!=back | true",
        "app = web , tier = front | true",
        "app in (web, api) | true",
        "app notin (web,api) | false",
        "missing notin (a) | true",
        "missing!=a | true",
        "missing=a | false",
        "app | true",
        "!app | false",
        "!missing | true",
        "example.com/level>6 | true",
        "example.com/level<7 | false",
        "app>1 | false",
        "empty= | true",
        "app=web,tier=back | false",
        "'' | true"
      })
  void selects_as_kubernetes_does(String selector, boolean selected) {
    assertThat(LabelSelector.parse(selector).matches(LABELS)).isEqualTo(selected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cheddar cheese",
        "a=b,",
        ",a",
        "a in b",
        "a in (b",
        "a=b=c",
        "a>b",
        "-a=b",
        "a=b!",
        "=b",
        "a/b/c=d",
        "!",
        "a=(b)"
      })
  void what_is_no_selector_is_refused(String selector) {
    assertThatThrownBy(() -> LabelSelector.parse(selector)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cheddar cheese"})
  void the_refusal_is_kubernetes_own(String selector) {
    assertThatThrownBy(() -> LabelSelector.parse(selector))
        .hasMessage("found 'cheese', expected: in, notin, =, ==, !=, gt, lt");
  }
}
