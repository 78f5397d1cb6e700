package dev.mangru.autoscaler.playground.sim.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.playground.sim.scenario.Chance;
import dev.mangru.autoscaler.playground.sim.scenario.Scenario;
import dev.mangru.autoscaler.playground.sim.scenario.TrafficPattern;
import dev.mangru.autoscaler.playground.sim.scenario.TrafficSpec;
import dev.mangru.autoscaler.playground.sim.scenario.WorkloadSpec.HttpSpec;
import dev.mangru.model.testkit.Seeds;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ServiceTrafficTest {

  private static final HttpSpec HTTP = new HttpSpec(8080, 0.01, 0, 64, 1000, 10, 0, 0, 0);

  private static Scenario scenario(TrafficSpec... traffic) {
    return new Scenario("t", "", List.of(), List.of(), List.of(traffic), List.of());
  }

  private static TrafficSpec constant(String service, double rate, double noise) {
    return new TrafficSpec("n", service, noise, List.of(new TrafficPattern.Constant(rate)));
  }

  private static List<PodLoad> loads(int count) {
    return Stream.generate(() -> new PodLoad(HTTP)).limit(count).toList();
  }

  @Seeds(50)
  void containers_get_equal_shares_to_the_request(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ServiceTraffic traffic =
        new ServiceTraffic(
            scenario(constant("s", random.nextDouble() * 300, 0.3)), new Chance(seed));
    List<PodLoad> ready = loads(1 + random.nextInt(9));
    for (int second = 0; second < 100; second++) {
      traffic.send(second, 1, second, _ -> ready);
    }
    long sum = ready.stream().mapToLong(PodLoad::waiting).sum();
    long most = ready.stream().mapToLong(PodLoad::waiting).max().orElseThrow();
    long least = ready.stream().mapToLong(PodLoad::waiting).min().orElseThrow();
    assertThat(sum).isEqualTo(traffic.totals("n/s").arrived());
    assertThat(most - least).isLessThanOrEqualTo(1);
  }

  @Test
  void fractions_of_requests_add_up() {
    ServiceTraffic traffic = new ServiceTraffic(scenario(constant("s", 0.25, 0)), new Chance(1));
    for (int second = 0; second < 100; second++) {
      traffic.send(second, 1, second, _ -> loads(1));
    }
    assertThat(traffic.totals("n/s").arrived()).isEqualTo(25);
  }

  @Test
  void without_a_ready_container_requests_go_nowhere_and_are_counted() {
    ServiceTraffic traffic = new ServiceTraffic(scenario(constant("s", 10, 0)), new Chance(1));
    traffic.send(0, 1, 0, _ -> List.of());
    assertThat(traffic.totals("n/s")).isEqualTo(new ServiceTraffic.Totals(10, 10));
  }

  @Test
  void a_second_tier_gets_its_share_of_the_first() {
    TrafficSpec second =
        new TrafficSpec("n", "t", 0, List.of(new TrafficPattern.Follows("s", 0.5)));
    ServiceTraffic traffic =
        new ServiceTraffic(scenario(constant("s", 40, 0.2), second), new Chance(3));
    List<PodLoad> ready = loads(1);
    for (int i = 0; i < 50; i++) {
      traffic.send(i, 1, i, _ -> ready);
    }
    long first = traffic.totals("n/s").arrived();
    assertThat(traffic.totals("n/t").arrived()).isEqualTo(first / 2);
  }

  @Test
  void another_seed_brings_other_visitors() {
    long[] arrived = new long[2];
    for (int seed = 0; seed < 2; seed++) {
      ServiceTraffic traffic =
          new ServiceTraffic(scenario(constant("s", 1000, 0.1)), new Chance(seed));
      for (int i = 0; i < 10; i++) {
        traffic.send(i, 1, i, _ -> List.of());
      }
      arrived[seed] = traffic.totals("n/s").arrived();
    }
    assertThat(arrived[0]).isNotEqualTo(arrived[1]);
    assertThat(arrived[0]).isBetween(9_000L, 11_000L);
  }
}
