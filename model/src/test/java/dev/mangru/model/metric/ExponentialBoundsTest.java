package dev.mangru.model.metric;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExponentialBoundsTest {

  @Test
  void bounds_are_prometheus_to_the_last_bit() {
    assertThat(ExponentialBounds.upper(-2, 2)).isEqualTo(0.7071067811865475);
    assertThat(ExponentialBounds.upper(-1, 2)).isEqualTo(0.8408964152537144);
    assertThat(ExponentialBounds.upper(1, 1)).isEqualTo(1.414213562373095);
    assertThat(ExponentialBounds.upper(3, 2)).isEqualTo(1.6817928305074288);
    assertThat(ExponentialBounds.upper(-1, -2)).isEqualTo(0.0625);
  }
}
