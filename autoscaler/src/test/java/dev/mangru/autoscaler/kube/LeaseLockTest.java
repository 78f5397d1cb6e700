package dev.mangru.autoscaler.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.playground.api.Faults.Effect;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaseLockTest {

  private Cluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = new Cluster();
  }

  @AfterEach
  void stop() throws IOException {
    cluster.close();
  }

  private LeaseLock lock(String identity) {
    return lock(identity, this::elapsed);
  }

  private LeaseLock lock(String identity, Ticker ticker) {
    return new LeaseLock(cluster.client, "shop", "mangru-autoscaler", identity, ticker);
  }

  private long elapsed() {
    return Duration.between(Cluster.START, cluster.clock.instant()).toNanos();
  }

  @Test
  void clocks_that_are_set_make_nobody_a_second_leader() {
    AtomicLong leaderTicks = new AtomicLong();
    AtomicLong otherTicks = new AtomicLong();
    try (LeaseLock leader = lock("leader", leaderTicks::get);
        LeaseLock other = lock("other", otherTicks::get)) {
      Instant noon = cluster.clock.instant();
      assertThat(leader.tryHold(noon)).isTrue();
      assertThat(other.tryHold(noon)).isFalse();
      // A standby whose clock is set an hour ahead has still seen the lease for no time at all.
      assertThat(other.tryHold(noon.plusSeconds(3_600))).isFalse();
      // A leader whose clock is set an hour back does not lead for an hour longer.
      Instant back = noon.minusSeconds(3_600);
      assertThat(leader.holds(back)).isFalse();
      leaderTicks.addAndGet(Duration.ofSeconds(3).toNanos());
      assertThat(leader.tryHold(back)).describedAs("renewed by the new time").isTrue();
      leaderTicks.addAndGet(Duration.ofSeconds(10).toNanos());
      assertThat(leader.holds(back)).describedAs("time passed though the clock stands").isFalse();
      // A machine that slept: its own time stood still, the wall clock did not.
      assertThat(leader.tryHold(back)).isTrue();
      assertThat(leader.holds(back.plusSeconds(11))).isFalse();
      // Now the lease is left behind, and fifteen seconds after it was last seen to change it goes.
      assertThat(other.tryHold(noon)).isFalse();
      otherTicks.addAndGet(Duration.ofSeconds(15).toNanos());
      assertThat(other.tryHold(back)).isTrue();
    }
  }

  @Test
  void the_first_leads_and_renews_and_the_second_waits() {
    try (LeaseLock first = lock("first");
        LeaseLock second = lock("second")) {
      for (int i = 0; i < 10; i++) {
        assertThat(first.tryHold(cluster.clock.instant()))
            .describedAs("%s", first.problem())
            .isTrue();
        assertThat(second.tryHold(cluster.clock.instant())).isFalse();
        assertThat(second.holder()).isEqualTo("first");
        cluster.advance(3);
      }
    }
  }

  @Test
  void a_lease_given_back_is_taken_at_once_and_one_left_behind_after_fifteen_seconds() {
    LeaseLock first = lock("first");
    LeaseLock second = lock("second");
    assertThat(first.tryHold(cluster.clock.instant())).describedAs("%s", first.problem()).isTrue();
    assertThat(second.tryHold(cluster.clock.instant())).isFalse();
    first.close();
    assertThat(first.tryHold(cluster.clock.instant())).isFalse();
    assertThat(second.tryHold(cluster.clock.instant()))
        .describedAs("%s", second.problem())
        .isTrue();
    // The second one is killed: nobody gives its lease back.
    LeaseLock third = lock("third");
    assertThat(third.tryHold(cluster.clock.instant())).isFalse();
    cluster.advance(14);
    assertThat(third.tryHold(cluster.clock.instant())).isFalse();
    assertThat(second.holds(cluster.clock.instant())).isFalse();
    cluster.advance(1);
    assertThat(third.tryHold(cluster.clock.instant())).isTrue();
    third.close();
  }

  @Test
  void a_leader_that_cannot_renew_stops_believing_before_anyone_takes_over() {
    try (LeaseLock first = lock("first")) {
      assertThat(first.tryHold(cluster.clock.instant()))
          .describedAs("%s", first.problem())
          .isTrue();
      cluster.faults().add("*", "*", Effect.internalError(), Integer.MAX_VALUE);
      cluster.advance(9);
      assertThat(first.tryHold(cluster.clock.instant()))
          .describedAs("%s", first.problem())
          .isTrue();
      assertThat(first.problem()).contains("the lease cannot be used");
      cluster.advance(1);
      assertThat(first.tryHold(cluster.clock.instant())).isFalse();
      cluster.faults().clear();
      assertThat(first.tryHold(cluster.clock.instant()))
          .describedAs("%s", first.problem())
          .isTrue();
      assertThat(first.problem()).isNull();
    }
  }

  @Seeds(6)
  void never_two_leaders_whatever_goes_wrong(long seed) {
    Random random = new Random(seed);
    LeaseLock[] locks = {lock("a0"), lock("b0")};
    int[] lives = {0, 0};
    int led = 0;
    for (int step = 0; step < 60; step++) {
      cluster.advance(random.nextInt(4));
      switch (random.nextInt(8)) {
        case 0 -> cluster.faults().add("update", "*", Effect.conflict(), 1 + random.nextInt(2));
        case 1 -> cluster.faults().add("*", "*", new Effect.Drop(), 1 + random.nextInt(4));
        case 2 -> {
          int killed = random.nextInt(2);
          if (random.nextBoolean()) {
            locks[killed].close();
          }
          locks[killed] = lock((killed == 0 ? "a" : "b") + ++lives[killed]);
        }
        default -> cluster.faults().clear();
      }
      int turn = random.nextInt(2);
      locks[turn].tryHold(cluster.clock.instant());
      boolean first = locks[0].holds(cluster.clock.instant());
      boolean second = locks[1].holds(cluster.clock.instant());
      assertThat(first && second).describedAs("step %d", step).isFalse();
      led += first || second ? 1 : 0;
    }
    assertThat(led).isPositive();
  }
}
