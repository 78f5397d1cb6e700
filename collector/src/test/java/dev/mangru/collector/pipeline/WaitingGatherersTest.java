package dev.mangru.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WaitingGatherersTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  /// A target that answers when it is let.
  private static final class Slow implements Gatherer {

    final Semaphore answers = new Semaphore(0);
    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger done = new AtomicInteger();

    @Override
    public String name() {
      return "slow";
    }

    @Override
    public void gather(Instant now, SampleBatch into) throws IOException {
      asked.incrementAndGet();
      try {
        answers.acquire();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      into.add(Labels.of("__name__", "slow"), now.toEpochMilli(), 1);
      done.incrementAndGet();
    }
  }

  private static void await(AtomicInteger number, int value) {
    while (number.get() < value) {
      Thread.onSpinWait();
    }
  }

  @Test
  void a_slow_target_holds_up_no_pass_and_is_asked_once_at_a_time() throws IOException {
    Slow slow = new Slow();
    try (WaitingGatherers all = new WaitingGatherers()) {
      all.add(slow, Duration.ofSeconds(10));
      SampleBatch batch = new SampleBatch();
      for (int i = 0; i < 5; i++) {
        all.gather(NOW.plusSeconds(10L * i), batch);
      }
      assertThat(batch.isEmpty()).isTrue();
      await(slow.asked, 1);

      slow.answers.release();
      await(slow.done, 1);
      while (batch.isEmpty()) {
        all.gather(NOW.plusSeconds(1), batch);
      }

      assertThat(batch.timestampMs(0)).isEqualTo(NOW.toEpochMilli());
      assertThat(slow.asked).hasValue(1);
    }
  }

  @Test
  void each_target_is_asked_at_its_own_interval() throws IOException {
    Slow often = new Slow();
    Slow seldom = new Slow();
    often.answers.release(100);
    seldom.answers.release(100);
    try (WaitingGatherers all = new WaitingGatherers()) {
      all.add(often, Duration.ofSeconds(10));
      all.add(seldom, Duration.ofSeconds(30));
      SampleBatch batch = new SampleBatch();
      for (int i = 0; i < 6; i++) {
        settle(all, batch, i + 2 + i / 3, NOW.plusSeconds(10L * i));
      }

      assertThat(often.asked).hasValue(6);
      assertThat(seldom.asked).hasValue(2);
    }
  }

  /// Makes passes at one instant until everything that is due then has handed over.
  private static void settle(WaitingGatherers all, SampleBatch batch, int samples, Instant now)
      throws IOException {
    while (batch.size() < samples) {
      all.gather(now, batch);
    }
  }

  @Test
  void an_interval_that_is_none_is_refused() throws IOException {
    try (WaitingGatherers all = new WaitingGatherers()) {
      assertThatThrownBy(() -> all.add(new Slow(), Duration.ZERO))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("slow");
    }
  }
}
