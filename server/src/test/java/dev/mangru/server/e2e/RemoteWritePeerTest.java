package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.wire.ProtobufWriter;
import dev.mangru.server.testkit.LiveServer;
import dev.mangru.server.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Remote write is answered with the status and the numbers that a real Prometheus answers with.
class RemoteWritePeerTest {

  private static final String V1 = "application/x-protobuf";
  private static final String V1_NAMED = "application/x-protobuf;proto=prometheus.WriteRequest";
  private static final String V2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
  private static final ByteBuffer NOTHING = ByteBuffer.wrap(new byte[0]);
  private static final String WRITTEN = "X-Prometheus-Remote-Write-";

  /// @param samples whether the numbers of what was written are compared too: those of 2.0
  private record Case(String name, String type, String coding, ByteBuffer body, boolean samples) {}

  @TempDir Path folder;

  @Test
  void every_kind_of_request_is_answered_as_prometheus_does() throws Exception {
    Path prometheus = Peer.program("prometheus");
    int port = MangruProcess.freePort();
    Path file = folder.resolve("prometheus.yml");
    Files.writeString(file, "");
    Process process =
        new ProcessBuilder(
                prometheus.toString(),
                "--config.file=" + file,
                "--storage.tsdb.path=" + folder.resolve("prometheus"),
                "--web.listen-address=127.0.0.1:" + port,
                "--web.enable-remote-write-receiver",
                "--enable-feature=native-histograms",
                "--log.level=error")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    try (LiveServer mangru = new LiveServer(folder.resolve("mangru"));
        HttpClient client = HttpClient.newHttpClient()) {
      String peer = "http://127.0.0.1:" + port;
      MangruProcess.await(Duration.ofSeconds(30), "Prometheus", () -> answers(client, peer));
      List<String> differences = new ArrayList<>();
      for (Case each : cases(System.currentTimeMillis())) {
        String expected = answer(client, peer, each);
        String got = answer(client, mangru.uri("").toString(), each);
        if (!expected.lines().findFirst().equals(got.lines().findFirst())) {
          differences.add(each.name + "\n  Prometheus: " + expected + "\n  Mangru:     " + got);
        }
      }
      assertThat(differences).isEmpty();
    } finally {
      process.destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static ByteBuffer v1(Labels labels, long timeMs, double value) {
    return ByteBuffer.wrap(Wire.writeV1(labels, (double) timeMs, value));
  }

  private static ByteBuffer v2(Labels labels, long timeMs, double value) {
    return ByteBuffer.wrap(Wire.writeV2(labels, timeMs, value));
  }

  private static List<Case> cases(long now) {
    Labels up = Labels.of("__name__", "up", "job", "a");
    List<Case> cases = new ArrayList<>();
    cases.add(new Case("1.0", V1, "snappy", v1(up, now, 1), false));
    cases.add(new Case("1.0 named", V1_NAMED, "snappy", v1(up, now + 1, 1), false));
    cases.add(new Case("1.0 again", V1, "snappy", v1(up, now + 1, 1), false));
    cases.add(new Case("1.0 another value", V1, "snappy", v1(up, now + 1, 2), false));
    cases.add(new Case("1.0 too early", V1, "snappy", v1(up, now - 1, 2), false));
    cases.add(
        new Case(
            "1.0 nonsense", V1, "snappy", ByteBuffer.wrap(new byte[] {1, 2, 3, -1, -1}), false));
    cases.add(new Case("no coding", V1, "", v1(up, now + 2, 1), false));
    cases.add(new Case("gzip", V1, "gzip", v1(up, now + 3, 1), false));
    cases.add(new Case("json", "application/json", "snappy", NOTHING, false));
    cases.add(new Case("unknown message", V1 + ";proto=other.Request", "snappy", NOTHING, false));
    cases.add(new Case("2.0", V2, "snappy", v2(up, now + 10, 1), true));
    cases.add(new Case("2.0 too early", V2, "snappy", v2(up, now, 1), true));
    cases.add(new Case("2.0 too far ahead", V2, "snappy", v2(up, now + 3_600_000, 1), true));
    cases.add(new Case("2.0 without a name", V2, "snappy", v2(Labels.of("a", "b"), now, 1), true));
    cases.add(new Case("2.0 nothing", V2, "snappy", NOTHING, true));
    cases.add(new Case("2.0 two", V2, "snappy", ByteBuffer.wrap(two(now + 20, now + 20)), true));
    cases.add(
        new Case("2.0 one of two", V2, "snappy", ByteBuffer.wrap(two(now + 22, now + 19)), true));
    return cases;
  }

  /// A sample of each of two series.
  private static byte[] two(long firstMs, long secondMs) {
    ProtobufWriter body = new ProtobufWriter();
    for (String symbol : List.of("", "__name__", "two", "n", "1", "2")) {
      body.string(4, symbol);
    }
    for (int n = 4; n <= 5; n++) {
      int last = n;
      body.message(
          5,
          series ->
              series
                  .message(1, refs -> refs.rawVarint(1).rawVarint(2).rawVarint(3).rawVarint(last))
                  .message(
                      2,
                      sample ->
                          sample.doubleField(1, 1).varint(2, last == 4 ? firstMs : secondMs)));
    }
    return body.toByteArray();
  }

  private static String answer(HttpClient client, String server, Case each) throws Exception {
    byte[] body = new byte[each.body.remaining()];
    each.body.duplicate().get(body);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server + "/api/v1/write"))
            .header("Content-Type", each.type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(Wire.snappy(body)));
    if (!each.coding.isEmpty()) {
      request.header("Content-Encoding", each.coding);
    }
    HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
    StringBuilder text = new StringBuilder().append(answer.statusCode());
    if (each.samples) {
      for (String what : List.of("Samples", "Histograms", "Exemplars")) {
        text.append(' ')
            .append(answer.headers().firstValue(WRITTEN + what + "-Written").orElse("0"));
      }
    }
    return text.append('\n').append(answer.body()).toString();
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
}
