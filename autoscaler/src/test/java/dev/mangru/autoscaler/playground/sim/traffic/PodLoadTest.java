package dev.mangru.autoscaler.playground.sim.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mangru.autoscaler.playground.sim.scenario.WorkloadSpec.HttpSpec;
import dev.mangru.model.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PodLoadTest {

  private static HttpSpec spec(SplittableRandom random) {
    return new HttpSpec(
        8080,
        0.002 + random.nextDouble() * 0.05,
        random.nextDouble() * 0.1,
        1 + random.nextInt(64),
        random.nextInt(200),
        0.5 + random.nextDouble() * 5,
        random.nextDouble() * 0.01,
        random.nextDouble(),
        0);
  }

  private static HttpSpec ten() {
    // 100 requests a second on one core.
    return new HttpSpec(8080, 0.01, 0, 64, 50, 2, 0, 0, 0);
  }

  @Seeds(200)
  void every_request_is_served_refused_given_up_or_waits(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    PodLoad load = new PodLoad(spec(random));
    long offered = 0;
    long answered = 0;
    long lost = 0;
    for (int step = 0; step < 20 + seed; step++) {
      long requests = random.nextInt(300);
      load.offer(requests);
      offered += requests;
      double cores = 0.1 + random.nextDouble() * 2;
      PodLoad.Tick tick = load.advance(cores, 0.1 + random.nextDouble(), random.nextDouble());
      answered += tick.answered();
      assertThat(tick.failed()).isBetween(0L, tick.served());
      if (random.nextInt(20) == 0) {
        lost += load.drop();
      }
      assertThat(answered + lost + load.waiting()).isEqualTo(offered);
    }
    long counted = 0;
    for (int code : new int[] {200, 500, 503, 504}) {
      counted += load.answers().of(code);
    }
    assertThat(counted).isEqualTo(answered);
    assertThat(load.histogram().count()).isEqualTo(answered - load.answers().of(503));
  }

  @Seeds(200)
  void more_requests_never_mean_shorter_waits_or_fewer_errors(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    HttpSpec spec = spec(random);
    double cores = 0.1 + random.nextDouble() * 3;
    double luck = random.nextDouble();
    int step = 1 + random.nextInt(10);
    double waited = 0;
    long bad = 0;
    double cpu = 0;
    for (int rate = 0; rate < 60 * step; rate += step) {
      PodLoad load = new PodLoad(spec);
      long errors = 0;
      PodLoad.Tick last = PodLoad.Tick.NOTHING;
      for (int second = 0; second < 20; second++) {
        load.offer(rate);
        last = load.advance(cores, 1, luck);
        errors += last.refused() + last.gaveUp();
      }
      assertThat(errors).as("errors at %d requests a second", rate).isGreaterThanOrEqualTo(bad);
      assertThat(last.meanSeconds())
          .as("mean latency at %d requests a second", rate)
          .isGreaterThanOrEqualTo(waited - 1e-9);
      assertThat(last.cpuSeconds()).isBetween(0.0, cores + 1e-9);
      // Whole requests: one more or less in a step.
      assertThat(last.cpuSeconds())
          .isGreaterThanOrEqualTo(cpu - spec.cpuSecondsPerRequest() - 1e-9);
      bad = errors;
      waited = last.meanSeconds();
      cpu = last.cpuSeconds();
    }
  }

  @Seeds(100)
  void more_cores_never_mean_more_errors(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    HttpSpec spec = spec(random);
    int rate = random.nextInt(400);
    long bad = Long.MAX_VALUE;
    for (double cores = 0.1; cores < 4; cores += 0.2) {
      PodLoad load = new PodLoad(spec);
      long errors = 0;
      for (int second = 0; second < 20; second++) {
        load.offer(rate);
        PodLoad.Tick tick = load.advance(cores, 1, 0.5);
        errors += tick.refused() + tick.gaveUp();
      }
      assertThat(errors).as("errors with %.1f cores", cores).isLessThanOrEqualTo(bad);
      bad = errors;
    }
  }

  @Seeds(50)
  void buckets_are_in_order(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    PodLoad load = new PodLoad(spec(random));
    for (int step = 0; step < 50; step++) {
      load.offer(random.nextInt(200));
      load.advance(0.1 + random.nextDouble(), 1, random.nextDouble());
      long before = 0;
      for (int i = 0; i < Histogram.bounds(); i++) {
        assertThat(load.histogram().within(i)).isGreaterThanOrEqualTo(before);
        before = load.histogram().within(i);
      }
      assertThat(load.histogram().count()).isGreaterThanOrEqualTo(before);
    }
  }

  @Test
  void below_saturation_all_are_served_and_the_cpu_is_their_work() {
    PodLoad load = new PodLoad(ten());
    double cpu = 0;
    for (int second = 0; second < 60; second++) {
      load.offer(50);
      cpu += load.advance(1, 1, 0.5).cpuSeconds();
    }
    assertThat(load.answers().of(200)).isEqualTo(3000);
    assertThat(cpu).isCloseTo(30, within(1e-6));
    assertThat(load.last().utilisation()).isEqualTo(0.5);
    assertThat(load.last().meanSeconds()).isBetween(0.01, 0.03);
  }

  @Test
  void above_saturation_the_queue_fills_and_the_rest_is_refused() {
    PodLoad load = new PodLoad(ten());
    for (int second = 0; second < 60; second++) {
      load.offer(200);
      load.advance(1, 1, 0.5);
    }
    assertThat(load.last().served()).isEqualTo(100);
    assertThat(load.last().refused()).isEqualTo(100);
    assertThat(load.waiting()).isEqualTo(50);
    // Half a second's worth of queue, on top of the work itself.
    assertThat(load.last().meanSeconds()).isBetween(0.5, 3.0);
  }

  @Test
  void who_would_wait_longer_than_the_timeout_gives_up() {
    HttpSpec patient = new HttpSpec(8080, 0.01, 0, 64, 1000, 1, 0, 0, 0);
    PodLoad load = new PodLoad(patient);
    for (int second = 0; second < 60; second++) {
      load.offer(200);
      load.advance(1, 1, 0.5);
    }
    assertThat(load.last().gaveUp()).isEqualTo(100);
    assertThat(load.last().refused()).isZero();
    assertThat(load.waiting()).isEqualTo(100);
  }

  @Test
  void a_container_that_ends_loses_what_waited_in_it() {
    PodLoad load = new PodLoad(ten());
    load.offer(130);
    load.advance(1, 1, 0.5);
    assertThat(load.drop()).isEqualTo(30);
    assertThat(load.waiting()).isZero();
    assertThat(load.inFlight()).isZero();
  }
}
