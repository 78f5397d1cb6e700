package dev.mangru.autoscaler.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.playground.api.Faults.Effect;
import dev.mangru.model.testkit.Seeds;
import java.io.IOException;
import java.util.Random;
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
    return new LeaseLock(cluster.client, "shop", "mangru-autoscaler", identity);
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
