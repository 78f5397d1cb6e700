package dev.mangru.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptedCodingTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "gzip                               | GZIP",
        "GZip                               | GZIP",
        "deflate                            | DEFLATE",
        "gzip, deflate, br, zstd            | ZSTD",
        "gzip, zstd;q=0.5                   | GZIP",
        "deflate;q=0.9, gzip;q=0.8          | DEFLATE",
        "zstd;q=0, gzip;q=0                 | none",
        "*                                  | ZSTD",
        "*;q=0                              | none",
        "zstd;q=0, *;q=0.1                  | GZIP",
        "identity                           | none",
        "identity;q=0.5, gzip;q=0.4         | none",
        "identity;q=0.5, gzip;q=0.5         | GZIP",
        "identity;q=0, gzip;q=0.1           | GZIP",
        "br                                 | none",
        "gzip;level=9                       | none",
        "gzip;q=2                           | none",
        "gzip;q=x                           | none",
        "''                                 | none",
        "none                               | none",
        "xgzip, gzipx                       | none"
      })
  void the_caller_gets_what_it_likes_best(String header, AcceptedCoding expected) {
    assertThat(AcceptedCoding.of(header)).isEqualTo(expected);
  }
}
