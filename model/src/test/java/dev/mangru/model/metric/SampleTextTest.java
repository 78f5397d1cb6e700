package dev.mangru.model.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SampleTextTest {

  @Test
  void values_have_the_shortest_decimal_form() {
    assertThat(SampleText.format(0)).isEqualTo("0");
    assertThat(SampleText.format(-0.0)).isEqualTo("-0");
    assertThat(SampleText.format(1)).isEqualTo("1");
    assertThat(SampleText.format(-2.5)).isEqualTo("-2.5");
    assertThat(SampleText.format(0.1 + 0.2)).isEqualTo("0.30000000000000004");
    assertThat(SampleText.format(1.4e9)).isEqualTo("1400000000");
    assertThat(SampleText.format(1e-6)).isEqualTo("0.000001");
    assertThat(SampleText.format(1e20)).isEqualTo("100000000000000000000");
  }

  @Test
  void very_small_and_very_large_values_have_an_exponent_of_two_digits() {
    assertThat(SampleText.format(1e-7)).isEqualTo("1e-07");
    assertThat(SampleText.format(-1.25e-10)).isEqualTo("-1.25e-10");
    assertThat(SampleText.format(1e21)).isEqualTo("1e+21");
    assertThat(SampleText.format(Double.MAX_VALUE)).isEqualTo("1.7976931348623157e+308");
    assertThat(SampleText.format(Double.MIN_VALUE)).isEqualTo("5e-324");
    assertThat(SampleText.format(-Double.MIN_VALUE)).isEqualTo("-5e-324");
  }

  @Test
  void what_is_not_finite_has_a_name() {
    assertThat(SampleText.format(Double.NaN)).isEqualTo("NaN");
    assertThat(SampleText.format(StaleMarker.VALUE)).isEqualTo("NaN");
    assertThat(SampleText.format(Double.POSITIVE_INFINITY)).isEqualTo("+Inf");
    assertThat(SampleText.format(Double.NEGATIVE_INFINITY)).isEqualTo("-Inf");
  }

  @Test
  void messages_use_the_general_form() {
    assertThat(SampleText.general(123456)).isEqualTo("123456");
    assertThat(SampleText.general(1234567)).isEqualTo("1.234567e+06");
    assertThat(SampleText.general(0.0001)).isEqualTo("0.0001");
    assertThat(SampleText.general(0.00001)).isEqualTo("1e-05");
  }

  @Seeds(100)
  void every_form_reads_back_as_the_same_double(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 100; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertThat(Double.parseDouble(SampleText.format(value))).isEqualTo(value);
        assertThat(Double.parseDouble(SampleText.plain(value))).isEqualTo(value);
        assertThat(Double.parseDouble(SampleText.exponent(value))).isEqualTo(value);
      }
    }
  }

  @Seeds(100)
  void values_of_every_size_are_written_as_the_plain_or_the_exponent_form(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      double value =
          switch (random.nextInt(4)) {
            case 0 -> Double.longBitsToDouble(random.nextLong());
            case 1 -> random.nextGaussian() * Math.pow(10, random.nextInt(30) - 10);
            case 2 -> random.nextInt(100_000) / Math.pow(10, random.nextInt(12));
            default -> random.nextLong() >> random.nextInt(64);
          };
      double magnitude = Math.abs(value);
      boolean exponent = magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21);
      assertThat(SampleText.format(value))
          .isEqualTo(exponent ? SampleText.exponent(value) : SampleText.plain(value));
    }
  }
}
