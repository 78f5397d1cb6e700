package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.wire.ProtobufWriter;
import dev.mangru.server.testkit.LiveServer;
import dev.mangru.server.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What Mangru federates is byte for byte what a real Prometheus with the same samples does.
class FederationPeerTest {

  private static final String PROTOBUF =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

  private static final double[] VALUES = {
    0,
    -0.0,
    1,
    -1,
    0.1,
    1e6,
    123456789,
    999999,
    1e21,
    1e-5,
    1e-4,
    Double.MIN_VALUE,
    1e308,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    1.0 / 3
  };

  @TempDir Path folder;

  @Test
  void both_give_the_same_bytes_for_the_same_samples() throws Exception {
    Path prometheus = Peer.program("prometheus");
    int port = MangruProcess.freePort();
    Path file = folder.resolve("prometheus.yml");
    Files.writeString(
        file, "global: {external_labels: {region: eu, zone: \"b\\\"1\", job: outer}}\n");
    Process process =
        new ProcessBuilder(
                prometheus.toString(),
                "--config.file=" + file,
                "--storage.tsdb.path=" + folder.resolve("prometheus"),
                "--web.listen-address=127.0.0.1:" + port,
                "--web.enable-remote-write-receiver",
                "--enable-feature=native-histograms",
                "--log.level=warn")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    try (LiveServer mangru =
            new LiveServer(
                folder.resolve("mangru"),
                "--mangru.exchange.external-labels[0].name=region",
                "--mangru.exchange.external-labels[0].value=eu",
                "--mangru.exchange.external-labels[1].name=zone",
                "--mangru.exchange.external-labels[1].value=b\"1",
                "--mangru.exchange.external-labels[2].name=job",
                "--mangru.exchange.external-labels[2].value=outer");
        HttpClient client = HttpClient.newHttpClient()) {
      String peer = "http://127.0.0.1:" + port;
      MangruProcess.await(Duration.ofSeconds(30), "Prometheus", () -> answers(client, peer));
      byte[] body = Wire.snappy(body(System.currentTimeMillis()));
      for (String server : List.of(peer, mangru.uri("").toString())) {
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(URI.create(server + "/api/v1/write"))
                    .header("Content-Type", "application/x-protobuf")
                    .header("Content-Encoding", "snappy")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                    .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(server + " " + answer.body()).isEqualTo(204);
      }
      List<String> differences = new ArrayList<>();
      for (String match :
          List.of(
              "{__name__=~\"fed_.*\"}",
              "fed_value",
              "fed_value{n=\"3\"}&match[]=fed_other&match[]={n=~\"[1-5]\"}",
              "{__name__=~\".*fed.*\"}",
              "fed_nothing")) {
        for (String accept :
            List.of(
                "*/*",
                "text/plain",
                "text/plain;version=0.0.4;escaping=allow-utf-8",
                "text/plain;escaping=values",
                "text/plain;escaping=dots",
                "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;q=0.5",
                "text/plain;q=0.1," + PROTOBUF + ";q=0.8",
                PROTOBUF + ";escaping=allow-utf-8")) {
          compare(client, peer, mangru, "?match[]=" + match, accept, differences);
        }
      }
      compare(client, peer, mangru, "", "*/*", differences);
      assertThat(differences).isEmpty();
      HttpResponse<byte[]> wrong = get(client, mangru.uri("").toString(), "?match[]=up{", "*/*");
      HttpResponse<byte[]> expected = get(client, peer, "?match[]=up{", "*/*");
      assertThat(wrong.statusCode()).isEqualTo(expected.statusCode()).isEqualTo(400);
      assertThat(text(wrong)).isEqualTo(text(expected));
    } finally {
      process.destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static void compare(
      HttpClient client,
      String peer,
      LiveServer mangru,
      String query,
      String accept,
      List<String> differences)
      throws Exception {
    HttpResponse<byte[]> expected = get(client, peer, query, accept);
    HttpResponse<byte[]> got = get(client, mangru.uri("").toString(), query, accept);
    String type = expected.headers().firstValue("Content-Type").orElse("");
    String gotType = got.headers().firstValue("Content-Type").orElse("");
    if (!parts(type).equals(parts(gotType)) || !text(expected).equals(text(got))) {
      differences.add(
          query
              + " "
              + accept
              + "\n--- Prometheus: "
              + type
              + "\n"
              + text(expected)
              + "\n--- Mangru: "
              + gotType
              + "\n"
              + text(got));
    }
  }

  private static Set<String> parts(String type) {
    return new TreeSet<>(Arrays.asList(type.replace(" ", "").toLowerCase(Locale.ROOT).split(";")));
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.ISO_8859_1);
  }

  private static HttpResponse<byte[]> get(
      HttpClient client, String server, String query, String accept) throws Exception {
    String encoded =
        query
            .replace("{", "%7B")
            .replace("}", "%7D")
            .replace("\"", "%22")
            .replace("[", "%5B")
            .replace("]", "%5D");
    return client.send(
        HttpRequest.newBuilder(URI.create(server + "/federate" + encoded))
            .header("Accept", accept)
            .build(),
        BodyHandlers.ofByteArray());
  }

  private static boolean answers(HttpClient client, String peer) {
    try {
      return client
              .send(
                  HttpRequest.newBuilder(URI.create(peer + "/-/ready")).build(),
                  BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException _) {
      return false; // not listening yet
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] body(long nowMs) {
    ProtobufWriter body = new ProtobufWriter();
    for (int i = 0; i < VALUES.length; i++) {
      Labels labels = Labels.of("__name__", "fed_value", "n", String.valueOf(i));
      series(body, labels, nowMs - 60_000, VALUES[i] + 1, nowMs - 30_000 - i, VALUES[i]);
    }
    series(body, Labels.of("__name__", "fed_value", "instance", "i:1"), nowMs - 1000, 5);
    series(body, Labels.of("__name__", "fed_value", "job", "inner", "zone", "q\\\"\n"), nowMs, 6);
    series(body, Labels.of("__name__", "fed_other"), nowMs - 299_000 + 60_000, 7);
    series(body, Labels.of("__name__", "fed_old"), nowMs - 310_000, 8);
    series(body, Labels.of("__name__", "fed_ended"), nowMs - 10_000, 1, nowMs, StaleMarker.VALUE);
    series(body, Labels.of("__name__", "weird.fed-größe", "lab.el", "v", "ü", "w"), nowMs, 9);
    for (boolean gauge : new boolean[] {false, true}) {
      // Prometheus takes a counter of float counts for a gauge here.
      for (boolean integer : gauge ? new boolean[] {false, true} : new boolean[] {true}) {
        body.message(
            1,
            series -> {
              label(series, "__name__", "fed_histogram");
              label(series, "kind", gauge + "/" + integer);
              histogram(series, nowMs - 5, gauge, integer);
            });
      }
    }
    series(body, Labels.of("__name__", "fed_histogram", "kind", "zzz"), nowMs, 10);
    return body.toByteArray();
  }

  private static void label(ProtobufWriter series, String name, String value) {
    series.message(1, label -> label.string(1, name).string(2, value));
  }

  private static void series(ProtobufWriter body, Labels labels, long timeMs, double value) {
    body.message(
        1,
        series -> {
          labels(series, labels);
          sample(series, timeMs, value);
        });
  }

  private static void series(
      ProtobufWriter body, Labels labels, long timeMs, double value, long nextMs, double next) {
    body.message(
        1,
        series -> {
          labels(series, labels);
          sample(series, timeMs, value);
          sample(series, nextMs, next);
        });
  }

  private static void labels(ProtobufWriter series, Labels labels) {
    for (int i = 0; i < labels.count(); i++) {
      label(series, labels.name(i), labels.value(i));
    }
  }

  private static void sample(ProtobufWriter series, long timeMs, double value) {
    series.message(2, sample -> sample.doubleField(1, value).varint(2, timeMs));
  }

  private static void histogram(
      ProtobufWriter series, long timeMs, boolean gauge, boolean integer) {
    series.message(
        4,
        histogram -> {
          if (integer) {
            histogram.varint(1, 12);
          } else {
            histogram.doubleField(2, 12);
          }
          histogram.doubleField(3, -1.5).zigZag(4, 2).doubleField(5, 0.001);
          if (integer) {
            histogram.varint(6, 2);
          } else {
            histogram.doubleField(7, 2);
          }
          histogram.message(8, span -> span.zigZag(1, 0).varint(2, 1));
          histogram.message(11, span -> span.zigZag(1, -1).varint(2, 2));
          histogram.message(11, span -> span.zigZag(1, 5).varint(2, 1));
          if (integer) {
            histogram.zigZag(9, 4).zigZag(12, 1).zigZag(12, 1).zigZag(12, 1);
          } else {
            histogram.doubleField(10, 4);
            histogram.doubleField(13, 1).doubleField(13, 2).doubleField(13, 3);
          }
          histogram.varint(14, gauge ? 3 : 0).varint(15, timeMs);
        });
  }
}
