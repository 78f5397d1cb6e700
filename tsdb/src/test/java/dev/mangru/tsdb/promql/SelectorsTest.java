package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SelectorsTest {

  private static List<String> selectors(String expression) {
    return Selectors.of(PromqlParser.parse(expression)).stream().map(String::valueOf).toList();
  }

  @Test
  void selectors_are_found_wherever_they_stand() {
    assertThat(selectors("a + (b{x=\"1\"} / -c)"))
        .containsExactly("[__name__=\"a\"]", "[x=\"1\", __name__=\"b\"]", "[__name__=\"c\"]");
    assertThat(selectors("topk(scalar(k), sum by (l) (rate(a[5m])))"))
        .containsExactly("[__name__=\"a\"]", "[__name__=\"k\"]");
    assertThat(selectors("max_over_time(rate(a[1m])[5m:1m])")).containsExactly("[__name__=\"a\"]");
  }

  @Test
  void an_expression_of_numbers_reads_nothing() {
    assertThat(selectors("1 + time()")).isEmpty();
  }
}
