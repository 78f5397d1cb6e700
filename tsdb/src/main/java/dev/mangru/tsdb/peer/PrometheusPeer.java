package dev.mangru.tsdb.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.json.JsonMapper;

/// A Prometheus process with an empty store of its own. Thread-safe; close ends the process.
public final class PrometheusPeer implements AutoCloseable {

  /// Names a folder with programs of other projects, made by `bench/get-peers.sh`.
  public static final String VARIABLE = "MANGRU_PEERS";

  /// What all have in common: one head that holds everything, so that nothing is cut or dropped
  /// while queries run, and late samples are taken.
  private static final String CONFIG =
      """
      storage:
        tsdb:
          out_of_order_time_window: 10d
      """;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Process process;
  private final URI base;
  private final Path log;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final JsonMapper json = JsonMapper.builder().build();

  private PrometheusPeer(Process process, URI base, Path log) {
    this.process = process;
    this.base = base;
    this.log = log;
  }

  /// The program, if the folder of other projects' programs is there and holds it.
  public static Optional<Path> program() {
    String folder = System.getenv(VARIABLE);
    return folder == null || folder.isBlank()
        ? Optional.empty()
        : Optional.of(Path.of(folder, "usr", "bin", "prometheus")).filter(Files::isExecutable);
  }

  /// Starts a process and waits until it is ready.
  ///
  /// @param folder for its configuration, data and log
  /// @param features for `--enable-feature`
  public static PrometheusPeer start(Path program, Path folder, List<String> features)
      throws IOException {
    Files.createDirectories(folder);
    Path config = Files.writeString(folder.resolve("prometheus.yml"), CONFIG);
    Path log = folder.resolve("prometheus.log");
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.add("--config.file=" + config);
    command.add("--storage.tsdb.path=" + folder.resolve("data"));
    command.add("--storage.tsdb.min-block-duration=10d");
    command.add("--storage.tsdb.max-block-duration=10d");
    command.add("--storage.tsdb.retention.time=3000d");
    command.add("--web.listen-address=127.0.0.1:" + port);
    command.add("--web.enable-remote-write-receiver");
    command.add("--log.level=warn");
    if (!features.isEmpty()) {
      command.add("--enable-feature=" + String.join(",", features));
    }
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("GOMAXPROCS", "1");
    URI base = URI.create("http://127.0.0.1:" + port);
    PrometheusPeer peer = new PrometheusPeer(builder.start(), base, log);
    try {
      peer.awaitReady();
    } catch (IOException e) {
      peer.close();
      throw e;
    }
    return peer;
  }

  private void awaitReady() throws IOException {
    HttpRequest ready = HttpRequest.newBuilder(base.resolve("/-/ready")).build();
    long attempts = PATIENCE.toMillis() / 50;
    for (long attempt = 0; attempt < attempts && process.isAlive(); attempt++) {
      try {
        if (send(ready).statusCode() == 200) {
          return;
        }
      } catch (java.net.ConnectException e) {
        LockSupport.parkNanos(1); // not listening yet
      }
      LockSupport.parkNanos(50_000_000);
    }
    throw new IOException("prometheus did not get ready: " + Files.readString(log));
  }

  /// Writes samples.
  ///
  /// @throws IOException if it does not take them all
  public void write(List<PeerSeries> series) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve("/api/v1/write"))
            .header("Content-Type", "application/x-protobuf")
            .header("Content-Encoding", "snappy")
            .header("X-Prometheus-Remote-Write-Version", "0.1.0")
            .POST(HttpRequest.BodyPublishers.ofByteArray(RemoteWriteBody.of(series)))
            .build();
    HttpResponse<String> response = send(request);
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          "prometheus refused samples: " + response.statusCode() + " " + response.body());
    }
  }

  /// Asks for the value at one time.
  public Answer instant(String query, long timeMs) throws IOException {
    return ask("/api/v1/query", "query", query, "time", seconds(timeMs));
  }

  /// Asks for the values at many times.
  public Answer range(String query, long startMs, long endMs, long stepMs) throws IOException {
    return ask(
        "/api/v1/query_range",
        "query",
        query,
        "start",
        seconds(startMs),
        "end",
        seconds(endMs),
        "step",
        seconds(stepMs));
  }

  private static String seconds(long ms) {
    return java.math.BigDecimal.valueOf(ms, 3).toPlainString();
  }

  private Answer ask(String path, String... form) throws IOException {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < form.length; i += 2) {
      body.append(i == 0 ? "" : "&").append(form[i]).append('=');
      body.append(URLEncoder.encode(form[i + 1], StandardCharsets.UTF_8));
    }
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .timeout(PATIENCE)
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    HttpResponse<String> response = send(request);
    return Answer.of(response.statusCode(), json.readTree(response.body()));
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for prometheus", e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
