package dev.mangru.server.wire;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A webhook that takes the playground's alerts, so that there is somebody to be told on a machine
/// where nobody has configured a receiver. It drops repeats by their `Idempotency-Key`, as a real
/// pager does, and shows the last messages to whoever gets its page. Thread-safe.
final class PlaygroundPager implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PlaygroundPager.class);

  private static final int MAX_BODY = 1 << 20;
  private static final int KEPT = 100;

  private final @Nullable HttpServer server;
  private final @Nullable ExecutorService threads;
  private final Map<String, String> messages =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > KEPT;
        }
      };

  private PlaygroundPager(@Nullable HttpServer server, @Nullable ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /// No pager.
  static PlaygroundPager none() {
    return new PlaygroundPager(null, null);
  }

  /// One on a free port of the loopback address.
  static PlaygroundPager start() throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    HttpServer server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("playground-pager-", 0).factory());
    PlaygroundPager pager = new PlaygroundPager(server, threads);
    server.setExecutor(threads);
    server.createContext("/", pager::answer);
    server.start();
    return pager;
  }

  /// Where to send to; empty if there is no pager.
  String url() {
    return server == null ? "" : "http://127.0.0.1:" + server.getAddress().getPort() + "/page";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (exchange.getRequestMethod().equals("POST")) {
        take(exchange);
        return;
      }
      String all;
      synchronized (messages) {
        all = "[" + String.join(",\n", messages.values()) + "]";
      }
      byte[] page = all.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, page.length);
      exchange.getResponseBody().write(page);
    }
  }

  private void take(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      exchange.sendResponseHeaders(413, -1);
      return;
    }
    String text = new String(body, StandardCharsets.UTF_8);
    String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
    boolean fresh;
    synchronized (messages) {
      fresh = messages.putIfAbsent(key == null ? text : key, text) == null;
    }
    if (fresh) {
      log.atInfo().addKeyValue("message", key).log("the playground's pager rings");
    }
    exchange.sendResponseHeaders(200, -1);
  }

  @Override
  public void close() {
    if (server != null) {
      server.stop(0);
    }
    if (threads != null) {
      threads.shutdownNow();
    }
  }
}
