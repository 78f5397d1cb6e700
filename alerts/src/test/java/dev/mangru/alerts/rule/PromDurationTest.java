package dev.mangru.alerts.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromDurationTest {

  @Test
  void units_add_up() {
    assertThat(PromDuration.parse("1h30m")).isEqualTo(Duration.ofMinutes(90));
    assertThat(PromDuration.parse("1y2w3d4h5m6s7ms"))
        .isEqualTo(Duration.ofDays(365 + 14 + 3).plusHours(4).plusMinutes(5).plusMillis(6_007));
    assertThat(PromDuration.parse("0")).isZero();
    assertThat(PromDuration.parse("0s")).isZero();
    assertThat(PromDuration.parse("106751d")).isEqualTo(Duration.ofDays(106_751));
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "1.5h", "-1m", "1m1h", "1m1m", "m", " 1m", "1x", "1 h", "1h "})
  void what_is_not_a_duration_is_refused(String text) {
    assertThatThrownBy(() -> PromDuration.parse(text))
        .hasMessage("not a valid duration string: \"" + text + "\"");
  }

  @Test
  void what_does_not_fit_is_refused() {
    assertThatThrownBy(() -> PromDuration.parse("")).hasMessage("empty duration string");
    assertThatThrownBy(() -> PromDuration.parse("300y"))
        .hasMessage("duration out of range: \"300y\"");
    assertThatThrownBy(() -> PromDuration.parse("9999999999999999999999s"))
        .hasMessageStartingWith("duration out of range");
  }

  @Test
  void a_duration_is_written_as_it_is_read() {
    for (String text : new String[] {"1h30m", "15s", "1y", "2w", "1d1ms", "0s", "90d"}) {
      Duration duration = PromDuration.parse(text);
      assertThat(PromDuration.parse(PromDuration.format(duration))).isEqualTo(duration);
    }
    assertThat(PromDuration.format(Duration.ofMinutes(90))).isEqualTo("1h30m");
    assertThat(PromDuration.format(Duration.ofDays(8))).isEqualTo("8d");
    assertThat(PromDuration.format(Duration.ofDays(14))).isEqualTo("2w");
  }
}
