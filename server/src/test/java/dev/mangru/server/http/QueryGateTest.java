package dev.mangru.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class QueryGateTest {

  private static final Duration LONG = Duration.ofMinutes(5);

  private static void wanted() {}

  @Test
  void a_query_too_many_is_turned_away_after_a_while() {
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
    try (QueryGate.Turn turn = gate.enter()) {
      assertThat(turn.waitedNs()).isNotNegative();
    }
  }

  @Test
  void one_that_waits_comes_in_when_another_leaves() throws Exception {
    QueryGate gate = new QueryGate(1, LONG, Ticker.SYSTEM);
    QueryGate.Turn first = gate.enter();
    CountDownLatch waits = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<QueryGate.Turn> second = threads.submit(() -> gate.enter("a", 1, waits::countDown));
      assertThat(waits.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(second.isDone()).isFalse();
      first.close();
      first.close(); // twice is once
      second.get(10, TimeUnit.SECONDS).close();
    }
    assertThat(gate.running()).isZero();
  }

  @Test
  void one_that_waits_for_nobody_any_more_leaves_the_queue() {
    QueryGate gate = new QueryGate(1, LONG, Ticker.SYSTEM);
    try (QueryGate.Turn _ = gate.enter()) {
      assertThatThrownBy(() ->
              gate.enter(
                  "a",
                  1,
                  () -> {
                    throw new IllegalStateException("gone");
                  }))
          .hasMessage("gone");
    }
    gate.enter("b", 1, QueryGateTest::wanted).close();
  }

  @Test
  void a_tenant_that_has_all_it_may_have_does_not_hold_up_others() throws Exception {
    QueryGate gate = new QueryGate(3, LONG, Ticker.SYSTEM);
    CountDownLatch waits = new CountDownLatch(1);
    QueryGate.Turn first = gate.enter("flood", 1, QueryGateTest::wanted);
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<QueryGate.Turn> second =
          threads.submit(() -> gate.enter("flood", 1, waits::countDown));
      assertThat(waits.await(10, TimeUnit.SECONDS)).isTrue();
      gate.enter("other", 1, QueryGateTest::wanted).close();
      assertThat(second.isDone()).isFalse();
      first.close();
      second.get(10, TimeUnit.SECONDS).close();
    }
  }
}
