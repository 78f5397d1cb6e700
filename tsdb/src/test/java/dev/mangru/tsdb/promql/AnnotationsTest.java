package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnnotationsTest {

  private static final Position HERE = new Position(0, 1);

  @Test
  void threads_that_help_a_query_say_things_at_the_same_time() {
    Annotations annotations = new Annotations("x");
    try (ExecutorService helpers = Executors.newFixedThreadPool(4)) {
      for (int helper = 0; helper < 4; helper++) {
        int first = helper * 500;
        helpers.execute(() ->
            IntStream.range(first, first + 1_000)
                .forEach(i -> {
                  annotations.warn("odd " + i, HERE);
                  annotations.warnEach("seen", HERE);
                }));
      }
    }

    assertThat(annotations.warnings())
        .hasSize(2_501)
        .contains("PromQL warning: seen (4000 occurrences) (1:1)")
        .doesNotHaveDuplicates();
  }

  @Test
  void what_is_said_once_is_not_counted() {
    Annotations annotations = new Annotations("x");

    annotations.warnEach("seen", HERE);

    assertThat(annotations.warnings()).containsExactly("PromQL warning: seen (1:1)");
  }
}
