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
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtlpLogsTest {

  private static final OtlpLogs OTLP = new OtlpLogs(InstantSource.fixed(Instant.ofEpochSecond(5)));

  private static final LogRecord EXPECTED =
      new LogRecord(
          1_700_000_000_000_000_042L,
          Labels.of(
              "service_name", "shop",
              "k8s_pod_name", "shop-1",
              "filename", "/var/log/pods/x.log",
              "mangru_origin", "tail"),
          Severity.WARN,
          "결제 실패",
          Labels.of(
              "trace_id", "0102030405060708090a0b0c0d0e0f10",
              "span_id", "0102030405060708",
              "severity_text", "Warning",
              "scope_name", "lib",
              "telemetry_sdk_name", "otel",
              "http_status", "500",
              "tags", "[\"a\",1,true,{\"k\":1.5}]"));

  private static Consumer<ProtobufWriter> attribute(String key, Consumer<ProtobufWriter> value) {
    return pair -> pair.string(1, key).message(2, value);
  }

  private static Consumer<ProtobufWriter> text(String text) {
    return value -> value.string(1, text);
  }

  private static byte[] protobuf(Consumer<ProtobufWriter> log) {
    return new ProtobufWriter()
        .message(
            1,
            resourceLogs ->
                resourceLogs
                    .message(
                        1,
                        resource ->
                            resource
                                .message(1, attribute("service.name", text("shop")))
                                .message(1, attribute("k8s.pod.name", text("shop-1")))
                                .message(1, attribute("log.file.path", text("/var/log/pods/x.log")))
                                .message(1, attribute("mangru.origin", text("tail")))
                                .message(1, attribute("telemetry.sdk.name", text("otel"))))
                    .message(
                        2,
                        scopeLogs ->
                            scopeLogs.message(1, scope -> scope.string(1, "lib")).message(2, log)))
        .toByteArray();
  }

  private static byte[] wholeProtobuf() {
    HexFormat hex = HexFormat.of();
    Consumer<ProtobufWriter> map =
        value ->
            value.message(6, list -> list.message(1, attribute("k", d -> d.doubleField(4, 1.5))));
    Consumer<ProtobufWriter> elements =
        array -> {
          array.message(1, text("a"));
          array.message(1, one -> one.varint(3, 1));
          array.message(1, yes -> yes.varint(2, 1));
          array.message(1, map);
        };
    return protobuf(log -> {
      log.fixed64(1, 1_700_000_000_000_000_042L).varint(2, 13).string(3, "Warning");
      log.message(5, text("결제 실패"));
      log.message(6, attribute("http.status", value -> value.varint(3, 500)));
      log.message(6, attribute("tags", value -> value.message(5, elements)));
      log.bytes(9, hex.parseHex("0102030405060708090a0b0c0d0e0f10"));
      log.bytes(10, hex.parseHex("0102030405060708"));
    });
  }

  private static final String WHOLE_JSON =
      """
      {"resourceLogs":[{"resource":{"attributes":[
          {"key":"service.name","value":{"stringValue":"shop"}},
          {"key":"k8s.pod.name","value":{"stringValue":"shop-1"}},
          {"key":"log.file.path","value":{"stringValue":"/var/log/pods/x.log"}},
          {"key":"mangru.origin","value":{"stringValue":"tail"}},
          {"key":"telemetry.sdk.name","value":{"stringValue":"otel"}}]},
        "scopeLogs":[{"scope":{"name":"lib"},"logRecords":[
          {"timeUnixNano":"1700000000000000042","severityNumber":13,"severityText":"Warning",
           "body":{"stringValue":"결제 실패"},
           "attributes":[{"key":"http.status","value":{"intValue":"500"}},
             {"key":"tags","value":{"arrayValue":{"values":[{"stringValue":"a"},{"intValue":1},
                {"boolValue":true},{"kvlistValue":{"values":[{"key":"k","value":{"doubleValue":1.5}}]}}]}}}],
           "traceId":"0102030405060708090A0B0C0D0E0F10","spanId":"0102030405060708"}]}]}]}\
      """;

  @Test
  void protobuf_and_json_say_the_same() {
    assertThat(OTLP.fromProtobuf(wholeProtobuf())).containsExactly(EXPECTED);
    assertThat(OTLP.fromJson(WHOLE_JSON.getBytes(UTF_8))).containsExactly(EXPECTED);
  }

  @Test
  void a_record_without_a_time_gets_the_observed_one_or_now() {
    List<LogRecord> observed = OTLP.fromProtobuf(protobuf(log -> log.fixed64(11, 7)));
    assertThat(observed).extracting(LogRecord::timestampNs).containsExactly(7L);
    List<LogRecord> now = OTLP.fromProtobuf(protobuf(log -> log.message(5, text("x"))));
    assertThat(now).extracting(LogRecord::timestampNs).containsExactly(5_000_000_000L);
  }

  @Test
  void severity_names_of_the_enum_are_understood() {
    for (String[] pair :
        new String[][] {
          {"\"SEVERITY_NUMBER_ERROR2\"", "ERROR"},
          {"\"SEVERITY_NUMBER_TRACE\"", "TRACE"},
          {"24", "FATAL"},
          {"99", "UNKNOWN"},
          {"\"9\"", "INFO"}
        }) {
      String json =
          "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"severityNumber\":"
              + pair[0]
              + "}]}]}]}";
      assertThat(OTLP.fromJson(json.getBytes(UTF_8)).getFirst().severity().name())
          .as(pair[0])
          .isEqualTo(pair[1]);
    }
  }

  @Test
  void a_stream_without_any_label_is_an_unknown_service() {
    String json =
        "{\"resource_logs\":[{\"scope_logs\":[{\"log_records\":[{\"body\":{\"kvlistValue\":"
            + "{\"values\":[{\"key\":\"a\",\"value\":{\"stringValue\":\"b\"}}]}}}]}]}]}";
    assertThat(OTLP.fromJson(json.getBytes(UTF_8)))
        .containsExactly(
            new LogRecord(
                5_000_000_000L,
                Labels.of("service_name", "unknown_service"),
                Severity.UNKNOWN,
                "{\"a\":\"b\"}",
                Labels.empty()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      textBlock =
          """
          {"resourceLogs":{}} ~ resourceLogs is an object, not an array
          {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"soon"}]}]}]} ~ resourceLogs[0].scopeLogs[0].logRecords[0].timeUnixNano is "soon"
          {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"xyz"}]}]}]} ~ traceId is text, not an id in hexadecimal
          {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":"plain"}]}]}]} ~ body is text, not an object
          """)
  void json_that_is_wrong_is_refused_with_the_place(String json, String message) {
    assertThatThrownBy(() -> OTLP.fromJson(json.strip().getBytes(UTF_8)))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining(message.strip());
  }

  @Test
  void values_nested_without_end_are_refused() {
    byte[] value = new byte[0];
    for (int i = 0; i < 2_000; i++) {
      byte[] inner = value;
      value = new ProtobufWriter().message(5, array -> array.bytes(1, inner)).toByteArray();
    }
    byte[] deep = value;
    assertThatThrownBy(() -> OTLP.fromProtobuf(protobuf(log -> log.bytes(5, deep))))
        .hasMessageContaining("nested deeper");
    String json = "{\"resourceLogs\":" + "[".repeat(10_000);
    assertThatThrownBy(() -> OTLP.fromJson(json.getBytes(UTF_8)))
        .isInstanceOf(MangruException.class);
  }

  @Seeds(300)
  void hostile_bytes_end_in_an_error_or_in_records_and_never_otherwise(long seed) {
    Random random = new Random(seed);
    byte[] body = wholeProtobuf();
    byte[] json = WHOLE_JSON.getBytes(UTF_8);
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      json[random.nextInt(json.length)] = (byte) random.nextInt(256);
    }
    try {
      assertThat(OTLP.fromProtobuf(body)).hasSizeLessThan(20);
    } catch (MangruException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA);
    }
    try {
      assertThat(OTLP.fromJson(json)).hasSizeLessThan(20);
    } catch (MangruException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA);
    }
  }
}
