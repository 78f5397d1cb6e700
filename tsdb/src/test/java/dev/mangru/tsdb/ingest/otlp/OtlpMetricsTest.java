package dev.mangru.tsdb.ingest.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.tsdb.ingest.Extras;
import dev.mangru.tsdb.ingest.otlp.OtlpOptions.Translation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OtlpMetricsTest {

  private final List<String> appended = new ArrayList<>();
  private final List<NativeHistogram> histograms = new ArrayList<>();
  private final Extras extras = new Extras(true, true);

  private final Appender appender =
      new Appender() {
        @Override
        public void append(Labels labels, long timestampMs, long startMs, double value) {
          appended.add(labels + " " + value + " @" + timestampMs + " from " + startMs);
        }

        @Override
        public void append(
            Labels labels, long timestampMs, long startMs, NativeHistogram histogram) {
          appended.add(labels + " histogram @" + timestampMs + " from " + startMs);
          histograms.add(histogram);
        }

        @Override
        public AppendSummary commit() {
          throw new AssertionError("decoding does not commit");
        }
      };

  private OtlpSummary decode(byte[] body, OtlpOptions options) {
    return new OtlpMetrics(options, Duration.ofMinutes(5))
        .decode(body, 0, body.length, appender, extras);
  }

  private OtlpSummary decode(byte[] body) {
    return decode(body, OtlpOptions.defaults());
  }

  private static OtlpOptions options(
      Translation translation, boolean keep, boolean custom, boolean scope, boolean delta) {
    return new OtlpOptions(
        translation, Set.of("host.name"), false, Set.of(), keep, custom, scope, delta);
  }

  private static final String TARGET =
      "target_info{host_name=\"node\", instance=\"c-1\", job=\"shop/cart\"} 1.0 @";

  @Test
  void a_counter_a_gauge_and_their_target() {
    OtlpSummary summary =
        decode(
            OtlpBodies.request(scope -> {
              OtlpBodies.metric(
                  scope,
                  "http.requests",
                  "",
                  OtlpBodies.SUM,
                  data -> {
                    OtlpBodies.number(data, 10, 5, "http.method", "GET", "http_method", "2");
                    data.varint(2, OtlpBodies.CUMULATIVE).varint(3, 1);
                  });
              OtlpBodies.metric(
                  scope, "temp", "Cel", OtlpBodies.GAUGE, data -> OtlpBodies.number(data, 11, 7));
            }));
    assertThat(appended)
        .containsExactly(
            "http_requests_total{http_method=\"GET;2\", instance=\"c-1\","
                + " job=\"shop/cart\"} 5.0 @10000 from 1000",
            "temp_celsius{instance=\"c-1\", job=\"shop/cart\"} 7.0 @11000 from 0",
            TARGET + "10000 from 0",
            TARGET + "11000 from 0");
    assertThat(summary).isEqualTo(new OtlpSummary(2, 0, List.of()));
    assertThat(extras.metadata())
        .isEqualTo(
            Map.of(
                "http_requests_total",
                new MetricMetadata(MetricMetadata.Type.COUNTER, "About.", ""),
                "temp_celsius",
                new MetricMetadata(MetricMetadata.Type.GAUGE, "About.", "Cel")));
  }

  @Test
  void a_histogram_becomes_buckets_and_its_exemplar_lies_in_one_of_them() {
    decode(
        OtlpBodies.request(scope ->
            OtlpBodies.metric(
                scope,
                "latency",
                "s",
                OtlpBodies.HISTOGRAM,
                data -> {
                  OtlpBodies.histogram(data, 10, new double[] {0.5, 1}, 1, 2, 3);
                  data.varint(2, OtlpBodies.CUMULATIVE);
                })));
    String labels = "instance=\"c-1\", job=\"shop/cart\"";
    assertThat(appended)
        .contains(
            "latency_seconds_sum{" + labels + "} 1.5 @10000 from 0",
            "latency_seconds_count{" + labels + "} 6.0 @10000 from 0",
            "latency_seconds_bucket{" + labels + ", le=\"0.5\"} 1.0 @10000 from 0",
            "latency_seconds_bucket{" + labels + ", le=\"1\"} 3.0 @10000 from 0",
            "latency_seconds_bucket{" + labels + ", le=\"+Inf\"} 6.0 @10000 from 0");
    assertThat(extras.exemplars()).hasSize(1);
    assertThat(extras.exemplars().getFirst().series().get("le")).isEqualTo("1");
    assertThat((Object) extras.exemplars().getFirst().exemplar().labels())
        .isEqualTo(Labels.of("trace_id", "000102030405060708090a0b0c0d0e0f", "user", "x"));
  }

  @Test
  void a_histogram_becomes_a_native_one_with_custom_buckets_where_that_is_asked_for() {
    decode(
        OtlpBodies.request(scope ->
            OtlpBodies.metric(
                scope,
                "latency",
                "s",
                OtlpBodies.HISTOGRAM,
                data -> {
                  OtlpBodies.histogram(data, 10, new double[] {0.5, 1, 2}, 0, 2, 0, 3);
                  data.varint(2, OtlpBodies.CUMULATIVE);
                })),
        options(Translation.NO_TRANSLATION, false, true, false, false));
    assertThat(appended.getFirst())
        .isEqualTo(
            "latency{host.name=\"node\", instance=\"c-1\", job=\"shop/cart\"}"
                + " histogram @10000 from 0");
    NativeHistogram histogram = histograms.getFirst();
    assertThat(histogram.schema()).isEqualTo(NativeHistogram.CUSTOM_BUCKETS_SCHEMA);
    assertThat(histogram.customBounds()).containsExactly(0.5, 1, 2);
    assertThat(histogram.positiveSpans()).containsExactly(1, 3);
    assertThat(histogram.positiveCounts()).containsExactly(2, 0, 3);
  }

  @Test
  void an_exponential_histogram_becomes_a_native_one() {
    decode(
        OtlpBodies.request(scope ->
            OtlpBodies.metric(
                scope,
                "size",
                "By",
                OtlpBodies.EXPONENTIAL,
                data -> {
                  OtlpBodies.exponential(data, 10, 3, -2, 1, 0, 0, 0, 4, 0, 5);
                  OtlpBodies.exponential(data, 20, -5, 0, 1);
                  data.varint(2, OtlpBodies.CUMULATIVE);
                })));
    NativeHistogram histogram = histograms.getFirst();
    assertThat(histogram.schema()).isEqualTo(3);
    assertThat(histogram.zeroThreshold()).isEqualTo(1e-128);
    assertThat(histogram.zeroCount()).isEqualTo(2);
    assertThat(histogram.positiveSpans()).containsExactly(-1, 1, 3, 3);
    assertThat(histogram.positiveCounts()).containsExactly(1, 4, 0, 5);
    assertThat(histograms).hasSize(1);
  }

  @Seeds(200)
  void buckets_put_together_count_what_they_counted_apart(long seed) {
    Random random = new Random(seed);
    BucketLayout layout = new BucketLayout();
    int offset = random.nextInt(40) - 20;
    int down = random.nextInt(4);
    int shift = random.nextInt(2);
    TreeMap<Integer, Long> expected = new TreeMap<>();
    int size = 1 + random.nextInt(40);
    for (int i = 0; i < size; i++) {
      long count = random.nextInt(3) == 0 ? random.nextInt(100) : 0;
      layout.add(count);
      expected.merge(((offset + i) >> down) + shift, count, Long::sum);
    }
    layout.layOut(0, offset, down, shift);
    TreeMap<Integer, Long> found = new TreeMap<>();
    int index = 0;
    int at = 0;
    for (int i = 0; i < layout.spans().length; i += 2) {
      index += layout.spans()[i];
      for (int k = 0; k < layout.spans()[i + 1]; k++) {
        found.put(index++, layout.counts()[at++]);
      }
    }
    assertThat(found.lastKey()).isEqualTo(expected.lastKey());
    expected.values().removeIf(count -> count == 0);
    found.values().removeIf(count -> count == 0);
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void delta_is_refused_with_the_way_out_unless_it_is_let_in() {
    byte[] body =
        OtlpBodies.request(scope ->
            OtlpBodies.metric(
                scope,
                "jobs",
                "",
                OtlpBodies.SUM,
                data -> {
                  OtlpBodies.number(data, 10, 5);
                  OtlpBodies.number(data, 20, 6);
                  data.varint(2, OtlpBodies.DELTA).varint(3, 1);
                }));
    OtlpSummary summary = decode(body);
    assertThat(summary.rejectedPoints()).isEqualTo(2);
    assertThat(summary.problems())
        .containsExactly(
            "metric \"jobs\" has delta temporality; send cumulative, or set"
                + " mangru.exchange.otlp.ingest-delta");
    appended.clear();
    assertThat(
            decode(
                body,
                options(Translation.UNDERSCORE_ESCAPING_WITH_SUFFIXES, false, false, false, true)))
        .isEqualTo(new OtlpSummary(2, 0, List.of()));
    assertThat(appended.getFirst()).contains("jobs_total", "5.0 @10000 from 0");
  }

  @Test
  void a_summary_a_stale_point_and_a_scope() {
    decode(
        OtlpBodies.request(scope -> {
          OtlpBodies.metric(
              scope,
              "age",
              "s",
              OtlpBodies.SUMMARY,
              data ->
                  data.message(
                      1,
                      point ->
                          point
                              .fixed64(3, 10_000_000_000L)
                              .fixed64(4, 3)
                              .doubleField(5, 4)
                              .message(6, q -> q.doubleField(1, 0.5).doubleField(2, 1.25))));
          OtlpBodies.metric(
              scope,
              "gone",
              "",
              OtlpBodies.GAUGE,
              data -> data.message(1, point -> point.fixed64(3, 10_000_000_000L).varint(8, 1)));
        }),
        options(Translation.UNDERSCORE_ESCAPING_WITH_SUFFIXES, true, false, true, false));
    String scope =
        "otel_scope_a_b=\"c\", otel_scope_name=\"lib\", otel_scope_schema_url=\"https://schema\","
            + " otel_scope_version=\"1.0\"";
    String labels = "host_name=\"node\", instance=\"c-1\", job=\"shop/cart\", " + scope;
    assertThat(appended)
        .containsExactly(
            "age_seconds_sum{" + labels + "} 4.0 @10000 from 0",
            "age_seconds_count{" + labels + "} 3.0 @10000 from 0",
            "age_seconds{" + labels + ", quantile=\"0.5\"} 1.25 @10000 from 0",
            "gone{" + labels + "} NaN @10000 from 0",
            "target_info{host_name=\"node\", instance=\"c-1\", job=\"shop/cart\","
                + " service_instance_id=\"c-1\", service_name=\"cart\","
                + " service_namespace=\"shop\"} 1.0 @10000 from 0");
  }

  @Test
  void a_resource_with_points_ages_apart_has_a_bounded_number_of_targets() {
    decode(
        OtlpBodies.request(scope ->
            OtlpBodies.metric(
                scope,
                "temp",
                "",
                OtlpBodies.GAUGE,
                data -> {
                  OtlpBodies.number(data, 0, 1);
                  OtlpBodies.number(data, 1_700_000_000, 1);
                })));
    assertThat(appended.size()).isBetween(5_000, 5_010);
    assertThat(appended.getLast()).isEqualTo(TARGET + "1700000000000 from 0");
  }

  @Test
  void json_is_the_same_as_the_binary_form() {
    byte[] json =
        """
        {"resourceMetrics":[{"resource":{"attributes":[
           {"key":"service.name","value":{"stringValue":"cart"}},
           {"key":"service.namespace","value":{"stringValue":"shop"}},
           {"key":"service.instance.id","value":{"stringValue":"c-1"}},
           {"key":"host.name","value":{"stringValue":"node"}}]},
          "scope_metrics":[{"scope":{"name":"lib"},"unknown":{"x":[1,{}]},"metrics":[
           {"name":"temp","unit":"Cel","gauge":{"dataPoints":[
             {"timeUnixNano":"10000000000","asInt":"-7","attributes":[
               {"key":"n","value":{"intValue":3}},
               {"key":"d","value":{"doubleValue":1e-9}},
               {"key":"b","value":{"boolValue":true}},
               {"key":"l","value":{"arrayValue":{"values":[{"stringValue":"<x>"},{"intValue":"1"}]}}},
               {"key":"m","value":{"kvlistValue":{"values":[{"key":"k","value":{"bytesValue":"AQID"}}]}}}
             ]}]}},
           {"name":"spread","histogram":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE",
             "dataPoints":[{"timeUnixNano":10000000000,"count":"3","sum":"Infinity","bucketCounts":["1",2],
               "explicitBounds":[0.5],"exemplars":[{"timeUnixNano":"1","asDouble":0.1,
                 "traceId":"000102030405060708090a0b0c0d0e0f","spanId":"0001020304050607"}]}]}}
          ]}]}]}
        """
            .getBytes(StandardCharsets.UTF_8);
    byte[] message = OtlpJson.toProtobuf(json, 0, json.length);
    assertThat(decode(message)).isEqualTo(new OtlpSummary(2, 0, List.of()));
    assertThat(appended)
        .contains(
            "temp_celsius{b=\"true\", d=\"1e-9\", instance=\"c-1\","
                + " job=\"shop/cart\", l=\"[\\\"\\\\u003cx\\\\u003e\\\",1]\","
                + " m=\"{\\\"k\\\":\\\"AQID\\\"}\", n=\"3\"} -7.0 @10000 from 0",
            "spread_sum{instance=\"c-1\", job=\"shop/cart\"} Infinity @10000 from 0",
            TARGET + "10000 from 0");
    assertThat(extras.exemplars().getFirst().exemplar().labels().get("span_id"))
        .isEqualTo("0001020304050607");
  }

  @Test
  void json_that_is_none_is_told_with_its_place() {
    for (String[] wrong :
        new String[][] {
          {"", "no object"},
          {"[]", "no object"},
          {"{", "malformed JSON at byte"},
          {"{} {}", "more after the end"},
          {"{\"resourceMetrics\":[1]}", "takes an object"},
          {
            "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":1}]}]}]}",
            "takes text"
          }
        }) {
      byte[] json = wrong[0].getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> OtlpJson.toProtobuf(json, 0, json.length))
          .isInstanceOf(MangruException.class)
          .hasMessageContaining(wrong[1]);
    }
  }
}
