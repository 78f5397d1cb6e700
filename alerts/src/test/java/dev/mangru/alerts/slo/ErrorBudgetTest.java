package dev.mangru.alerts.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorBudgetTest {

  private static final Duration YEAR = Duration.ofDays(365);

  @ParameterizedTest(name = "{0} over {1} leaves {2}")
  @CsvSource({
    "0.999,  P365D, PT8H45M36S",
    "0.9999, P365D, PT52M33.6S",
    "0.99,   P365D, PT87H36M",
    "0.999,  P30D,  PT43M12S",
    "0.995,  P30D,  PT3H36M",
    "0.999,  P1D,   PT1M26.4S",
    "0.999,  PT1H,  PT3.6S",
  })
  void an_untouched_budget_is_the_allowed_time(double target, Duration window, Duration time) {
    assertThat(ErrorBudget.leftTime(1, target, window)).isEqualTo(time);
  }

  @ParameterizedTest(name = "{0} good of {1} at {2}: burn {3}, left {4}")
  @CsvSource({
    "1000, 1000, 0.999, 0,    1",
    "999,  1000, 0.999, 1,    0",
    "998,  1000, 0.999, 2,    -1",
    "9995, 10000, 0.999, 0.5, 0.5",
    "95,   100,  0.99,  5,    -4",
    "0,    10,   0.9,   10,   -9",
  })
  void errors_are_weighed_against_what_the_target_allows(
      double good, double total, double target, double burn, double left) {
    double errors = ErrorBudget.errorRatio(good, total);
    assertThat(ErrorBudget.burnRate(errors, target)).isCloseTo(burn, within(1e-9));
    assertThat(ErrorBudget.left(errors, target, YEAR, YEAR)).isCloseTo(left, within(1e-9));
  }

  @Test
  void time_not_measured_has_spent_nothing() {
    // A tenth of the events of the first hour failed: 100 times the allowed ratio, for one hour of
    // the 8760 of the year.
    assertThat(ErrorBudget.left(0.1, 0.999, Duration.ofHours(1), YEAR))
        .isCloseTo(1 - 100.0 / 8_760, within(1e-9));
    // As a time slice: 6 bad minutes of the 525.6 minutes that a year allows.
    double left = ErrorBudget.left(0.1, 0.999, Duration.ofHours(1), YEAR);
    assertThat(ErrorBudget.leftTime(left, 0.999, YEAR))
        .isEqualTo(Duration.parse("PT8H45M36S").minusMinutes(6));
  }

  @Test
  void an_overspent_budget_leaves_no_time() {
    assertThat(ErrorBudget.leftTime(-3, 0.999, YEAR)).isEqualTo(Duration.ZERO);
  }

  @Test
  void without_events_there_is_no_error_ratio() {
    assertThat(ErrorBudget.errorRatio(0, 0)).isNull();
  }

  @Test
  void more_good_than_total_is_no_error() {
    assertThat(ErrorBudget.errorRatio(11, 10)).isZero();
  }
}
