package dev.mangru.tsdb.ingest.otlp;

import dev.mangru.model.wire.ProtobufWriter;
import java.util.function.Consumer;

/// Requests with one resource, for tests. Times are seconds.
final class OtlpBodies {

  static final int GAUGE = 5;
  static final int SUM = 7;
  static final int HISTOGRAM = 9;
  static final int EXPONENTIAL = 10;
  static final int SUMMARY = 11;
  static final int CUMULATIVE = 2;
  static final int DELTA = 1;

  private OtlpBodies() {}

  /// A request of a shop's cart with these metrics.
  static byte[] request(Consumer<ProtobufWriter> metrics) {
    return new ProtobufWriter()
        .message(
            1,
            resource -> {
              resource.message(
                  1,
                  r -> {
                    text(r, 1, "service.name", "cart");
                    text(r, 1, "service.namespace", "shop");
                    text(r, 1, "service.instance.id", "c-1");
                    text(r, 1, "host.name", "node");
                  });
              resource.message(
                  2,
                  scope -> {
                    scope.message(
                        1,
                        s -> {
                          s.string(1, "lib").string(2, "1.0");
                          text(s, 3, "a.b", "c");
                        });
                    metrics.accept(scope);
                    scope.string(3, "https://schema");
                  });
            })
        .toByteArray();
  }

  static void text(ProtobufWriter out, int field, String key, String value) {
    out.message(field, kv -> kv.string(1, key).message(2, any -> any.string(1, value)));
  }

  static void metric(
      ProtobufWriter scope, String name, String unit, int kind, Consumer<ProtobufWriter> data) {
    scope.message(
        2,
        metric -> metric.string(1, name).string(2, "About.").string(3, unit).message(kind, data));
  }

  static void number(ProtobufWriter data, long second, double value, String... attributes) {
    data.message(
        1,
        point -> {
          point.fixed64(2, 1_000_000_000L).fixed64(3, second * 1_000_000_000L);
          point.doubleField(4, value);
          for (int i = 0; i < attributes.length; i += 2) {
            text(point, 7, attributes[i], attributes[i + 1]);
          }
        });
  }

  static void histogram(ProtobufWriter data, long second, double[] bounds, long... counts) {
    data.message(
        1,
        point -> {
          long total = 0;
          for (long count : counts) {
            point.fixed64(6, count);
            total += count;
          }
          for (double bound : bounds) {
            point.doubleField(7, bound);
          }
          point.fixed64(3, second * 1_000_000_000L).fixed64(4, total).doubleField(5, 1.5);
          point.message(
              8,
              exemplar -> {
                exemplar.fixed64(2, second * 1_000_000_000L).doubleField(3, 0.7);
                exemplar.bytes(
                    5, new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
                text(exemplar, 7, "user", "x");
              });
        });
  }

  static void exponential(ProtobufWriter data, long second, int scale, int offset, long... counts) {
    data.message(
        1,
        point -> {
          long total = 2;
          for (long count : counts) {
            total += count;
          }
          point.fixed64(3, second * 1_000_000_000L).fixed64(4, total).doubleField(5, 9);
          point.zigZag(6, scale).fixed64(7, 2);
          point.message(
              8,
              buckets -> {
                buckets.zigZag(1, offset);
                for (long count : counts) {
                  buckets.varint(2, count);
                }
              });
        });
  }
}
