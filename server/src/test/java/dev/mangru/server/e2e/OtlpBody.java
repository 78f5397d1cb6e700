package dev.mangru.server.e2e;

import dev.mangru.model.wire.ProtobufWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/// Metrics as an OpenTelemetry SDK sends them, of all kinds and with odd names.
final class OtlpBody {

  private static final int CUMULATIVE = 2;
  private static final int DELTA = 1;

  private static final List<String> NAMES =
      List.of(
          "http.server.duration",
          "system.memory.usage",
          "weird name-with/all:kinds",
          "9lives",
          "_hidden",
          "a__b..c",
          "cache.hits.total",
          "cpu.ratio",
          "bytes",
          "disk.io_seconds",
          "größe.µ",
          "requests.per_second");

  private static final List<String> UNITS =
      List.of(
          "",
          "1",
          "s",
          "ms",
          "By",
          "MiBy",
          "%",
          "Cel",
          "By/s",
          "{request}",
          "{request}/s",
          "m/m",
          "requests",
          "m²",
          "a_b",
          "1/h",
          "KBy/d",
          "s/{op}",
          "weird unit",
          "kg/m^3");

  private final long nowNs;

  OtlpBody(long nowMs) {
    this.nowNs = nowMs * 1_000_000;
  }

  /// The binary form.
  byte[] protobuf() {
    ProtobufWriter out = new ProtobufWriter();
    for (String service : List.of("cart", "pay")) {
      out.message(
          1,
          resource -> {
            resource.message(
                1,
                r -> {
                  attribute(r, 1, "service.name", service);
                  if (service.equals("cart")) {
                    attribute(r, 1, "service.namespace", "shop");
                  }
                  attribute(r, 1, "service.instance.id", service + "-1:8080");
                  attribute(r, 1, "host.name", "node-7");
                  attribute(r, 1, "cloud.région", "eu");
                  r.message(
                      1, kv -> kv.string(1, "host.cores").message(2, value -> value.varint(3, 8)));
                });
            resource.message(2, scope -> scope(scope, service));
            resource.string(3, "https://example.org/schema/1");
          });
    }
    return out.toByteArray();
  }

  private static void attribute(ProtobufWriter out, int field, String key, String value) {
    out.message(field, kv -> kv.string(1, key).message(2, any -> any.string(1, value)));
  }

  private void scope(ProtobufWriter scope, String service) {
    scope.message(
        1,
        s -> {
          s.string(1, "lib." + service).string(2, "1.2.3");
          attribute(s, 3, "flavour.kind", "sweet");
        });
    int n = 0;
    for (String name : NAMES) {
      for (String unit : UNITS) {
        int i = n++;
        // Every combination of a name and a unit, as one kind or another.
        switch (i % 3) {
          case 0 -> metric(scope, name + ".g" + i, unit, 5, data -> numbers(data, i));
          case 1 ->
              metric(
                  scope,
                  name + ".c" + i,
                  unit,
                  7,
                  data -> numbers(data, i).varint(2, CUMULATIVE).varint(3, 1));
          default ->
              metric(
                  scope, name + ".u" + i, unit, 7, data -> numbers(data, i).varint(2, CUMULATIVE));
        }
      }
      metric(scope, name, "1", 5, data -> numbers(data, 1));
      metric(scope, name + ".total", "s", 7, data -> numbers(data, 2).varint(2, 2).varint(3, 1));
    }
    metric(scope, "request.latency", "ms", 9, data -> histograms(data).varint(2, CUMULATIVE));
    metric(scope, "request.size", "By", 10, data -> exponentials(data).varint(2, CUMULATIVE));
    metric(scope, "request.age", "s", 11, this::summaries);
    metric(scope, "delta.sum", "s", 7, data -> numbers(data, 3).varint(2, DELTA).varint(3, 1));
    scope.string(3, "https://example.org/schema/2");
  }

  private static void metric(
      ProtobufWriter scope, String name, String unit, int kind, Consumer<ProtobufWriter> data) {
    scope.message(
        2,
        metric ->
            metric
                .string(1, name)
                .string(2, "What " + name + " is.")
                .string(3, unit)
                .message(kind, data));
  }

  private long timeNs(int step) {
    return nowNs - 60_000_000_000L + step * 15_000_000_000L + 123_456;
  }

  private ProtobufWriter numbers(ProtobufWriter data, int seed) {
    for (int step = 0; step < 3; step++) {
      int at = step;
      data.message(
          1,
          point -> {
            point.fixed64(2, timeNs(0) - 3_600_000_000_000L).fixed64(3, timeNs(at));
            if (seed % 2 == 0) {
              point.doubleField(4, seed + at / 3.0);
            } else {
              point.fixed64(6, seed + 10L * at);
            }
            attributes(point, 7);
          });
    }
    if (seed % 5 == 0) {
      data.message(
          1,
          point -> {
            point.fixed64(3, timeNs(1)).varint(8, 1);
            attribute(point, 7, "probe", "1");
            attribute(point, 7, "ended", "yes");
          });
    }
    return data;
  }

  private static void attributes(ProtobufWriter point, int field) {
    attribute(point, field, "probe", "1");
    attribute(point, field, "http.method", "GET");
    attribute(point, field, "http_method", "second");
    attribute(point, field, "7up", "digit");
    attribute(point, field, "_private", "one");
    attribute(point, field, "__double", "two");
    attribute(point, field, "ключ", "utf");
    attribute(point, field, "empty", "");
    point.message(field, kv -> kv.string(1, "yes").message(2, any -> any.varint(2, 1)));
    point.message(field, kv -> kv.string(1, "int").message(2, any -> any.varint(3, -5)));
    point.message(field, kv -> kv.string(1, "dbl").message(2, any -> any.doubleField(4, 1e-7)));
    point.message(field, kv -> kv.string(1, "half").message(2, any -> any.doubleField(4, 0.5)));
    point.message(
        field,
        kv -> kv.string(1, "raw").message(2, any -> any.bytes(7, new byte[] {1, 2, (byte) 255})));
    point.message(
        field,
        kv ->
            kv.string(1, "list")
                .message(
                    2,
                    any ->
                        any.message(
                            5,
                            list ->
                                list.message(1, v -> v.string(1, "a<b"))
                                    .message(1, v -> v.varint(3, 2))
                                    .message(1, v -> v.doubleField(4, 2.5))
                                    .message(1, _ -> {}))));
    point.message(
        field,
        kv ->
            kv.string(1, "map")
                .message(
                    2,
                    any ->
                        any.message(
                            6,
                            map -> {
                              attribute(map, 1, "z", "1");
                              attribute(map, 1, "a", "\"quoted\"\n");
                            })));
  }

  private ProtobufWriter histograms(ProtobufWriter data) {
    for (int step = 0; step < 3; step++) {
      int at = step;
      data.message(
          1,
          point -> {
            point.fixed64(2, timeNs(0)).fixed64(3, timeNs(at)).fixed64(4, 10 + 4L * at);
            point.doubleField(5, 12.5 * at);
            for (int count : new int[] {0, 1 + at, 2, 3 + 3 * at, 4}) {
              point.fixed64(6, count);
            }
            for (double bound : new double[] {0.005, 1, 2.5, 1e6}) {
              point.doubleField(7, bound);
            }
            attribute(point, 9, "probe", "1");
            attribute(point, 9, "path", "/");
          });
    }
    data.message(
        1,
        point -> {
          point.fixed64(3, timeNs(1)).fixed64(4, 3).fixed64(6, 3);
          attribute(point, 9, "probe", "1");
          attribute(point, 9, "path", "no sum, no bounds");
        });
    return data;
  }

  private ProtobufWriter exponentials(ProtobufWriter data) {
    for (int scale : new int[] {-4, 0, 3, 8, 10}) {
      for (int step = 0; step < 3; step++) {
        int at = step;
        data.message(
            1,
            point -> {
              attribute(point, 1, "probe", "1");
              attribute(point, 1, "scale", String.valueOf(scale));
              long[] positive = {3, 1 + at, 0, 0, 0, 0, 0, 7, 0, 2, 0, 0, 1};
              long[] negative = {1, 0, 0, at};
              long total = 5;
              for (long count : positive) {
                total += count;
              }
              for (long count : negative) {
                total += count;
              }
              point.fixed64(2, timeNs(0)).fixed64(3, timeNs(at)).fixed64(4, total);
              point.doubleField(5, 3.5 + at).zigZag(6, scale).fixed64(7, 5);
              point.message(8, buckets -> buckets(buckets, -3, positive));
              point.message(9, buckets -> buckets(buckets, 2, negative));
              if (scale == 3) {
                point.doubleField(14, 0.001);
              }
            });
      }
    }
    return data;
  }

  private static void buckets(ProtobufWriter out, int offset, long[] counts) {
    out.zigZag(1, offset);
    out.message(
        2,
        packed -> {
          for (long count : counts) {
            packed.rawVarint(count);
          }
        });
  }

  private void summaries(ProtobufWriter data) {
    for (int step = 0; step < 3; step++) {
      int at = step;
      data.message(
          1,
          point -> {
            point.fixed64(3, timeNs(at)).fixed64(4, 7L + at).doubleField(5, 70.5);
            for (double quantile : new double[] {0, 0.5, 0.99, 1}) {
              point.message(6, q -> q.doubleField(1, quantile).doubleField(2, quantile * 10));
            }
            attribute(point, 7, "probe", "1");
          });
    }
  }

  /// Some metrics in the JSON form.
  byte[] json() {
    return """
    {"resourceMetrics":[{"resource":{"attributes":[
        {"key":"service.name","value":{"stringValue":"json"}},
        {"key":"host.cores","value":{"intValue":"16"}}]},
      "scopeMetrics":[{"scope":{"name":"lib"},"metrics":[
        {"name":"json.gauge","unit":"By","description":"A gauge","gauge":{"dataPoints":[
          {"timeUnixNano":"%1$d","asInt":"-12","attributes":[
            {"key":"probe","value":{"stringValue":"1"}},
            {"key":"list","value":{"arrayValue":{"values":[{"doubleValue":1.5},{"boolValue":true}]}}}]}]}},
        {"name":"json.sum","sum":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE",
          "isMonotonic":true,"dataPoints":[{"timeUnixNano":%1$d,"asDouble":2.25,"attributes":[
            {"key":"probe","value":{"stringValue":"1"}}],"unknownField":{"a":[1,2]}}]}},
        {"name":"json.histogram","histogram":{"aggregationTemporality":2,"dataPoints":[
          {"timeUnixNano":"%1$d","count":"6","sum":9.5,"bucketCounts":["1","2","3"],"explicitBounds":[1,2.5],
           "attributes":[{"key":"probe","value":{"stringValue":"1"}}]}]}},
        {"name":"json.exponential","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[
          {"timeUnixNano":"%1$d","count":"6","sum":9.5,"scale":2,"zeroCount":"1",
           "positive":{"offset":-1,"bucketCounts":["2","3"]},
           "attributes":[{"key":"probe","value":{"stringValue":"1"}}]}]}},
        {"name":"json.summary","summary":{"dataPoints":[
          {"timeUnixNano":"%1$d","count":"6","sum":9.5,"quantileValues":[{"quantile":0.5,"value":3}],
           "attributes":[{"key":"probe","value":{"stringValue":"1"}}]}]}}
      ]}]}]}
    """
        .formatted(timeNs(1))
        .getBytes(StandardCharsets.UTF_8);
  }
}
