package dev.mangru.alerts.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mangru.alerts.route.AlertmanagerConfig;
import dev.mangru.alerts.route.Webhook;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebhookSenderTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  /// How the receiver answers.
  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  @TempDir Path folder;

  private final LinkedBlockingQueue<HttpExchange> calls = new LinkedBlockingQueue<>();
  private final WebhookSender sender = new WebhookSender(() -> NOW, "test");
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile Answer answer = exchange -> respond(exchange, 200, "");
  private HttpServer server;
  private String url = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          calls.add(exchange);
          answer.to(exchange);
        });
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
  }

  @AfterEach
  void stop() {
    sender.close();
    server.stop(0);
    threads.shutdownNow();
  }

  private static void respond(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private Webhook webhook(String more) {
    AlertmanagerConfig config =
        AlertmanagerConfig.parse(
            "test",
            "route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{"
                + (more.contains("url_file") ? "" : "url: '" + url + "', ")
                + more
                + "}]}]");
    return config.receivers().getFirst().webhooks().getFirst();
  }

  private Outcome send(String more) {
    return sender.deliver(
        new Delivery(
            "some-id",
            "a",
            webhook(more),
            "{}".getBytes(StandardCharsets.UTF_8),
            1,
            Duration.ofSeconds(5)));
  }

  private String header(String name) {
    return String.valueOf(calls.poll().getRequestHeaders().getFirst(name));
  }

  @Test
  void an_answer_of_200_is_a_delivery_and_the_id_is_in_two_headers() {
    assertThat(send("")).isEqualTo(new Outcome.Delivered("HTTP 200"));
    HttpExchange call = calls.poll();
    assertThat(call.getRequestMethod()).isEqualTo("POST");
    assertThat(call.getRequestHeaders().getFirst("Idempotency-Key")).isEqualTo("some-id");
    assertThat(call.getRequestHeaders().getFirst("X-Mangru-Notification-Id")).isEqualTo("some-id");
    assertThat(call.getRequestHeaders().getFirst("Content-Type")).isEqualTo("application/json");
    assertThat(call.getRequestHeaders().getFirst("User-Agent")).isEqualTo("Mangru/test");
  }

  @Test
  void a_500_may_be_tried_again_and_a_400_not() {
    answer = exchange -> respond(exchange, 500, "broken");
    assertThat(send("")).isEqualTo(new Outcome.Later("HTTP 500: broken", null, false));
    answer = exchange -> respond(exchange, 400, "");
    assertThat(send("")).isEqualTo(new Outcome.Refused("HTTP 400"));
  }

  @Test
  void a_429_tells_how_long_to_wait_in_seconds_or_as_a_date() {
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", "7");
          respond(exchange, 429, "");
        };
    assertThat(send("")).isEqualTo(new Outcome.Later("HTTP 429", Duration.ofSeconds(7), false));
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", "Thu, 01 Jan 2026 00:01:00 GMT");
          respond(exchange, 503, "");
        };
    assertThat(send("")).isEqualTo(new Outcome.Later("HTTP 503", Duration.ofMinutes(1), false));
  }

  @Test
  void nobody_listening_may_be_tried_again() {
    server.stop(0);
    assertThat(send("")).isInstanceOf(Outcome.Later.class);
  }

  @Test
  void a_receiver_that_hangs_is_left_after_the_timeout() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    answer =
        exchange -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            exchange.close();
          }
        };
    Outcome outcome =
        sender.deliver(
            new Delivery("id", "a", webhook(""), new byte[] {'{', '}'}, 1, Duration.ofMillis(200)));
    assertThat(outcome).isEqualTo(new Outcome.Later("no answer within 0.2 s", null, true));
    never.countDown();
  }

  @Test
  void an_answer_that_never_ends_is_left_too() {
    answer =
        exchange -> {
          exchange.sendResponseHeaders(500, 0);
          byte[] block = new byte[8_192];
          for (int i = 0; i < 1_000; i++) {
            exchange.getResponseBody().write(block);
          }
        };
    assertThat(send("")).isInstanceOf(Outcome.Later.class);
  }

  @Test
  void credentials_and_headers_travel_as_configured() throws IOException {
    send("http_config: {basic_auth: {username: me, password: secret}}");
    assertThat(header("Authorization"))
        .isEqualTo(
            "Basic "
                + Base64.getEncoder().encodeToString("me:secret".getBytes(StandardCharsets.UTF_8)));
    send("http_config: {bearer_token: abc}");
    assertThat(header("Authorization")).isEqualTo("Bearer abc");
    Path file = Files.writeString(folder.resolve("token"), "from-file\n");
    send("http_config: {authorization: {type: Token, credentials_file: '" + file + "'}}");
    assertThat(header("Authorization")).isEqualTo("Token from-file");
    send("http_config: {http_headers: {X-Scope: {values: [one]}}}");
    assertThat(header("X-Scope")).isEqualTo("one");
  }

  @Test
  void a_url_may_come_from_a_file_and_a_missing_file_may_be_tried_again() throws IOException {
    Path file = folder.resolve("url");
    assertThat(send("url_file: '" + file + "'")).isInstanceOf(Outcome.Later.class);
    Files.writeString(file, url + "\n");
    assertThat(send("url_file: '" + file + "'")).isInstanceOf(Outcome.Delivered.class);
  }

  @Test
  void a_redirection_on_the_same_host_is_followed_and_one_elsewhere_is_not() {
    answer =
        exchange -> {
          boolean moved = exchange.getRequestURI().getPath().equals("/moved");
          exchange.getResponseHeaders().set("Location", "/moved");
          respond(exchange, moved ? 200 : 307, "");
        };
    assertThat(send("")).isEqualTo(new Outcome.Delivered("HTTP 200"));
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("Location", "http://localhost:1/elsewhere");
          respond(exchange, 308, "");
        };
    assertThat(send(""))
        .isEqualTo(new Outcome.Refused("HTTP 308: a redirection to another host is not followed"));
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("Location", "/again");
          respond(exchange, 307, "");
        };
    assertThat(send("")).isEqualTo(new Outcome.Refused("HTTP 307"));
    assertThat(send("http_config: {follow_redirects: false}"))
        .isEqualTo(new Outcome.Refused("HTTP 307"));
  }
}
