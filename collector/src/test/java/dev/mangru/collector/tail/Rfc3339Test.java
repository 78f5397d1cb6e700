package dev.mangru.collector.tail;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Rfc3339Test {

  private static long parse(String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    return Rfc3339.parse(bytes, 0, bytes.length);
  }

  @Seeds(300)
  void every_timestamp_that_java_writes_is_read_to_the_nanosecond(long seed) {
    Random random = new Random(seed);
    long seconds = random.nextLong(-9_000_000_000L, 9_000_000_000L);
    Instant instant = Instant.ofEpochSecond(seconds, random.nextInt(1_000_000_000));
    ZoneOffset zone = ZoneOffset.ofTotalSeconds(60 * random.nextInt(-18 * 60, 18 * 60));
    String text =
        random.nextBoolean()
            ? instant.toString()
            : DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                OffsetDateTime.ofInstant(instant, zone));
    // ISO_OFFSET_DATE_TIME leaves out nothing; Instant.toString cuts zeros in groups of three.
    long expected = instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    assertThat(parse(text)).as(text).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02T03:04:05.Z",
        "2026-13-02T03:04:05Z",
        "2026-01-32T03:04:05Z",
        "2026-02-29T03:04:05Z",
        "2026-01-02T24:04:05Z",
        "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:61Z",
        "2026-01-02T03:04:05+2:00",
        "2026-01-02T03:04:05+0200",
        "2026-01-02T03:04:05Zx",
        "9999-01-02T03:04:05Z",
        "20a6-01-02T03:04:05Z",
        "2026/01/02T03:04:05Z"
      })
  void other_text_is_not_a_timestamp(String text) {
    assertThat(parse(text)).isEqualTo(Rfc3339.NONE);
  }
}
