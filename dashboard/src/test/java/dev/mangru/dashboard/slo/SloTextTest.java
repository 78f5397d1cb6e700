package dev.mangru.dashboard.slo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SloTextTest {

  @Test
  void three_nines_allow_8_76_hours_a_year() {
    assertThat(SloText.allowance(0.999, SloText.YEAR)).isEqualTo("8.76 h");
    assertThat(SloText.promise(0.999))
        .isEqualTo("99.9 % allows 8.76 h a year, 43.2 min in 30 days, 86.4 s a day");
  }

  @Test
  void other_targets_allow_what_arithmetic_says() {
    assertThat(SloText.allowance(0.99, SloText.YEAR)).isEqualTo("3.65 d");
    assertThat(SloText.allowance(0.9999, SloText.YEAR)).isEqualTo("52.6 min");
    assertThat(SloText.allowance(0.99999, SloText.YEAR)).isEqualTo("5.26 min");
    assertThat(SloText.allowance(0.5, Duration.ofHours(1))).isEqualTo("30 min");
  }

  @Test
  void a_target_keeps_every_configured_digit() {
    assertThat(SloText.target(0.9)).isEqualTo("90 %");
    assertThat(SloText.target(0.9995)).isEqualTo("99.95 %");
    assertThat(SloText.target(0.99999)).isEqualTo("99.999 %");
  }

  @Test
  void availability_is_rounded_down_so_that_it_never_claims_more_than_was_reached() {
    assertThat(SloText.availability(0.9989999, 0.999)).isEqualTo("99.899 %");
    assertThat(SloText.availability(0.9999999, 0.999)).isEqualTo("99.999 %");
    assertThat(SloText.availability(1.0, 0.999)).isEqualTo("100 %");
    assertThat(SloText.availability(0.0, 0.999)).isEqualTo("0.000 %");
  }

  @Test
  void what_was_not_measured_is_no_data_and_never_zero() {
    assertThat(SloText.availability(null, 0.999)).isEqualTo("no data");
    assertThat(SloText.budgetLeft(null)).isEqualTo("no data");
    assertThat(SloText.burnRate(null)).isEqualTo("no data");
    assertThat(SloText.duration((Duration) null)).isEqualTo("no data");
    assertThat(SloText.exhaustion(null, 3.0, Duration.ofDays(30))).isEmpty();
  }

  @Test
  void a_budget_below_zero_is_overspent() {
    assertThat(SloText.budgetLeft(0.532)).isEqualTo("53.2 % left");
    assertThat(SloText.budgetLeft(0.0)).isEqualTo("0 % left");
    assertThat(SloText.budgetLeft(-0.2)).isEqualTo("overspent by 20 %");
  }

  @Test
  void durations_take_the_unit_that_reads_best() {
    assertThat(SloText.duration(Duration.ZERO)).isEqualTo("0 s");
    assertThat(SloText.duration(Duration.ofMillis(250))).isEqualTo("250 ms");
    assertThat(SloText.duration(Duration.ofSeconds(119))).isEqualTo("119 s");
    assertThat(SloText.duration(Duration.ofMinutes(2))).isEqualTo("2 min");
    assertThat(SloText.duration(Duration.ofMinutes(59))).isEqualTo("59 min");
    assertThat(SloText.duration(Duration.ofHours(1))).isEqualTo("1 h");
    assertThat(SloText.duration(Duration.ofDays(3))).isEqualTo("3 d");
    assertThat(SloText.duration(Duration.ofMinutes(-5))).isEqualTo("−5 min");
  }

  @Test
  void the_budget_runs_out_only_at_a_pace_above_one() {
    Duration month = Duration.ofDays(30);
    assertThat(SloText.exhaustion(0.53, 1.0, month)).isEmpty();
    assertThat(SloText.exhaustion(0.5, 10.0, month)).isEqualTo("out in 36 h at this rate");
    assertThat(SloText.exhaustion(-0.1, 2.0, month)).isEqualTo("already spent");
  }

  @Seeds(200)
  void shown_availability_is_never_above_the_measured_one(long seed) {
    Random random = new Random(seed);
    double measured = 1 - random.nextDouble() * Math.pow(10, -random.nextInt(6));
    double target = 1 - Math.pow(10, -1 - random.nextInt(4));
    String shown = SloText.availability(measured, target);
    double ratio = Double.parseDouble(shown.replace(" %", "")) / 100;
    assertThat(ratio).isLessThanOrEqualTo(measured + 1e-12);
    assertThat(ratio).isGreaterThan(measured - 0.01);
  }

  @Seeds(200)
  void three_significant_digits_are_within_half_a_percent(long seed) {
    Random random = new Random(seed);
    double value = random.nextDouble() * Math.pow(10, random.nextInt(9) - 3);
    String text = SloText.significant(value);
    assertThat(text).doesNotContain("E").doesNotContain("e");
    assertThat(Double.parseDouble(text)).isBetween(value * 0.995 - 1e-12, value * 1.005 + 1e-12);
  }
}
