package dev.mangru.server.testkit;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A real server on a free port with a data directory of its own, and a small client for it.
public final class LiveServer implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  private final Running running;
  private final HttpClient client = HttpClient.newHttpClient();

  /// Starts a server without an agent, and without a playground unless the options say otherwise.
  ///
  /// @param options further ones, such as `--mangru.http.max-body=1KB`
  public LiveServer(Path data, String... options) {
    List<String> arguments = new ArrayList<>();
    if (List.of(options).stream().noneMatch(option -> option.contains(".playground."))) {
      arguments.add("--mangru.cluster.playground.enabled=false");
    }
    arguments.addAll(List.of(options));
    arguments.add("--mangru.data=" + data);
    arguments.add("--mangru.http.port=0");
    arguments.add("--mangru.agent.enabled=false");
    running = MangruServer.start(arguments);
  }

  /// The server itself.
  public Running running() {
    return running;
  }

  /// The address of a path.
  public URI uri(String pathAndQuery) {
    return URI.create("http://127.0.0.1:" + running.port() + pathAndQuery);
  }

  /// A path with parameters, encoded.
  public static String path(String path, Object... namesAndValues) {
    Map<Integer, String> pairs = new java.util.TreeMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      pairs.put(
          i,
          namesAndValues[i]
              + "="
              + URLEncoder.encode(String.valueOf(namesAndValues[i + 1]), StandardCharsets.UTF_8));
    }
    return path + "?" + pairs.values().stream().collect(Collectors.joining("&"));
  }

  /// The answer to a request.
  public HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /// The answer as bytes.
  public HttpResponse<byte[]> bytes(String pathAndQuery) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri(pathAndQuery)).build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  /// The answer to a GET.
  public HttpResponse<String> get(String pathAndQuery) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(pathAndQuery)));
  }

  /// The JSON that a GET gives.
  public JsonNode json(String pathAndQuery) throws IOException, InterruptedException {
    return JSON.readTree(get(pathAndQuery).body());
  }

  /// The answer to a POST.
  ///
  /// @param headers name, value, name, value, …
  public HttpResponse<String> post(String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  @Override
  public void close() {
    running.close();
    client.close();
  }
}
