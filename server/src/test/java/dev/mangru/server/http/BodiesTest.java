package dev.mangru.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.Ticker;
import dev.mangru.server.http.Bodies.BodyLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.xerial.snappy.Snappy;

class BodiesTest {

  private static final int LIMIT = 1 << 20;

  private final BytesInFlight inFlight = new BytesInFlight(8 * LIMIT);
  private final Bodies bodies = bodies(Ticker.SYSTEM);

  private Bodies bodies(Ticker ticker) {
    return new Bodies(new BodyLimits(LIMIT, LIMIT, Duration.ofSeconds(60)), inFlight, ticker);
  }

  private static MockHttpServletRequest request(byte[] body) {
    MockHttpServletRequest request = new MockHttpServletRequest("POST", "/");
    request.setContent(body);
    return request;
  }

  private byte[] read(byte[] body, ContentCoding coding) throws IOException {
    try (Bodies.Body read = bodies.read(request(body), coding)) {
      return read.bytes();
    }
  }

  private void refused(ThrowingCallable call, ErrorCode code, String... words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            MangruException.class, error -> assertThat(error.code()).isEqualTo(code))
        .hasMessageContainingAll(words);
    assertThat(inFlight.held()).isZero();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(bytes);
    }
    return out.toByteArray();
  }

  @Seeds(60)
  void whatever_was_compressed_comes_back(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = new byte[random.nextInt((int) Math.min(LIMIT, 1 + seed * seed * 300))];
    random.nextBytes(bytes);
    Arrays.fill(bytes, 0, bytes.length / 2, (byte) 7);
    assertThat(read(bytes, ContentCoding.IDENTITY)).isEqualTo(bytes);
    assertThat(read(Snappy.compress(bytes), ContentCoding.SNAPPY)).isEqualTo(bytes);
    assertThat(read(Zstd.compress(bytes), ContentCoding.ZSTD)).isEqualTo(bytes);
    assertThat(read(gzip(bytes), ContentCoding.GZIP)).isEqualTo(bytes);
    assertThat(inFlight.held()).isZero();
  }

  @Seeds(300)
  void damaged_bodies_are_refused_or_read_and_never_crash(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = new byte[2000];
    random.nextBytes(bytes);
    Arrays.fill(bytes, 500, 1500, (byte) 1);
    for (ContentCoding coding : ContentCoding.values()) {
      byte[] sent =
          switch (coding) {
            case IDENTITY -> bytes;
            case SNAPPY -> Snappy.compress(bytes);
            case ZSTD -> Zstd.compress(bytes);
            case GZIP -> gzip(bytes);
          };
      sent = Arrays.copyOf(sent, random.nextInt(sent.length));
      for (int flips = random.nextInt(4); flips > 0 && sent.length > 0; flips--) {
        sent[random.nextInt(sent.length)] ^= (byte) (1 << random.nextInt(8));
      }
      byte[] damaged = sent;
      try {
        assertThat(read(damaged, coding).length).isLessThanOrEqualTo(LIMIT);
      } catch (MangruException e) {
        assertThat(e.code()).isIn(ErrorCode.BAD_DATA, ErrorCode.BODY_TOO_LARGE);
      }
      assertThat(inFlight.held()).isZero();
    }
  }

  @Test
  void a_declared_length_over_the_limit_is_refused_before_a_byte_is_read() {
    MockHttpServletRequest request = request(new byte[LIMIT + 1]);
    refused(
        () -> bodies.read(request, ContentCoding.IDENTITY),
        ErrorCode.BODY_TOO_LARGE,
        String.valueOf(LIMIT + 1),
        "mangru.http.max-body",
        "smaller batches");
  }

  @Test
  void an_undeclared_length_over_the_limit_is_refused_while_it_is_read() {
    MockHttpServletRequest request =
        new MockHttpServletRequest("POST", "/") {
          @Override
          public long getContentLengthLong() {
            return -1;
          }
        };
    request.setContent(new byte[LIMIT + 1]);
    refused(
        () -> bodies.read(request, ContentCoding.IDENTITY),
        ErrorCode.BODY_TOO_LARGE,
        "mangru.http.max-body");
  }

  @Test
  void a_body_exactly_at_the_limit_is_read() throws IOException {
    assertThat(read(new byte[LIMIT], ContentCoding.IDENTITY)).hasSize(LIMIT);
    assertThat(read(Zstd.compress(new byte[LIMIT]), ContentCoding.ZSTD)).hasSize(LIMIT);
    assertThat(read(gzip(new byte[LIMIT]), ContentCoding.GZIP)).hasSize(LIMIT);
  }

  @Test
  void seven_bytes_that_declare_four_gibibytes_are_refused_without_memory() {
    byte[] liar = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f, 0, 0};
    refused(
        () -> read(liar, ContentCoding.SNAPPY), ErrorCode.BODY_TOO_LARGE, "declares 4294967295");
  }

  @Test
  void a_snappy_body_that_declares_more_than_it_can_hold_is_refused() {
    byte[] liar = {(byte) 0x80, (byte) 0x80, 0x20, 0, 0}; // declares 512 KiB
    refused(
        () -> read(liar, ContentCoding.SNAPPY), ErrorCode.BAD_DATA, "524288 bytes are declared");
  }

  @Test
  void a_zstd_body_that_declares_too_much_is_refused() {
    byte[] bomb = Zstd.compress(new byte[8 * LIMIT]);
    refused(
        () -> read(bomb, ContentCoding.ZSTD),
        ErrorCode.BODY_TOO_LARGE,
        "mangru.http.max-decoded-body");
  }

  @Test
  void a_gzip_bomb_is_cut_while_it_inflates() throws IOException {
    byte[] bomb = gzip(new byte[32 * LIMIT]);
    assertThat(bomb.length).isLessThan(LIMIT / 16);
    refused(
        () -> read(bomb, ContentCoding.GZIP),
        ErrorCode.BODY_TOO_LARGE,
        "mangru.http.max-decoded-body");
  }

  @Test
  void text_that_is_not_compressed_is_refused_by_name() {
    byte[] text = "{\"streams\":[]}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    refused(() -> read(text, ContentCoding.SNAPPY), ErrorCode.BAD_DATA, "snappy");
    refused(() -> read(text, ContentCoding.ZSTD), ErrorCode.BAD_DATA, "zstd");
    refused(() -> read(text, ContentCoding.GZIP), ErrorCode.BAD_DATA, "gzip");
  }

  @Test
  void an_empty_body_is_not_compressed() {
    refused(() -> read(new byte[0], ContentCoding.SNAPPY), ErrorCode.BAD_DATA, "snappy");
    refused(() -> read(new byte[0], ContentCoding.GZIP), ErrorCode.BAD_DATA, "gzip");
  }

  @Test
  void bodies_that_would_take_too_much_together_are_sent_away_for_now() throws IOException {
    BytesInFlight small = new BytesInFlight(1000);
    Bodies tight =
        new Bodies(new BodyLimits(LIMIT, LIMIT, Duration.ofSeconds(60)), small, Ticker.SYSTEM);
    try (Bodies.Body _ = tight.read(request(new byte[900]), ContentCoding.IDENTITY)) {
      assertThatThrownBy(() -> tight.read(request(new byte[200]), ContentCoding.IDENTITY))
          .isInstanceOfSatisfying(
              MangruException.class,
              error -> assertThat(error.code()).isEqualTo(ErrorCode.OVERLOADED))
          .hasMessageContaining("mangru.http.max-bytes-in-flight");
    }
    assertThat(small.held()).isZero();
    tight.read(request(new byte[200]), ContentCoding.IDENTITY).close();
  }

  @Test
  void a_body_that_drips_is_given_up() {
    AtomicLong time = new AtomicLong();
    Bodies impatient = bodies(() -> time.addAndGet(Duration.ofSeconds(40).toNanos()));
    refused(
        () -> impatient.read(request(new byte[600_000]), ContentCoding.IDENTITY),
        ErrorCode.TIMEOUT,
        "PT1M");
  }

  @Test
  void the_array_of_a_closed_body_serves_the_next_one() throws IOException {
    byte[] sent = new byte[100_000];
    new Random(1).nextBytes(sent);
    byte[] compressed = Snappy.compress(sent);
    Bodies.Body first = bodies.read(request(compressed), ContentCoding.SNAPPY);
    byte[] array = first.array();
    byte[] copy = first.bytes();
    assertThat(first.length()).isEqualTo(sent.length);
    assertThat(inFlight.held()).isEqualTo(array.length + copy.length);
    first.close();
    first.close();
    assertThat(inFlight.held()).isZero();
    assertThat(bodies.idleBytes()).isGreaterThanOrEqualTo(array.length);
    try (Bodies.Body second =
        bodies.read(request(Snappy.compress(new byte[90_000])), ContentCoding.SNAPPY)) {
      assertThat(second.array()).isSameAs(array);
      assertThat(second.bytes()).isEqualTo(new byte[90_000]);
      assertThat(copy).isEqualTo(sent);
    }
  }

  @Test
  void a_body_that_is_refused_gives_its_arrays_back() {
    byte[] text = new byte[50_000];
    Arrays.fill(text, (byte) 'x');
    for (ContentCoding coding : ContentCoding.values()) {
      if (coding != ContentCoding.IDENTITY) {
        refused(() -> bodies.read(request(text), coding), ErrorCode.BAD_DATA, coding.label());
      }
    }
    assertThat(bodies.idleBytes()).isPositive();
  }
}
