package dev.mangru.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.mangru.model.testkit.Seeds;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class AnswerFilterTest {

  private final AnswerFilter filter = new AnswerFilter();

  private static FilterChain writes(String type, byte[] body, int piece) {
    return (_, response) -> {
      response.setContentType(type);
      OutputStream out = response.getOutputStream();
      for (int at = 0; at < body.length; at += piece) {
        out.write(body, at, Math.min(piece, body.length - at));
        out.flush();
      }
    };
  }

  private MockHttpServletResponse get(String path, String accept, String known, FilterChain chain)
      throws Exception {
    MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
    if (accept != null) {
      request.addHeader("Accept-Encoding", accept);
    }
    if (known != null) {
      request.addHeader("If-None-Match", known);
    }
    MockHttpServletResponse response = new MockHttpServletResponse();
    filter.doFilter(request, response, chain);
    return response;
  }

  private static byte[] body(int length) {
    return "{\"status\":\"success\",\"data\":[1,2,3]}"
        .repeat(1 + length / 35)
        .substring(0, length)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] decoded(MockHttpServletResponse response) throws IOException {
    InputStream in = new ByteArrayInputStream(response.getContentAsByteArray());
    String coding = response.getHeader("Content-Encoding");
    return switch (coding) {
      case null -> in.readAllBytes();
      case "gzip" -> new GZIPInputStream(in).readAllBytes();
      case "deflate" -> new InflaterInputStream(in).readAllBytes();
      case "zstd" -> new ZstdInputStreamNoFinalizer(in).readAllBytes();
      default -> throw new AssertionError(coding);
    };
  }

  @Seeds(100)
  void what_was_written_comes_out_whatever_the_coding(long seed) throws Exception {
    Random random = new Random(seed);
    byte[] body = body(random.nextInt(random.nextBoolean() ? 3000 : 200_000));
    String accept = new String[] {null, "gzip", "deflate", "zstd", "identity"}[random.nextInt(5)];
    String path = random.nextBoolean() ? "/api/v1/query" : "/api/v1/query_range";
    FilterChain chain = writes("application/json", body, 1 + random.nextInt(10_000));
    MockHttpServletResponse response = get(path, accept, null, chain);
    assertThat(decoded(response)).isEqualTo(body);
    boolean compresses =
        accept != null
            && !accept.equals("identity")
            && body.length >= HeldResponse.WORTH_COMPRESSING;
    assertThat(response.getHeader("Content-Encoding")).isEqualTo(compresses ? accept : null);
    if (body.length > 0) {
      assertThat(response.getHeader("Vary")).isEqualTo("Accept-Encoding");
    }
    boolean tagged =
        path.endsWith("_range") && body.length > 0 && body.length <= HeldResponse.MAX_HELD;
    assertThat(response.getHeader("ETag") != null).isEqualTo(tagged);
  }

  @Test
  void who_has_the_answer_already_gets_304_and_who_has_another_gets_it() throws Exception {
    FilterChain chain = writes("application/json", body(5000), 8000);
    String tag = get("/api/v1/labels", "gzip", null, chain).getHeader("ETag");
    MockHttpServletResponse again = get("/api/v1/labels", "zstd", "\"x\", " + tag, chain);
    assertThat(again.getStatus()).isEqualTo(304);
    assertThat(again.getContentAsByteArray()).isEmpty();
    assertThat(again.getHeader("ETag")).isEqualTo(tag).startsWith("W/\"");
    assertThat(again.getHeader("Cache-Control")).isEqualTo("private, no-cache");
    MockHttpServletResponse other =
        get("/api/v1/labels", null, tag, writes("application/json", body(5001), 8000));
    assertThat(other.getStatus()).isEqualTo(200);
    assertThat(other.getContentAsByteArray()).isEqualTo(body(5001));
  }

  @Test
  void an_error_has_no_tag_and_is_never_304() throws Exception {
    MockHttpServletResponse response =
        get(
            "/api/v1/labels",
            null,
            "*",
            (_, answer) ->
                JsonAnswer.error((HttpServletResponse) answer, 400, "bad_data", "no such thing"));
    assertThat(response.getStatus()).isEqualTo(400);
    assertThat(response.getHeader("ETag")).isNull();
    assertThat(response.getContentAsString()).contains("no such thing");
  }

  @Test
  void events_go_out_as_they_come() throws Exception {
    MockHttpServletResponse response =
        get(
            "/api/v1/notifications/live",
            "gzip",
            null,
            (_, answer) -> {
              answer.setContentType("text/event-stream");
              answer.getOutputStream().write("data: 1\n\n".getBytes(StandardCharsets.UTF_8));
              answer.getOutputStream().flush();
              assertThat(answer.isCommitted()).isTrue();
            });
    assertThat(response.getContentAsString()).isEqualTo("data: 1\n\n");
    assertThat(response.getHeader("Content-Encoding")).isNull();
  }

  @Test
  void what_is_compressed_already_and_what_does_not_get_smaller_stays_as_it_is() throws Exception {
    byte[] body = body(5000);
    MockHttpServletResponse snappy =
        get(
            "/api/v1/x",
            "gzip",
            null,
            (_, answer) -> {
              ((HttpServletResponse) answer).setHeader("Content-Encoding", "snappy");
              answer.setContentType("application/json");
              answer.getOutputStream().write(body);
            });
    assertThat(snappy.getHeader("Content-Encoding")).isEqualTo("snappy");
    assertThat(snappy.getContentAsByteArray()).isEqualTo(body);
    MockHttpServletResponse image = get("/api/v1/x", "gzip", null, writes("image/png", body, 900));
    assertThat(image.getHeader("Content-Encoding")).isNull();
    assertThat(image.getContentAsByteArray()).isEqualTo(body);
  }

  @Test
  void an_answer_that_fails_in_the_middle_is_not_ended() throws Exception {
    byte[] body = body(100_000);
    MockHttpServletRequest request = new MockHttpServletRequest("GET", "/api/v1/query");
    request.addHeader("Accept-Encoding", "gzip");
    MockHttpServletResponse response = new MockHttpServletResponse();
    assertThatThrownBy(() ->
            filter.doFilter(
                request,
                response,
                (_, answer) -> {
                  answer.setContentType("application/json");
                  answer.getOutputStream().write(body);
                  throw new IOException("gone");
                }))
        .hasMessage("gone");
    assertThatThrownBy(() -> decoded(response)).isInstanceOf(IOException.class);
  }

  @Test
  void pages_and_writes_are_none_of_its_business() throws Exception {
    for (String path : new String[] {"/alerts", "/api/v1/write", "/api/v1/read"}) {
      byte[] body = body(5000);
      MockHttpServletResponse response = get(path, "gzip", null, writes("text/html", body, 700));
      assertThat(response.getHeader("Content-Encoding")).isNull();
      assertThat(response.getContentAsByteArray()).isEqualTo(body);
    }
  }
}
