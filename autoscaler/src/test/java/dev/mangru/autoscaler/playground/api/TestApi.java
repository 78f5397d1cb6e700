package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.DeleteOptions;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import dev.mangru.autoscaler.playground.store.StoreOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A server over an empty store, and a client that speaks plain HTTP to it.
public final class TestApi implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();

  public final ObjectStore store;
  public final KubeApiServer server;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /// An answer with its body as a tree.
  public record Answer(int code, ObjectNode body, HttpResponse<byte[]> raw) {
    public String text(String pointer) {
      return body.at(pointer).asString("");
    }

    public String message() {
      return text("/message");
    }
  }

  public TestApi() throws IOException {
    this(StoreOptions.DEFAULTS, how -> how);
  }

  public TestApi(StoreOptions options, UnaryOperator<KubeApiServer.Builder> how)
      throws IOException {
    store = ObjectStore.inMemory(InstantSource.system(), 1, options);
    server = how.apply(KubeApiServer.builder(store, InstantSource.system())).start();
  }

  /// Quotes may be single in tests.
  public static ObjectNode tree(String json) {
    return (ObjectNode) JSON.readTree(json.replace('\'', '"'));
  }

  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server.url() + path)).timeout(Duration.ofSeconds(30));
  }

  public Answer send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<byte[]> raw = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    JsonNode body = raw.body().length == 0 ? JSON.createObjectNode() : JSON.readTree(raw.body());
    return new Answer(raw.statusCode(), (ObjectNode) body, raw);
  }

  public Answer get(String path) throws IOException, InterruptedException {
    return send(request(path).build());
  }

  public Answer get(String path, String accept) throws IOException, InterruptedException {
    return send(request(path).header("Accept", accept).build());
  }

  public Answer with(String method, String path, String contentType, String body)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", contentType)
            .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
            .build());
  }

  public Answer post(String path, String body) throws IOException, InterruptedException {
    return with("POST", path, "application/json", body);
  }

  public Answer put(String path, String body) throws IOException, InterruptedException {
    return with("PUT", path, "application/json", body);
  }

  public Answer merge(String path, String body) throws IOException, InterruptedException {
    return with("PATCH", path, "application/merge-patch+json", body);
  }

  public Answer delete(String path) throws IOException, InterruptedException {
    return send(request(path).DELETE().build());
  }

  /// A watch whose events queue up.
  public static final class Watching implements AutoCloseable {
    private final BlockingQueue<ObjectNode> events = new LinkedBlockingQueue<>();
    private final InputStream stream;

    private Watching(InputStream stream) {
      this.stream = stream;
      Thread.ofVirtual().start(this::read);
    }

    private void read() {
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          events.add((ObjectNode) JSON.readTree(line));
        }
        events.add(tree("{'type':'END'}"));
      } catch (IOException e) {
        events.add(tree("{'type':'CUT'}"));
      }
    }

    /// The next event; `NONE` after 10 s.
    public ObjectNode next() throws InterruptedException {
      ObjectNode event = events.poll(10, TimeUnit.SECONDS);
      return event == null ? tree("{'type':'NONE'}") : event;
    }

    /// The next event as `TYPE name`.
    public String told() throws InterruptedException {
      ObjectNode event = next();
      return (event.path("type").asString("")
              + " "
              + event.at("/object/metadata/name").asString(""))
          .strip();
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }

  public Watching watch(String path) throws IOException, InterruptedException {
    return watch(path, "application/json");
  }

  public Watching watch(String path, String accept) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(server.url() + path + (path.contains("?") ? "&" : "?") + "watch=true"))
            .header("Accept", accept)
            .build();
    return new Watching(http.send(request, HttpResponse.BodyHandlers.ofInputStream()).body());
  }

  /// Puts a pod on a node and lets it run, as scheduler and kubelet do.
  public void run(String namespace, String pod, String node) {
    store.mutate(
        "pods",
        namespace,
        pod,
        object -> {
          object.withObject("/spec").put("nodeName", node);
          ObjectNode status = object.putObject("status");
          status.put("phase", "Running").put("podIP", "10.0.0.9");
          status.putArray("conditions").addObject().put("type", "Ready").put("status", "True");
          ObjectNode container = status.putArray("containerStatuses").addObject();
          container.put("name", "main").put("ready", true).put("restartCount", 0);
          container.putObject("state").putObject("running");
          return object;
        });
  }

  /// Ends pods that are being deleted, as kubelets do.
  public void endPods() {
    for (ObjectNode pod : store.list("pods", "").items()) {
      if (pod.path("metadata").has("deletionTimestamp")) {
        store.delete(
            "pods",
            pod.at("/metadata/namespace").asString(""),
            pod.at("/metadata/name").asString(""),
            DeleteOptions.immediate());
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    http.shutdownNow();
    store.close();
  }
}
