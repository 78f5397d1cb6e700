package dev.mangru.model.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class QueryMemoryTest {

  private static void wanted() {}

  private static QueryMemory memory(long bytes, Duration maxWait) {
    return new QueryMemory(bytes, maxWait, Ticker.SYSTEM);
  }

  private static ErrorCode codeOf(Runnable taking) {
    try {
      taking.run();
    } catch (MangruException e) {
      return e.code();
    }
    return ErrorCode.INTERNAL;
  }

  @Test
  void one_query_alone_gets_seven_tenths_and_no_more() {
    QueryMemory memory = memory(1_000, Duration.ofMinutes(1));
    try (QueryMemory.Share share = memory.open()) {
      share.hold(700, QueryMemoryTest::wanted);
      assertThat(codeOf(() -> share.hold(1, QueryMemoryTest::wanted)))
          .isEqualTo(ErrorCode.QUERY_LIMIT);
      assertThat(memory.held()).isEqualTo(700);
    }
    assertThat(memory.held()).isZero();
  }

  @Test
  void however_many_flood_there_is_room_for_a_small_one() {
    QueryMemory memory = memory(16_000, Duration.ZERO);
    List<QueryMemory.Share> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      QueryMemory.Share flood = memory.open();
      while (flood.held() < 14_000 && flood.tryHold(101)) {
        assertThat(memory.held()).isLessThanOrEqualTo(14_000);
      }
      all.add(flood);
      QueryMemory.Share small = memory.open();
      assertThat(small.tryHold(100)).isTrue();
      all.add(small);
    }
    assertThat(memory.held()).isLessThanOrEqualTo(16_000);
    all.forEach(QueryMemory.Share::close);
    assertThat(memory.held()).isZero();
  }

  @Test
  void a_query_waits_for_others_to_end() throws Exception {
    QueryMemory memory = memory(1_000, Duration.ofMinutes(1));
    QueryMemory.Share first = memory.open();
    first.hold(700, QueryMemoryTest::wanted);
    CountDownLatch asked = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newSingleThreadExecutor();
        QueryMemory.Share second = memory.open()) {
      Future<?> waiting = threads.submit(() -> second.hold(600, asked::countDown));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(waiting.isDone()).isFalse();
      first.close();
      waiting.get(10, TimeUnit.SECONDS);
      assertThat(memory.held()).isEqualTo(600);
    }
  }

  @Test
  void it_waits_no_longer_than_it_is_wanted_or_than_it_may() {
    QueryMemory memory = memory(1_000, Duration.ofMillis(1));
    try (QueryMemory.Share first = memory.open();
        QueryMemory.Share second = memory.open()) {
      first.hold(700, QueryMemoryTest::wanted);
      assertThat(codeOf(() -> second.hold(600, QueryMemoryTest::wanted)))
          .isEqualTo(ErrorCode.UNAVAILABLE);
    }
    QueryMemory patient = memory(1_000, Duration.ofMinutes(10));
    try (QueryMemory.Share first = patient.open();
        QueryMemory.Share second = patient.open()) {
      first.hold(700, QueryMemoryTest::wanted);
      assertThatThrownBy(() ->
              second.hold(
                  600,
                  () -> {
                    throw new IllegalStateException("nobody waits");
                  }))
          .hasMessage("nobody waits");
    }
  }

  @Test
  void of_queries_that_only_wait_for_each_other_one_is_sent_away_at_once() throws Exception {
    QueryMemory memory = memory(1_000, Duration.ofMinutes(10));
    CountDownLatch asked = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newSingleThreadExecutor();
        QueryMemory.Share first = memory.open();
        QueryMemory.Share second = memory.open()) {
      first.hold(350, QueryMemoryTest::wanted);
      second.hold(350, QueryMemoryTest::wanted);
      Future<?> waiting = threads.submit(() -> first.hold(350, asked::countDown));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(codeOf(() -> second.hold(350, QueryMemoryTest::wanted)))
          .isEqualTo(ErrorCode.UNAVAILABLE);
      second.release(second.held());
      waiting.get(10, TimeUnit.SECONDS);
    }
    assertThat(memory.held()).isZero();
  }
}
