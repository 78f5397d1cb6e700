package dev.mangru.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class QueryGateTest {

  @Test
  void a_query_without_a_turn_gives_up_and_names_the_limit() {
    QueryGate gate = new QueryGate(1, Duration.ofMillis(20), Ticker.SYSTEM);
    try (QueryGate.Turn _ = gate.enter()) {
      assertThat(gate.running()).isEqualTo(1);
      assertThatThrownBy(gate::enter)
          .isInstanceOfSatisfying(
              MangruException.class,
              error -> assertThat(error.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .hasMessageContaining("mangru.query.max-concurrent");
    }
    assertThat(gate.running()).isZero();
    gate.enter().close();
  }
}
