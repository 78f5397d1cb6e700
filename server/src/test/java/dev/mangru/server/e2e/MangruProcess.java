package dev.mangru.server.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Mangru as a process of its own, the way a user runs it, and an HTTP client for it.
///
/// Started from the test's class path, so that no package step stands between a change and its
/// test.
final class MangruProcess implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HEAP = "-Xmx768m";

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final String heap;
  private final Path data;
  private final int port;
  private final Path console;
  private Process process;

  private MangruProcess(String heap, Path data, int port, Path console, Process process) {
    this.heap = heap;
    this.data = data;
    this.port = port;
    this.console = console;
    this.process = process;
  }

  /// Starts Mangru on a free port and waits until it is ready.
  static MangruProcess start(Path data, String... options) throws Exception {
    return startOn(freePort(), data, options);
  }

  /// Starts Mangru on `port` and waits until it is ready.
  static MangruProcess startOn(int port, Path data, String... options) throws Exception {
    return startWith(HEAP, port, data, options);
  }

  /// Starts Mangru with `heap`, an option of the JVM, and waits until it is ready.
  static MangruProcess startWith(String heap, Path data, String... options) throws Exception {
    return startWith(heap, freePort(), data, options);
  }

  private static MangruProcess startWith(String heap, int port, Path data, String... options)
      throws Exception {
    Files.createDirectories(data);
    Path console = data.resolveSibling(data.getFileName() + ".console");
    MangruProcess mangru =
        new MangruProcess(heap, data, port, console, launch(heap, data, port, console, options));
    mangru.awaitReady();
    return mangru;
  }

  /// Runs `mangru` with these arguments to its end.
  static Finished run(String... arguments) throws Exception {
    Path console = Files.createTempFile("mangru", ".console");
    try {
      Process process =
          new ProcessBuilder(command(HEAP, arguments))
              .redirectErrorStream(true)
              .redirectOutput(console.toFile())
              .start();
      if (!process.waitFor(90, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("mangru did not end: " + Files.readString(console));
      }
      return new Finished(process.exitValue(), Files.readString(console));
    } finally {
      Files.deleteIfExists(console);
    }
  }

  record Finished(int exitCode, String output) {}

  private static Process launch(String heap, Path data, int port, Path console, String... options)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("up", "--port", String.valueOf(port), "--data", data.toString()));
    arguments.addAll(List.of(options));
    ProcessBuilder builder =
        new ProcessBuilder(command(heap, arguments.toArray(String[]::new)))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(console.toFile()));
    // Whoever runs the tests may have a real cluster, which is none of their business.
    builder.environment().remove("KUBECONFIG");
    builder.environment().put("HOME", console.toAbsolutePath().getParent().toString());
    return builder.start();
  }

  private static List<String> command(String heap, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                heap,
                "-cp",
                System.getProperty("java.class.path"),
                "dev.mangru.server.Mangru"));
    command.addAll(List.of(arguments));
    return command;
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void awaitReady() throws Exception {
    await(
        Duration.ofSeconds(90),
        "Mangru to be ready",
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("Mangru ended while starting: " + consoleText());
          }
          try {
            return get("/-/ready").statusCode() == 200;
          } catch (UncheckedIOException e) {
            return false; // not listening yet
          }
        });
  }

  /// Waits for `condition`, looking every 50 ms.
  static void await(Duration limit, String what, BooleanSupplier condition) throws Exception {
    await(limit, () -> what, condition);
  }

  /// The same, with words that are asked for once it was in vain.
  static void await(Duration limit, Supplier<String> what, BooleanSupplier condition)
      throws Exception {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited " + limit + " in vain for " + what.get());
      }
      Thread.sleep(50);
    }
  }

  /// `kill -9`.
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /// Ctrl-C; returns the exit code.
  int terminate() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      kill();
      throw new AssertionError("Mangru did not end within 30 s of SIGTERM");
    }
    return process.exitValue();
  }

  String consoleText() {
    try {
      return Files.readString(console);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path data() {
    return data;
  }

  int port() {
    return port;
  }

  String url(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(URI.create(url(path))).GET().build());
  }

  HttpResponse<String> post(String path, String contentType, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url(path)))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return send(request.build());
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  JsonNode json(String path) {
    HttpResponse<String> response = get(path);
    if (response.statusCode() != 200) {
      throw new AssertionError(
          path + " answered " + response.statusCode() + ": " + response.body());
    }
    return JSON.readTree(response.body());
  }

  /// The result of an instant query.
  JsonNode query(String promql) {
    return json("/api/v1/query?query=" + encode(promql)).at("/data/result");
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    http.close();
  }

  /// Starts again on the same port and data.
  MangruProcess restart(String... options) throws Exception {
    process = launch(heap, data, port, console, options);
    awaitReady();
    return this;
  }
}
