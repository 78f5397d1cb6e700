package dev.mangru.server.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// A webhook that drops repeats by their `Idempotency-Key`, and may be a difficult one: that
/// answers 500, or takes its time, or takes the message and then answers 500. Thread-safe.
final class WebhookReceiver implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final InstantSource clock;
  private final Random trouble;
  private final int troublePercent;
  private final Map<String, Message> taken = new LinkedHashMap<>();
  private final List<String> contradictions = new ArrayList<>();
  private int requests;
  private int repeats;

  /// A message that was taken.
  ///
  /// @param key it is known by
  /// @param firstAt when it came first
  record Message(String key, Instant firstAt, JsonNode payload) {

    String groupKey() {
      return payload.path("groupKey").asString("");
    }

    /// Labels of its alerts that are `status`.
    List<Map<String, String>> alerts(String status) {
      List<Map<String, String>> all = new ArrayList<>();
      for (JsonNode alert : payload.path("alerts")) {
        if (alert.path("status").asString("").equals(status)) {
          all.add(labels(alert.path("labels")));
        }
      }
      return all;
    }
  }

  private WebhookReceiver(InstantSource clock, Random trouble, int troublePercent)
      throws IOException {
    this.clock = clock;
    this.trouble = trouble;
    this.troublePercent = troublePercent;
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /// One that takes everything at once.
  static WebhookReceiver willing(InstantSource clock) throws IOException {
    return new WebhookReceiver(clock, new Random(0), 0);
  }

  /// One that makes trouble with `percent` of all requests.
  static WebhookReceiver difficult(InstantSource clock, long seed, int percent) throws IOException {
    return new WebhookReceiver(clock, new Random(seed), percent);
  }

  static Map<String, String> labels(JsonNode object) {
    Map<String, String> labels = new LinkedHashMap<>();
    object.propertyNames().forEach(name -> labels.put(name, object.get(name).asString()));
    return labels;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
      int dice;
      synchronized (this) {
        requests++;
        dice = trouble.nextInt(100);
      }
      boolean difficult = dice < troublePercent;
      if (difficult && dice % 3 == 0) {
        exchange.sendResponseHeaders(500, -1);
        return;
      }
      take(key, JSON.readTree(body));
      if (difficult && dice % 3 == 1) {
        exchange.sendResponseHeaders(500, -1); // taken, and it does not say so
        return;
      }
      if (difficult) {
        pause(Duration.ofMillis(700));
      }
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void take(String key, JsonNode payload) {
    if (key == null) {
      contradictions.add("a message without a key: " + payload);
      return;
    }
    Message before = taken.putIfAbsent(key, new Message(key, clock.instant(), payload));
    if (before != null) {
      repeats++;
      if (!before.payload().path("groupKey").equals(payload.path("groupKey"))) {
        contradictions.add("one key for two groups: " + before.payload() + " and " + payload);
      }
    }
  }

  /// What was taken, repeats dropped, in order of arrival.
  synchronized List<Message> messages() {
    return List.copyOf(taken.values());
  }

  /// Requests that were repeats of what was already taken.
  synchronized int repeats() {
    return repeats;
  }

  synchronized int requests() {
    return requests;
  }

  /// What no sender should do.
  synchronized List<String> contradictions() {
    return List.copyOf(contradictions);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
