package dev.mangru.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleText;
import dev.mangru.model.testkit.Seeds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletResponse;
import tools.jackson.databind.json.JsonMapper;

/// JSON by hand, against Jackson's.
class JsonBytesTest {

  private static final JsonMapper JACKSON = JsonMapper.builder().build();

  @FunctionalInterface
  private interface Writing {

    void write(JsonBytes json) throws IOException;
  }

  private static MockHttpServletResponse answer(Writing writing) throws IOException {
    MockHttpServletResponse response = new MockHttpServletResponse();
    JsonBytes json = new JsonBytes(response);
    writing.write(json);
    json.end();
    return response;
  }

  private static String written(Writing writing) throws IOException {
    return answer(writing).getContentAsString(StandardCharsets.UTF_8);
  }

  @Seeds(200)
  void strings_are_those_of_jackson(long seed) throws IOException {
    Random random = new Random(seed);
    List<String> strings = new ArrayList<>();
    for (int i = 0; i < seed % 40; i++) {
      strings.add(string(random, random.nextInt(1 << random.nextInt(1, 15))));
    }
    assertThat(written(json -> json.strings(strings)))
        .isEqualTo(JACKSON.writeValueAsString(strings));
  }

  private static String string(Random random, int length) {
    int most = new int[] {0x7f, 0x20, 0x3000, 0x10ffff}[random.nextInt(4)];
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      int c = random.nextInt(most + 1);
      if (c != 0x7f && (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)) {
        text.appendCodePoint(c);
      }
    }
    return text.toString();
  }

  @Seeds(200)
  void values_are_those_of_sample_text(long seed) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      double value =
          switch (random.nextInt(4)) {
            case 0 -> Double.longBitsToDouble(random.nextLong());
            case 1 -> (double) (random.nextLong() >> random.nextInt(64));
            case 2 -> random.nextInt(1 << 20) / 1000.0;
            default -> -random.nextDouble() * Math.pow(10, random.nextInt(-20, 25));
          };
      assertThat(written(json -> json.value(value))).isEqualTo(SampleText.format(value));
    }
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {0, -0.0, 1, -1, 0x1p53, -0x1p53, 1e15, Double.NaN, Double.MIN_VALUE, 1e21})
  void so_are_those_at_the_edges(double value) throws IOException {
    assertThat(written(json -> json.value(value))).isEqualTo(SampleText.format(value));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 7, -7, 10, 99, 100, -100, Long.MAX_VALUE, Long.MIN_VALUE})
  void whole_numbers_are_those_of_java(long value) throws IOException {
    assertThat(written(json -> json.whole(value))).isEqualTo(Long.toString(value));
  }

  @Test
  void labels_are_an_object() throws IOException {
    assertThat(written(json -> json.labels(Labels.empty()))).isEqualTo("{}");
    assertThat(written(json -> json.labels(Labels.of("a", "1", "b", "\t"))))
        .isEqualTo("{\"a\":\"1\",\"b\":\"\\t\"}");
  }

  @Test
  void members_without_strings_are_left_out() throws IOException {
    assertThat(
            written(json -> json.stringsIfAny("none", List.of()).stringsIfAny("w", List.of("x"))))
        .isEqualTo(",\"w\":[\"x\"]");
  }

  @Test
  void a_short_answer_tells_its_length_and_a_long_one_is_sent_in_pieces() throws IOException {
    MockHttpServletResponse small = answer(json -> json.json("[1]"));
    assertThat(small.getContentType()).isEqualTo("application/json");
    assertThat(small.getContentLength()).isEqualTo(3);

    String long1 = "x".repeat(100_000);
    MockHttpServletResponse large = answer(json -> json.string(long1).json("," + long1));
    assertThat(large.getHeader("Content-Length")).isNull();
    assertThat(large.getContentAsString(StandardCharsets.UTF_8))
        .isEqualTo("\"" + long1 + "\"," + long1);
  }
}
