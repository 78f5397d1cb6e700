package dev.mangru.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.FuzzTarget;
import org.junit.jupiter.api.Test;

/// What a fuzzer has found is tried again by every build.
class SnappyCorpusTest {

  @Test
  void what_a_fuzzer_found_goes_well() {
    assertThat(FuzzTarget.of(SnappyFuzz.class).replay(20_000)).isGreaterThan(20_000);
  }
}
