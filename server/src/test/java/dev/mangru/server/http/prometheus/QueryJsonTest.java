package dev.mangru.server.http.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryJsonTest {

  @ParameterizedTest
  @CsvSource({
    "1435781430781,1435781430.781",
    "1435781430000,1435781430",
    "1435781430010,1435781430.010",
    "5,0.005",
    "0,0",
    "-5,-0.005",
    "-1500,-1.500"
  })
  void times_have_three_decimals_or_none(long ms, String text) {
    assertThat(QueryJson.seconds(ms)).isEqualTo(text);
  }
}
