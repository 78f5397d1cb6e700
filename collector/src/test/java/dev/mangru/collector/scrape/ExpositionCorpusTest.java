package dev.mangru.collector.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.FuzzTarget;
import org.junit.jupiter.api.Test;

/// What a fuzzer has found is tried again by every build.
class ExpositionCorpusTest {

  @Test
  void what_a_fuzzer_found_goes_well() {
    assertThat(FuzzTarget.of(ExpositionFuzz.class).replay(20_000)).isGreaterThan(20_000);
  }
}
