package dev.mangru.tsdb.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerComparisonTest {

  private static Answer vector(String name, String value, String... warnings) {
    Answer.Series series =
        new Answer.Series(
            Labels.of("__name__", name), List.of(new Answer.Point(0, List.of(value))));
    return new Answer(200, "", "", "vector", List.of(series), List.of(warnings), List.of());
  }

  private static String difference(Answer one, Answer other) {
    return AnswerComparison.compare(one, other, false).difference();
  }

  @Test
  void the_last_digits_may_differ_and_nothing_else() {
    Answer one = vector("x", "0.1");

    assertThat(AnswerComparison.compare(one, vector("x", "0.10000000000000002"), false))
        .isEqualTo(new AnswerComparison.Outcome("", true));
    assertThat(difference(one, vector("x", "0.1001"))).isNotEmpty();
    assertThat(difference(one, vector("y", "0.1"))).isNotEmpty();
    assertThat(difference(one, vector("x", "0.1", "odd"))).isEqualTo("warnings");
    assertThat(difference(vector("x", "-0"), vector("x", "0"))).isNotEmpty();
  }
}
