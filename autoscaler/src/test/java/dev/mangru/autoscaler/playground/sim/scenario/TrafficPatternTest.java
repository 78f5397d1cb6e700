package dev.mangru.autoscaler.playground.sim.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficPatternTest {

  private static final TrafficSpec SALE =
      new TrafficSpec(
          "n",
          "s",
          0,
          List.of(
              new TrafficPattern.Constant(50),
              new TrafficPattern.FlashSale(45, 15, 90, 20, 8, 600)));

  @ParameterizedTest
  @CsvSource({
    "0, 50",
    "44.9, 50",
    "45, 50",
    "52.5, 225",
    "60, 400",
    "150, 400",
    "160, 225",
    "170, 50",
    "644, 50",
    "660, 400",
    "1260, 400"
  })
  void a_sale_ramps_holds_decays_and_comes_again(double seconds, double expected) {
    assertThat(SALE.requestsPerSecond(seconds)).isCloseTo(expected, within(1e-9));
  }

  @Test
  void a_sale_without_a_ramp_begins_at_once_and_once() {
    var sale = new TrafficPattern.FlashSale(10, 0, 5, 0, 3, 0);
    assertThat(sale.factorAt(9.9)).isEqualTo(1);
    assertThat(sale.factorAt(10)).isEqualTo(3);
    assertThat(sale.factorAt(15)).isEqualTo(3);
    assertThat(sale.factorAt(15.1)).isEqualTo(1);
    assertThat(sale.factorAt(610)).isEqualTo(1);
  }

  @Test
  void a_day_is_low_at_its_ends_and_high_in_the_middle() {
    var wave = new TrafficPattern.DailyWave(10, 30, 3600, 0);
    assertThat(wave.at(0)).isCloseTo(10, within(1e-9));
    assertThat(wave.at(900)).isCloseTo(20, within(1e-9));
    assertThat(wave.at(1800)).isCloseTo(30, within(1e-9));
    assertThat(wave.at(3600)).isCloseTo(10, within(1e-9));
    assertThat(new TrafficPattern.DailyWave(10, 30, 3600, 1800).at(0)).isCloseTo(30, within(1e-9));
  }

  @Test
  void a_recording_is_played_between_its_minutes_and_over_again() {
    var replay = new TrafficPattern.Replay("f", List.of(60.0, 120.0, 0.0), 2, 1);
    assertThat(replay.at(0)).isEqualTo(2);
    assertThat(replay.at(30)).isEqualTo(3);
    assertThat(replay.at(60)).isEqualTo(4);
    assertThat(replay.at(150)).isEqualTo(1);
    assertThat(replay.at(180)).isEqualTo(2);
    assertThat(new TrafficPattern.Replay("f", List.of(60.0, 120.0), 1, 12).at(5)).isEqualTo(2);
  }
}
