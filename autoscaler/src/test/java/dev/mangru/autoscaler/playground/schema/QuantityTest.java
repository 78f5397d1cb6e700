package dev.mangru.autoscaler.playground.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.testkit.Seeds;
import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class QuantityTest {

  @ParameterizedTest
  @CsvSource({
    "0,0,0,0",
    "1,1,1000,1",
    "100m,0.1,100,100m",
    "0.5,0.5,500,500m",
    "1500m,1.5,1500,1500m",
    "1000m,1,1000,1",
    "1.5Gi,1610612736,1610612736000,1536Mi",
    "1024Mi,1073741824,1073741824000,1Gi",
    "1k,1000,1000000,1k",
    "1000,1000,1000000,1k",
    "2e3,2000,2000000,2e3",
    "2E3,2000,2000000,2e3",
    "1E,1000000000000000000,9223372036854775807,1E",
    "100n,0.0000001,1,100n",
    "1u,0.000001,1,1u",
    "1n,0.000000001,1,1n",
    "0.1n,0.000000001,1,1n",
    "-1.5,-1.5,-1500,-1500m",
    "+2,2,2000,2",
    "12e-1,1.2,1200,1200e-3",
    ".5,0.5,500,500m",
    "5.,5,5000,5",
    "512Ki,524288,524288000,512Ki",
    "1000Ki,1024000,1024000000,1000Ki",
    "0.5Ki,512,512000,512",
    "100E,9223372036854775807,9223372036854775807,9223372036854775807",
    "9Ei,9223372036854775807,9223372036854775807,9223372036854775807",
  })
  void a_quantity_has_an_exact_value_thousandths_and_a_canonical_text(
      String text, BigDecimal value, long milli, String canonical) {
    assertThat(Quantity.parse(text)).isEqualByComparingTo(value);
    assertThat(Quantity.milli(text)).isEqualTo(milli);
    assertThat(Quantity.canonical(text)).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "m", "1x", "1 Gi", "1gi", "1Kii", "1..2", "e3", "1e", "1e+", "--1", "1mm", "٣"
      })
  void what_is_no_quantity_is_refused(String text) {
    assertThat(Quantity.tryParse(text)).isEmpty();
    assertThatExceptionOfType(MangruException.class).isThrownBy(() -> Quantity.parse(text));
  }

  @Seeds(500)
  void the_canonical_text_has_the_same_value_and_stays(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    String[] suffixes = {"", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "e-3"};
    String text =
        BigDecimal.valueOf(random.nextLong(-100_000, 100_000), random.nextInt(4)).toPlainString()
            + suffixes[random.nextInt(suffixes.length)];
    String canonical = Quantity.canonical(text);
    boolean whole = !text.endsWith("i");

    assertThat(Quantity.canonical(canonical)).isEqualTo(canonical);
    if (whole) {
      assertThat(Quantity.parse(canonical)).isEqualByComparingTo(Quantity.parse(text));
    } else {
      assertThat(Quantity.parse(canonical).subtract(Quantity.parse(text)).abs())
          .isLessThan(BigDecimal.ONE);
    }
  }
}
