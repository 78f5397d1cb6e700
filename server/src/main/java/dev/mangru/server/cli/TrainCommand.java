package dev.mangru.server.cli;

import dev.mangru.model.wire.ProtobufWriter;
import dev.mangru.server.wire.MangruServer;
import dev.mangru.server.wire.Running;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `mangru train`: runs the server for a few seconds under the requests it will get most, and ends.
/// The launcher records the JVM's ahead-of-time cache meanwhile (JEP 483, 514 and 515): the cache
/// holds loaded classes and method profiles, so that the first queries of a real start are not the
/// slow ones.
@Command(
    name = "train",
    hidden = true,
    description = "Run the server briefly on made-up data, to fill the JVM's AOT cache.")
public final class TrainCommand implements Callable<Integer> {

  /// Chosen: after some ten thousand samples and a few hundred queries C2 has seen the hot loops.
  private static final int ROUNDS = 60;

  /// After this round samples move to a block; later ones are read from there and from memory.
  private static final int SETTLED = 20;

  private static final int TARGETS = 20;

  private static final List<String> QUERIES =
      List.of(
          "train_requests_total{target=\"t1\"}",
          "sum by (code) (rate(train_requests_total[5m]))",
          "histogram_quantile(0.99, sum by (le) (rate(train_seconds_bucket[5m])))",
          "sum(rate(train_requests_total{code=~\"5..\"}[5m])) / sum(rate(train_requests_total[5m]))",
          "train_memory_bytes * on (target) group_left (zone) train_info",
          "histogram_quantile(0.95, sum by (le, target) (rate(train_seconds_bucket[5m])))",
          "sum(rate(train_requests_total[5m])) / sum(rate(train_requests_total[5m] offset 5m))",
          "sum by (job) (rate(train_requests_total{target=~\"t(1|2).*\",code!~\"5..\"}[5m]))",
          "max by (job) (train_memory_bytes / on (target) train_info)",
          "1 - avg by (target) (rate(train_requests_total{code=\"200\"}[5m]))",
          "quantile(0.9, rate(train_requests_total[5m]))",
          "sum by (target) (increase(train_requests_total[10m])) > 0",
          "topk(10, sum by (job, target) (train_memory_bytes))",
          "topk(3, train_memory_bytes)",
          "avg_over_time(train_memory_bytes[10m])",
          "max_over_time(rate(train_requests_total[1m])[5m:30s])",
          "count by (__name__) ({__name__!=\"\"})",
          "train_memory_bytes - train_memory_bytes offset 5m",
          "absent(train_nothing)");

  @Option(names = "--data", paramLabel = "DIR", required = true, description = "Scratch directory.")
  private @Nullable Path data;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> arguments =
        List.of(
            "--mangru.http.port=0",
            "--mangru.data=" + data,
            "--mangru.agent.enabled=false",
            "--mangru.metrics.admin-api=true");
    try (Running running = MangruServer.start(arguments);
        HttpClient http = HttpClient.newHttpClient()) {
      Client client = new Client(http, "http://127.0.0.1:" + running.port());
      long endMs = Instant.now().toEpochMilli();
      for (int round = 0; round < ROUNDS; round++) {
        client.write(endMs - (ROUNDS - round) * 15_000L, round);
        client.log(endMs - (ROUNDS - round) * 15_000L);
        client.read(endMs / 1_000);
        if (round == SETTLED) {
          client.settle();
        }
      }
    }
    return 0;
  }

  /// Sends the requests. A failure of one would only make the cache poorer; it ends the training,
  /// so that it is seen.
  private record Client(HttpClient http, String url) {

    void write(long timeMs, int round) throws IOException, InterruptedException {
      ProtobufWriter body = new ProtobufWriter();
      for (int target = 0; target < TARGETS; target++) {
        String name = "t" + target;
        series(body, timeMs, round * 7.0, "train_requests_total", name, "code", "200");
        series(body, timeMs, round * 0.5, "train_requests_total", name, "code", "500");
        series(body, timeMs, 4096.0 * (round % 9 + target), "train_memory_bytes", name, "a", "b");
        series(body, timeMs, 1, "train_info", name, "zone", "z" + target % 3);
        for (int bucket = 0; bucket < 10; bucket++) {
          series(
              body,
              timeMs,
              (double) round * bucket,
              "train_seconds_bucket",
              name,
              "le",
              "" + bucket);
        }
      }
      post("/api/v1/write", "application/x-protobuf", Snappy.compress(body.toByteArray()));
    }

    private static void series(
        ProtobufWriter body,
        long timeMs,
        double value,
        String metric,
        String target,
        String label,
        String text) {
      body.message(
          1,
          series -> {
            label(series, "__name__", metric);
            label(series, "job", "train");
            label(series, label, text);
            label(series, "target", target);
            series.message(2, sample -> sample.doubleField(1, value).varint(2, timeMs));
          });
    }

    private static void label(ProtobufWriter series, String name, String value) {
      series.message(1, label -> label.string(1, name).string(2, value));
    }

    void log(long timeMs) throws IOException, InterruptedException {
      String body =
          """
          {"streams":[{"stream":{"app":"train"},
          "values":[["%d000000","level=info msg=\\"request %d took 5 ms\\""]]}]}
          """
              .formatted(timeMs, timeMs);
      post("/loki/api/v1/push", "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    void settle() throws IOException, InterruptedException {
      post("/api/v1/admin/tsdb/compact", "application/json", new byte[0]);
    }

    void read(long endSeconds) throws IOException, InterruptedException {
      for (String query : QUERIES) {
        String encoded = URLEncoder.encode(query, StandardCharsets.UTF_8);
        get("/api/v1/query?query=" + encoded);
        get(
            "/api/v1/query_range?step=15&query=%s&start=%d&end=%d"
                .formatted(encoded, endSeconds - 900, endSeconds));
      }
      // Dashboards send forms and take compressed answers.
      form(
          "/api/v1/query_range",
          "step=15&query=train_memory_bytes&start=%d&end=%d"
              .formatted(endSeconds - 900, endSeconds));
      form("/api/v1/query", "query=train_info");
      get("/-/ready");
      get("/api/v1/labels");
      get("/api/v1/label/target/values");
      get("/api/v1/label/__name__/values?match%5B%5D=%7Bjob%3D%22train%22%7D");
      get("/api/v1/series?match[]=train_info".replace("[]", "%5B%5D"));
      get("/");
    }

    private void get(String path) throws IOException, InterruptedException {
      send(HttpRequest.newBuilder(URI.create(url + path)).build());
    }

    private void form(String path, String parameters) throws IOException, InterruptedException {
      send(
          HttpRequest.newBuilder(URI.create(url + path))
              .header("Content-Type", "application/x-www-form-urlencoded")
              .header("Accept-Encoding", "gzip")
              .POST(HttpRequest.BodyPublishers.ofString(parameters))
              .build());
    }

    private void post(String path, String type, byte[] body)
        throws IOException, InterruptedException {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(url + path))
              .header("Content-Type", type)
              .POST(HttpRequest.BodyPublishers.ofByteArray(body));
      if (path.endsWith("/write")) {
        request.header("Content-Encoding", "snappy");
      }
      send(request.build());
    }

    private void send(HttpRequest request) throws IOException, InterruptedException {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() >= 400) {
        throw new IOException(
            request.uri() + " answered " + response.statusCode() + ": " + response.body());
      }
    }
  }
}
