package dev.mangru.tsdb.ingest.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.tsdb.ingest.otlp.OtlpOptions.Translation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Names as Prometheus 3.5 makes them.
class OtlpNamesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http.server.duration        | ms            | HISTOGRAM | http_server_duration_milliseconds",
        "system.memory.usage         | By            | UNKNOWN   | system_memory_usage_bytes",
        "system.memory.usage.bytes   | By            | GAUGE     | system_memory_usage_bytes",
        "requests.count              | 1             | COUNTER   | requests_count_total",
        "foo.total.bar               | ''            | COUNTER   | foo_bar_total",
        "foo.total                   | ''            | GAUGE     | foo_total",
        "hw.fan.speed                | rpm           | GAUGE     | hw_fan_speed_rpm",
        "hw.gpu.utilization          | 1             | GAUGE     | hw_gpu_utilization_ratio",
        "hw.ratio.fan                | 1             | GAUGE     | hw_fan_ratio",
        "hw.gpu.utilization          | 1             | UNKNOWN   | hw_gpu_utilization",
        "light.speed_limit           | m/s           | GAUGE     | light_speed_limit_meters_per_second",
        "fuel                        | m/m           | GAUGE     | fuel_meters_per_minute",
        "network.dropped             | {packet}      | UNKNOWN   | network_dropped",
        "network.dropped             | {packet}/s    | UNKNOWN   | network_dropped_per_second",
        "network.dropped             | s/{packet}    | UNKNOWN   | network_dropped_seconds",
        "network.io                  | By/s          | COUNTER   | network_io_bytes_per_second_total",
        "apache.connections          | connections   | GAUGE     | apache_connections",
        "x                           | _unit_        | GAUGE     | x_unit_",
        "x                           | __test $/°C   | GAUGE     | x_test_per_C",
        "x                           | a//b          | GAUGE     | x_a_per_b",
        "x                           | weird unit    | GAUGE     | x_weird_unit",
        "a__b..c                     | ''            | GAUGE     | a_b_c",
        "_hidden_                    | ''            | GAUGE     | hidden",
        "9lives                      | ''            | GAUGE     | _9lives",
        "job:rate                    | ''            | GAUGE     | job:rate",
        "größe.µ                     | %             | GAUGE     | gr_e_percent",
      })
  void with_underscores_and_suffixes(
      String name, String unit, MetricMetadata.Type type, String expected) {
    assertThat(
            new OtlpNames(Translation.UNDERSCORE_ESCAPING_WITH_SUFFIXES).metric(name, unit, type))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http.server.duration  | ms  | HISTOGRAM | http_server_duration",
        "a__b..c               | s   | COUNTER   | a__b_c",
        "9lives                | ''  | GAUGE     | _9lives",
      })
  void with_underscores_alone(String name, String unit, MetricMetadata.Type type, String expected) {
    assertThat(
            new OtlpNames(Translation.UNDERSCORE_ESCAPING_WITHOUT_SUFFIXES)
                .metric(name, unit, type))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http.server.duration  | ms  | HISTOGRAM | http.server.duration_milliseconds",
        "system.io             | By  | COUNTER   | system.io_bytes_total",
        "cache.hits.total      | ''  | COUNTER   | cache.hits_total",
        "x.bytes               | By  | GAUGE     | x.bytes",
        "cpu.ratio             | 1   | GAUGE     | cpu_ratio",
        "io                    | m/s | COUNTER   | io_meters_per_second_total",
        "größe.µ               | %   | GAUGE     | größe.µ_percent",
      })
  void as_they_are_with_suffixes(
      String name, String unit, MetricMetadata.Type type, String expected) {
    assertThat(new OtlpNames(Translation.NO_UTF8_ESCAPING_WITH_SUFFIXES).metric(name, unit, type))
        .isEqualTo(expected);
    assertThat(new OtlpNames(Translation.NO_TRANSLATION).metric(name, unit, type)).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource({
    "http.method, http_method",
    "a__b, a__b",
    "7up, key_7up",
    "_private, key_private",
    "__double, __double",
    "ключ, ____",
    ".dot, key_dot",
    "a:b, a_b"
  })
  void labels(String name, String expected) {
    assertThat(new OtlpNames(Translation.UNDERSCORE_ESCAPING_WITH_SUFFIXES).label(name))
        .isEqualTo(expected);
    assertThat(new OtlpNames(Translation.NO_TRANSLATION).label(name)).isEqualTo(name);
  }
}
