package dev.mangru.server.http.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelNamesTest {

  @ParameterizedTest
  @CsvSource({
    "job,job",
    "U__http_2e_status,http.status",
    "U__a__b,a_b",
    "U___1f600_,\uD83D\uDE00",
    "U__broken_zz_,U__broken_zz_",
    "U__surrogate_d800_,U__surrogate_d800_",
    "U__open_2e,U__open_2e",
    "U__long_1234567_,U__long_1234567_"
  })
  void escaped_names_are_read_as_prometheus_reads_them(String escaped, String name) {
    assertThat(LabelNames.unescape(escaped)).isEqualTo(name);
  }
}
