package dev.mangru.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.MangruException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

class ParamsTest {

  private static Params params(String name, String value) {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.setParameter(name, value);
    return new Params(request);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "1435781430,1435781430000",
    "1435781430.781,1435781430781",
    "1.0006,1001",
    "-1.5,-1500",
    "1e3,1000000",
    "2015-07-01T20:10:30.781Z,1435781430781",
    "2015-07-01T22:10:30+02:00,1435781430000",
    "-292273086-05-16T16:47:06Z,-9223372036854775808",
    "292277025-08-18T07:12:54.999999999Z,9223372036854775807"
  })
  void times_are_float_seconds_or_rfc_3339(String text, long ms) {
    assertThat(params("time", text).timeMs("time", 0)).isEqualTo(ms);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "NaN", "Inf", "1d", "0x10", " 1", "2015-07-01", "1e400"})
  void other_times_are_refused_with_prometheus_words(String text) {
    assertThatThrownBy(() -> params("time", text).timeMs("time", 0))
        .isInstanceOf(MangruException.class)
        .hasMessage(
            "invalid parameter \"time\": cannot parse \"" + text + "\" to a valid timestamp");
  }

  @ParameterizedTest
  @CsvSource({"15,15000", "0.5,500", "1h30m,5400000", "1y,31536000000", "2w3d,1468800000", "5ms,5"})
  void durations_are_float_seconds_or_prometheus_own(String text, long ms) {
    assertThat(params("step", text).durationMs("step")).isEqualTo(ms);
  }

  @ParameterizedTest
  @ValueSource(strings = {"h", "1", "30m1h", "1h1h", "1h30", "-1h", "99999999999999999999y", ""})
  void a_text_that_is_no_duration_is_told_apart(String text) {
    assertThat(Params.prometheusDuration(text)).isEqualTo(-1);
  }

  @Test
  void a_wrong_duration_is_refused_with_prometheus_words() {
    assertThatThrownBy(() -> params("step", "soon").durationMs("step"))
        .hasMessage("invalid parameter \"step\": cannot parse \"soon\" to a valid duration");
  }

  @Test
  void a_negative_limit_is_refused() {
    assertThatThrownBy(() -> params("limit", "-1").limit())
        .hasMessageContaining("limit must be non-negative");
  }

  @ParameterizedTest
  @CsvSource({
    "1700000000,1700000000000000000",
    "1700000000000000001,1700000000000000001",
    "1700000000.5,1700000000500000000",
    "2023-11-14T22:13:20.000000001Z,1700000000000000001"
  })
  void loki_times_are_seconds_nanoseconds_or_rfc_3339(String text, long ns) {
    assertThat(params("start", text).timeNs("start", 0)).isEqualTo(ns);
  }

  @Test
  void a_time_that_nanoseconds_cannot_hold_is_refused() {
    assertThatThrownBy(() -> params("start", "9999-01-01T00:00:00Z").timeNs("start", 0))
        .isInstanceOf(MangruException.class);
  }

  @Test
  void a_count_outside_its_bounds_is_refused_with_them() {
    assertThatThrownBy(() -> params("buckets", "0").count("buckets", 60, 1, 1000))
        .hasMessageContaining("from 1 to 1000");
  }
}
