package dev.mangru.server.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.server.self.Faults;
import dev.mangru.server.self.SelfMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LoopsTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Faults faults = new Faults();
  private final Loops loops =
      new Loops(InstantSource.fixed(NOW), faults, new SelfMetrics(registry, List.of(), faults));

  @Test
  void a_pass_that_fails_is_counted_and_followed_by_the_next() throws Exception {
    CountDownLatch passes = new CountDownLatch(3);
    loops.start(
        "stubborn",
        Duration.ofMillis(1),
        _ -> {
          passes.countDown();
          throw new AssertionError("errors too");
        });
    assertThat(passes.await(10, TimeUnit.SECONDS)).isTrue();
    loops.close();
    assertThat(faults.total()).isGreaterThanOrEqualTo(3);
    assertThat(
            registry
                .get("mangru.loop.passes")
                .tag("loop", "stubborn")
                .tag("outcome", "failure")
                .counter()
                .count())
        .isGreaterThanOrEqualTo(3);
  }

  @Test
  void a_pass_is_given_the_time_on_a_thread_with_the_loops_name() throws Exception {
    AtomicReference<String> seen = new AtomicReference<>();
    CountDownLatch passed = new CountDownLatch(1);
    loops.start(
        "named",
        Duration.ofMillis(1),
        now -> {
          seen.set(Thread.currentThread().getName() + " " + now);
          passed.countDown();
        });
    assertThat(passed.await(10, TimeUnit.SECONDS)).isTrue();
    loops.close();
    assertThat(seen.get()).isEqualTo("mangru-named " + NOW);
  }

  @Test
  void closing_waits_for_a_running_pass_and_begins_no_other() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    loops.start(
        "slow",
        Duration.ofMillis(1),
        _ -> {
          begun.countDown();
          go.await();
          ended.countDown();
        });
    begun.await();
    Thread closer = Thread.ofVirtual().start(loops::close);
    assertThat(ended.getCount()).isEqualTo(1);
    go.countDown();
    closer.join();
    assertThat(ended.getCount()).isZero();
  }
}
