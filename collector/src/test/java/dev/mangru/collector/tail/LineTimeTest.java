package dev.mangru.collector.tail;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineTimeTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final String NOW = "2026-11-21T14:00:00Z";

  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  private static long parse(String line, String now, ZoneId zone) {
    byte[] bytes = line.getBytes(UTF_8);
    return new LineTime(zone).parse(bytes, 0, bytes.length, nanos(Instant.parse(now)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2026-11-21 13:23:17 status installed x:amd64|2026-11-21T12:23:17Z",
        "2026-11-21 13:23:17|2026-11-21T12:23:17Z",
        "2026-11-21 13:23:17.123 INFO x|2026-11-21T12:23:17.123Z",
        "2026-11-21 13:23:17,123456 [main] INFO x|2026-11-21T12:23:17.123456Z",
        "2026-07-21T13:23:17: x|2026-07-21T11:23:17Z",
        "[2026-11-21 13:23:17] production.ERROR: x|2026-11-21T12:23:17Z",
        "[2026-11-21T13:23:17.5+03:00] x|2026-11-21T10:23:17.5Z",
        "2026-11-21T13:23:17.123Z  INFO 1 --- [main] x|2026-11-21T13:23:17.123Z",
        "2026-11-21T13:23:17,5Z x|2026-11-21T13:23:17.5Z",
        "2026-11-21 13:23:17 +0000 [info]: x|2026-11-21T13:23:17Z",
        "2026-11-21T13:23:17.1-0130 x|2026-11-21T14:53:17.1Z",
        "2026-11-21 13:23:17.123 UTC [71] LOG:  x|2026-11-21T13:23:17.123Z",
        "2026-11-21 13:23:17.123 CET [71] LOG:  x|2026-11-21T12:23:17.123Z",
        "2026-11-21 13:23:17 -1 is a number|2026-11-21T12:23:17Z",
        "Nov 21 13:23:17 host prog[1]: x|2026-11-21T12:23:17Z",
        "Nov  1 13:23:17 host prog: x|2026-11-01T12:23:17Z",
        "Jul 21 13:23:17 host x|2026-07-21T11:23:17Z",
        "Dec 24 13:23:17 host x|2025-12-24T12:23:17Z",
        "Feb 28 13:23:17 host x|2026-02-28T12:23:17Z",
      })
  void common_times_are_read_in_the_zone_they_are_in(String line, String expected) {
    assertThat(parse(line, NOW, BERLIN)).as(line).isEqualTo(nanos(Instant.parse(expected)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[",
        "2026-11-21",
        "plain text that is long enough",
        "2026-11-21 13:23:17abc",
        "2026-11-21 13:23:1",
        "2026-02-30 13:23:17 x",
        "2026-11-21 25:23:17 x",
        "2026-11-21 13:23:61 x",
        "2026-11-21-13:23:17 x",
        "20261121 132317 xxxxxx",
        "Nox 21 13:23:17 host x",
        "Nov 31 13:23:17 host x",
        "Nov 2x 13:23:17 host x",
        "Nov 21 13.23:17 host x",
        "Nov 21 13:23:170 host x",
        "Nov 21, 13:23:17 host",
      })
  void other_text_is_not_a_time(String line) {
    assertThat(parse(line, NOW, BERLIN)).as(line).isEqualTo(LineTime.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-22T14:00:01Z a day ahead and a second",
        "2126-11-21 13:23:17 x",
        "1970-01-01 00:00:12 a machine without a battery",
        "Feb 29 13:23:17 in neither 2026 nor 2025",
      })
  void a_time_that_cannot_be_is_told_apart(String line) {
    assertThat(parse(line, NOW, BERLIN)).as(line).isEqualTo(LineTime.NONSENSE);
  }

  @ParameterizedTest
  @CsvSource({
    "Dec 31 23:59:59 host x, 2027-01-01T00:00:01Z, 2026-12-31T23:59:59Z",
    "Jan  1 00:00:01 host x, 2026-12-31T23:59:59Z, 2027-01-01T00:00:01Z",
    "Jan  3 00:00:01 host x, 2026-12-31T23:59:59Z, 2026-01-03T00:00:01Z",
    "Feb 29 12:00:00 host x, 2028-02-29T12:00:01Z, 2028-02-29T12:00:00Z",
    "Feb 29 12:00:00 host x, 2029-01-01T00:00:00Z, 2028-02-29T12:00:00Z",
  })
  void the_year_that_syslog_leaves_out_is_the_latest_possible(
      String line, String now, String expected) {
    assertThat(parse(line, now, ZoneId.of("UTC"))).isEqualTo(nanos(Instant.parse(expected)));
  }

  @ParameterizedTest
  @CsvSource({
    // Clocks go from 03:00 back to 02:00 at 01:00 UTC.
    "2026-10-25 02:30:00, 2026-10-25T00:30:00Z, 2026-10-25T00:30:00Z",
    "2026-10-25 02:30:00, 2026-10-25T01:30:00Z, 2026-10-25T01:30:00Z",
    "2026-10-25 01:59:59, 2026-10-25T01:30:00Z, 2026-10-24T23:59:59Z",
    "2026-10-25 03:00:00, 2026-10-25T02:30:00Z, 2026-10-25T02:00:00Z",
    // And from 02:00 on to 03:00.
    "2026-03-29 01:59:59, 2026-03-29T02:00:00Z, 2026-03-29T00:59:59Z",
    "2026-03-29 03:00:00, 2026-03-29T02:00:00Z, 2026-03-29T01:00:00Z",
  })
  void clocks_may_be_changed(String line, String now, String expected) {
    assertThat(parse(line, now, BERLIN)).isEqualTo(nanos(Instant.parse(expected)));
  }

  @Seeds(300)
  void every_local_time_that_java_writes_is_read(long seed) {
    Random random = new Random(seed);
    List<String> zones = ZoneId.getAvailableZoneIds().stream().sorted().toList();
    ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
    Instant now = Instant.parse(NOW);
    LineTime lineTime = new LineTime(zone);
    for (int i = 0; i < 20; i++) {
      Instant written = now.minusSeconds(random.nextLong(300L * 86_400));
      ZonedDateTime wall = written.atZone(zone);
      if (zone.getRules().getValidOffsets(LocalDateTime.from(wall)).size() != 1) {
        continue;
      }
      String pattern = random.nextBoolean() ? "yyyy-MM-dd HH:mm:ss" : "MMM ppd HH:mm:ss";
      String line = DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(wall) + " text";
      byte[] bytes = line.getBytes(UTF_8);
      assertThat(lineTime.parse(bytes, 0, bytes.length, nanos(now)))
          .as("%s in %s", line, zone)
          .isEqualTo(nanos(written));
    }
  }

  @Seeds(500)
  void no_bytes_break_it(long seed) {
    Random random = new Random(seed);
    byte[] bytes = "[2026-11-21 13:23:17,123 +02:00 UTC Nov 21 13:23:17 h".getBytes(UTF_8);
    for (int i = random.nextInt(4); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    int from = random.nextBoolean() ? random.nextInt(bytes.length) : random.nextInt(2);
    int to = from + random.nextInt(bytes.length - from + 1);
    long nowNs = nanos(Instant.parse(NOW));
    long stampNs = new LineTime(BERLIN).parse(bytes, from, to, nowNs);
    assertThat(stampNs)
        .satisfiesAnyOf(
            stamp -> assertThat(stamp).isIn(LineTime.NONE, LineTime.NONSENSE),
            stamp -> assertThat(stamp).isLessThanOrEqualTo(nowNs + Duration.ofDays(1).toNanos()));
  }

  @Test
  void lines_of_one_second_keep_their_order_around_a_stack_trace() {
    PlainDecoder decoder = new PlainDecoder(ZoneId.of("UTC"));
    Stamps stamps = new Stamps();
    long nowNs = nanos(Instant.parse(NOW));
    for (String line :
        List.of(
            "2026-11-21 13:23:17 a",
            "2026-11-21 13:23:17 b",
            " at x",
            "2026-11-21 13:23:17 c",
            " at y",
            "2026-11-21 13:23:18 d",
            "2126-01-01 00:00:00 e",
            "f")) {
      byte[] bytes = line.getBytes(UTF_8);
      decoder.line(bytes, 0, bytes.length, 0, nowNs, stamps);
    }
    long head = nanos(Instant.parse("2026-11-21T13:23:17Z"));
    assertThat(stamps.all)
        .containsExactly(
            head, head, head + 1, head + 2, head + 3, head + 1_000_000_000L, nowNs, nowNs + 1);
  }

  private static final class Stamps implements RecordSink {

    private final List<Long> all = new ArrayList<>();

    @Override
    public void record(String output, long timestampNs, byte[] buffer, int from, int to) {
      all.add(timestampNs);
    }

    @Override
    public void malformed() {
      throw new AssertionError("a plain line is never malformed");
    }

    @Override
    public void lost(LossReason reason, long bytes) {
      throw new AssertionError("nothing of a plain line is lost");
    }
  }
}
