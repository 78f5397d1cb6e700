package dev.mangru.logindex.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.Severity;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.wire.ProtobufWriter;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LokiPushTest {

  private static byte[] protobuf(String labels, byte[] line) {
    return new ProtobufWriter()
        .message(
            1,
            stream ->
                stream
                    .string(1, labels)
                    .message(
                        2,
                        entry ->
                            entry
                                .message(1, time -> time.varint(1, 1_700_000_000L).varint(2, 42))
                                .bytes(2, line)
                                .message(3, pair -> pair.string(1, "trace_id").string(2, "abc")))
                    .varint(3, 99))
        .toByteArray();
  }

  @Test
  void a_protobuf_push_is_read_whole() {
    assertThat(
            LokiPush.fromProtobuf(protobuf("{app=\"shop\", pod=\"a\\\"b\"}", "결제".getBytes(UTF_8))))
        .containsExactly(
            new LogRecord(
                1_700_000_000_000_000_042L,
                Labels.of("app", "shop", "pod", "a\"b"),
                Severity.UNKNOWN,
                "결제",
                Labels.of("trace_id", "abc")));
  }

  @Test
  void a_json_push_is_read_whole() {
    String json =
        """
        {"streams":[{"stream":{"app":"shop"},"values":[
          ["1700000000000000042","one"],
          ["1700000000000000043","two",{"trace_id":"abc"}]]}]}\
        """;
    assertThat(LokiPush.fromJson(json.getBytes(UTF_8)))
        .containsExactly(
            new LogRecord(
                1_700_000_000_000_000_042L,
                Labels.of("app", "shop"),
                Severity.UNKNOWN,
                "one",
                Labels.empty()),
            new LogRecord(
                1_700_000_000_000_000_043L,
                Labels.of("app", "shop"),
                Severity.UNKNOWN,
                "two",
                Labels.of("trace_id", "abc")));
  }

  @Test
  void a_line_that_is_not_utf8_keeps_what_can_be_read() {
    assertThat(LokiPush.fromProtobuf(protobuf("{a=\"b\"}", new byte[] {'x', (byte) 0xff, 'y'})))
        .extracting(LogRecord::line)
        .containsExactly("x\ufffdy");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '\u0001',
      textBlock =
          """
          a="b" → expected '{'
          {a="b" → expected ',' or '}'
          {a=~"b"} → must have '='
          {a="b"} |= "x" → more than a set of labels
          {1a="b"} → expected a label name
          {a="b} → not closed
          """)
  void labels_that_are_none_are_refused_by_name(String labels, String message) {
    assertThatThrownBy(() -> LokiPush.fromProtobuf(protobuf(labels.strip(), new byte[0])))
        .isInstanceOfSatisfying(
            MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA))
        .hasMessageContaining(message.strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '\u0001',
      textBlock =
          """
          {} → streams is nothing, not an array
          [] → the document is an array, not an object
          {"streams":[{"stream":{"a":"b"},"values":[["x","y"]]}]} → streams[0].values[0][0] is "x", not a whole number
          {"streams":[{"stream":{"a":1},"values":[]}]} → streams[0].stream.a is a number, not text
          {"streams":[{"stream":{"a b":"c"},"values":[]}]} → "a b" is no label name
          {"streams":[{"stream":{},"values":[["1"]]}]} → streams[0].values[0]
          {"streams" → malformed JSON at byte
          {"streams":[]} x → malformed JSON
          """)
  void json_that_is_wrong_is_refused_with_the_place(String json, String message) {
    assertThatThrownBy(() -> LokiPush.fromJson(json.strip().getBytes(UTF_8)))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining(message.strip());
  }

  @Seeds(300)
  void hostile_bytes_end_in_an_error_or_in_records_and_never_otherwise(long seed) {
    Random random = new Random(seed);
    byte[] body = protobuf("{app=\"shop\"}", "a line".getBytes(UTF_8));
    byte[] json =
        "{\"streams\":[{\"stream\":{\"a\":\"b\"},\"values\":[[\"1\",\"x\",{\"k\":\"v\"}]]}]}"
            .getBytes(UTF_8);
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      json[random.nextInt(json.length)] = (byte) random.nextInt(256);
    }
    try {
      assertThat(LokiPush.fromProtobuf(body)).hasSizeLessThan(20);
    } catch (MangruException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA);
    }
    try {
      assertThat(LokiPush.fromJson(json)).hasSizeLessThan(20);
    } catch (MangruException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA);
    }
  }
}
