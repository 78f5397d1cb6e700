package dev.mangru.server.testkit;

import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.wire.ProtobufWriter;
import java.io.IOException;
import org.xerial.snappy.Snappy;

/// Bodies as senders make them.
public final class Wire {

  private Wire() {}

  /// A remote write 1.0 body of one series, not compressed; `samples` is time, value, time, value,
  /// ….
  public static byte[] writeV1(Labels labels, double... samples) {
    return new ProtobufWriter()
        .message(
            1,
            series -> {
              for (Label label : labels) {
                series.message(1, l -> l.string(1, label.name()).string(2, label.value()));
              }
              for (int i = 0; i < samples.length; i += 2) {
                long time = (long) samples[i];
                double value = samples[i + 1];
                series.message(2, s -> s.doubleField(1, value).varint(2, time));
              }
            })
        .toByteArray();
  }

  /// A remote write 2.0 body of one series with one sample.
  public static byte[] writeV2(Labels labels, long timeMs, double value) {
    ProtobufWriter body = new ProtobufWriter().string(4, "");
    for (Label label : labels) {
      body.string(4, label.name()).string(4, label.value());
    }
    return body.message(
            5,
            series ->
                series
                    .message(
                        1,
                        refs -> {
                          for (int i = 1; i <= 2 * labels.count(); i++) {
                            refs.rawVarint(i);
                          }
                        })
                    .message(2, s -> s.doubleField(1, value).varint(2, timeMs)))
        .toByteArray();
  }

  /// A Loki push body of one line, not compressed.
  public static byte[] lokiPush(String stream, long timeNs, String line) {
    return new ProtobufWriter()
        .message(
            1,
            s ->
                s.string(1, stream)
                    .message(
                        2,
                        entry ->
                            entry
                                .message(
                                    1,
                                    t ->
                                        t.varint(1, timeNs / 1_000_000_000)
                                            .varint(2, timeNs % 1_000_000_000))
                                .string(2, line)))
        .toByteArray();
  }

  /// Snappy's block format.
  public static byte[] snappy(byte[] body) {
    try {
      return Snappy.compress(body);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
