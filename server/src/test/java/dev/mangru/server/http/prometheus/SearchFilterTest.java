package dev.mangru.server.http.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SearchFilterTest {

  private static double score(String search, String name) {
    return new SearchFilter(List.of(search), "subsequence", 0, true).score(name);
  }

  @Test
  void characters_in_order_score_by_their_runs_and_gaps() {
    assertThat(score("up", "up")).isEqualTo(1);
    assertThat(score("up", "up_total")).as("begins with it").isEqualTo(1);
    assertThat(score("abc", "acb")).isNegative();
    assertThat(score("abc", "ab")).isNegative();
    // One run of 2 after a gap of 1, and 1 left over: (4 - 1/4 - 1/8) / 4.
    assertThat(score("bc", "abcd")).isCloseTo((4 - 0.25 - 0.125) / 4, within(1e-12));
    // Two runs of 1 with a gap of 1 each before them: (1 + 1 - 2/4) / 4.
    assertThat(score("bd", "abcd")).isCloseTo((2 - 0.5) / 4, within(1e-12));
    // The second place to begin is better than the first.
    assertThat(score("ab", "xaxab")).isCloseTo((4 - 3 / 5.0) / 4, within(1e-12));
  }

  @Test
  void a_threshold_and_case_count() {
    assertThat(new SearchFilter(List.of("bd"), "subsequence", 0.5, true).score("abcd"))
        .isNegative();
    assertThat(new SearchFilter(List.of("UP"), "subsequence", 0, true).score("up")).isNegative();
    assertThat(new SearchFilter(List.of("UP"), "subsequence", 0, false).score("up")).isEqualTo(1);
    assertThat(new SearchFilter(List.of("x", "up"), "subsequence", 0, true).score("up"))
        .as("any of them")
        .isEqualTo(1);
    assertThat(new SearchFilter(List.of(), "subsequence", 1, true).score("up")).isEqualTo(1);
  }

  /// Values of Winkler's own tables.
  @Test
  void similar_texts_are_similar() {
    assertThat(SearchFilter.jaroWinkler("MARTHA", "MARHTA")).isCloseTo(0.9611, within(1e-4));
    assertThat(SearchFilter.jaroWinkler("DIXON", "DICKSONX")).isCloseTo(0.8133, within(1e-4));
    assertThat(SearchFilter.jaroWinkler("DWAYNE", "DUANE")).isCloseTo(0.84, within(1e-4));
    assertThat(SearchFilter.jaroWinkler("abc", "xyz")).isZero();
    assertThat(SearchFilter.jaroWinkler("", "x")).isZero();
  }

  @Test
  void jarowinkler_asks_for_a_part_unless_there_is_a_threshold() {
    assertThat(new SearchFilter(List.of("tal"), "jarowinkler", 0, true).score("total"))
        .isEqualTo(0.9);
    assertThat(new SearchFilter(List.of("tots"), "jarowinkler", 0, true).score("total"))
        .isNegative();
    assertThat(new SearchFilter(List.of("totl"), "jarowinkler", 0.8, true).score("total"))
        .isGreaterThan(0.9);
  }
}
