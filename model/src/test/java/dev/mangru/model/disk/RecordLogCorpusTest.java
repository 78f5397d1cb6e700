package dev.mangru.model.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.FuzzTarget;
import org.junit.jupiter.api.Test;

/// What a fuzzer has found is tried again by every build.
class RecordLogCorpusTest {

  @Test
  void what_a_fuzzer_found_goes_well() {
    assertThat(FuzzTarget.of(RecordLogFuzz.class).replay(5_000)).isGreaterThan(5_000);
  }
}
