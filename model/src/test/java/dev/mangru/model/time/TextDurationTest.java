package dev.mangru.model.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TextDurationTest {

  @Test
  void lengths_are_written_as_prometheus_writes_them() {
    assertThat(TextDuration.of(Duration.ZERO)).isEqualTo("0s");
    assertThat(TextDuration.of(Duration.ofMillis(1))).isEqualTo("1ms");
    assertThat(TextDuration.of(Duration.ofSeconds(15))).isEqualTo("15s");
    assertThat(TextDuration.of(Duration.ofMillis(90_500))).isEqualTo("1m30s500ms");
    assertThat(TextDuration.of(Duration.ofHours(36))).isEqualTo("1d12h");
    assertThat(TextDuration.of(Duration.ofDays(14))).isEqualTo("2w");
    assertThat(TextDuration.of(Duration.ofDays(15))).isEqualTo("15d");
    assertThat(TextDuration.of(Duration.ofDays(365))).isEqualTo("1y");
    assertThat(TextDuration.of(Duration.ofDays(400))).isEqualTo("400d");
  }

  @Test
  void a_negative_length_is_refused() {
    assertThatThrownBy(() -> TextDuration.of(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT-1S");
  }
}
