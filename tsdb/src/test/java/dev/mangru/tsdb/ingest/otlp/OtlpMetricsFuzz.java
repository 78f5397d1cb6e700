package dev.mangru.tsdb.ingest.otlp;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.tsdb.ingest.Extras;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The entry for a fuzzer of [OtlpMetrics] and [OtlpJson]: any bytes are decoded or refused. The
/// first byte chooses the form and the options.
public final class OtlpMetricsFuzz {

  private static final OtlpMetrics[] DECODERS = {
    new OtlpMetrics(OtlpOptions.defaults(), Duration.ofMinutes(5)),
    new OtlpMetrics(
        new OtlpOptions(
            OtlpOptions.Translation.NO_UTF8_ESCAPING_WITH_SUFFIXES,
            Set.of(),
            true,
            Set.of("x"),
            true,
            true,
            true,
            true),
        Duration.ofMinutes(5))
  };

  private OtlpMetricsFuzz() {}

  /// Requests of all kinds of metrics, in both forms.
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int kinds = i;
      seeds.add(
          chosen(
              i,
              OtlpBodies.request(scope -> {
                if (kinds != 1) {
                  OtlpBodies.metric(
                      scope,
                      "a.b",
                      "By/s",
                      OtlpBodies.SUM,
                      data -> {
                        OtlpBodies.number(data, 5, 2, "k", "v");
                        data.varint(2, 1 + kinds % 2).varint(3, 1);
                      });
                  OtlpBodies.metric(
                      scope,
                      "h",
                      "s",
                      OtlpBodies.HISTOGRAM,
                      data -> {
                        OtlpBodies.histogram(data, 5, new double[] {1, 2}, 1, 0, 3);
                        data.varint(2, 2);
                      });
                }
                OtlpBodies.metric(
                    scope,
                    "e",
                    "1",
                    OtlpBodies.EXPONENTIAL,
                    data -> {
                      OtlpBodies.exponential(data, 5, 3 * kinds, -7, 1, 0, 0, 0, 0, 2);
                      data.varint(2, 2);
                    });
              })));
    }
    String json =
        "{\"resourceMetrics\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":"
            + "{\"stringValue\":\"x\"}},{\"key\":\"y\",\"value\":{\"intValue\":\"1\"}}]},"
            + "\"scopeMetrics\":[{\"metrics\":[{\"name\":\"g\",\"gauge\":{\"dataPoints\":["
            + "{\"timeUnixNano\":\"5\",\"asDouble\":1}]}}]}]}]}";
    seeds.add(chosen(2, json.getBytes(StandardCharsets.UTF_8)));
    seeds.add(chosen(3, json.getBytes(StandardCharsets.UTF_8)));
    return seeds;
  }

  private static byte[] chosen(int choice, byte[] body) {
    byte[] input = new byte[body.length + 1];
    input[0] = (byte) choice;
    System.arraycopy(body, 0, input, 1, body.length);
    return input;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    Counting appender = new Counting();
    try {
      byte[] message = input;
      int offset = 1;
      if ((input[0] & 2) != 0) {
        message = OtlpJson.toProtobuf(input, 1, input.length - 1);
        offset = 0;
      }
      OtlpSummary summary =
          DECODERS[input[0] & 1].decode(
              message, offset, message.length - offset, appender, new Extras(true, true));
      if (appender.samples < summary.points()) {
        throw new AssertionError(summary + ", and " + appender.samples + " samples were appended");
      }
    } catch (MangruException refused) {
      if (refused.code() != ErrorCode.BAD_DATA) {
        throw refused;
      }
    }
  }

  private static final class Counting implements Appender {
    private long samples;

    @Override
    public void append(Labels labels, long timestampMs, long startMs, double value) {
      if (labels.metricName().isEmpty()) {
        throw new AssertionError("a series without a name got through: " + labels);
      }
      samples++;
    }

    @Override
    public void append(Labels labels, long timestampMs, long startMs, NativeHistogram histogram) {
      append(labels, timestampMs, startMs, histogram.sum());
    }

    @Override
    public AppendSummary commit() {
      throw new AssertionError("decoding does not commit");
    }
  }
}
