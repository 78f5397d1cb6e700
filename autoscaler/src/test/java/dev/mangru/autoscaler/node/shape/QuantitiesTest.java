package dev.mangru.autoscaler.node.shape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.MangruException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {

  @ParameterizedTest
  @CsvSource({
    "1,1,1000",
    "0.5,1,500",
    "500m,1,500",
    "1500m,2,1500",
    "100u,1,1",
    "1n,1,1",
    "1Ki,1024,1024000",
    "1.5Gi,1610612736,1610612736000",
    "1k,1000,1000000",
    "2e3,2000,2000000",
    "2E3,2000,2000000",
    "1E,1000000000000000000,9223372036854775807",
    "+3,3,3000",
    "-3,-3,-3000",
    ".5,1,500",
    "5.,5,5000",
    "9Ei,9223372036854775807,9223372036854775807",
    "123456789012345678,123456789012345678,9223372036854775807"
  })
  void quantities_are_read_exactly(String text, long units, long milli) {
    assertThat(Quantities.units(text)).isEqualTo(units);
    assertThat(Quantities.milli(text)).isEqualTo(milli);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "1 Gi", "Gi", "1.2.3", "1Gib", "0x10", "1e", "1e999999999", "--1", "NaN"})
  void what_is_no_quantity_is_refused_by_its_text(String text) {
    assertThatThrownBy(() -> Quantities.units(text))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining("not a quantity: \"" + text + "\"");
  }

  @Test
  void a_very_long_text_is_refused_without_repeating_it() {
    assertThatThrownBy(() -> Quantities.units("9".repeat(100_000)))
        .isInstanceOf(MangruException.class)
        .message()
        .hasSizeLessThan(200);
  }
}
