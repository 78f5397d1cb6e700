package dev.mangru.collector.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpProbeTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private final CountDownLatch over = new CountDownLatch(1);
  private HttpServer server;
  private HttpServer other;
  private HttpClient client;
  private ExecutorService threads;

  @BeforeEach
  void services() throws IOException {
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server = start();
    other = start();
    client = HttpClient.newHttpClient();
    server.createContext("/ok", exchange -> reply(exchange, 200, "all is well"));
    server.createContext("/gone", exchange -> reply(exchange, 410, ""));
    server.createContext("/here", exchange -> redirect(exchange, "/ok"));
    server.createContext("/there", exchange -> redirect(exchange, url(other, "/ok").toString()));
    server.createContext("/loop", exchange -> redirect(exchange, "/loop"));
    server.createContext("/bad", exchange -> redirect(exchange, "http://[nowhere"));
    server.createContext(
        "/slow",
        exchange -> {
          try (exchange) {
            over.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    other.createContext("/ok", exchange -> reply(exchange, 200, "elsewhere"));
  }

  private HttpServer start() throws IOException {
    HttpServer started =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    started.setExecutor(threads);
    started.start();
    return started;
  }

  @AfterEach
  void no_services() {
    over.countDown();
    server.stop(0);
    other.stop(0);
    threads.shutdownNow();
    client.shutdownNow();
  }

  private static void reply(HttpExchange exchange, int status, String body) throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static void redirect(HttpExchange exchange, String to) throws IOException {
    exchange.getResponseHeaders().set("Location", to);
    reply(exchange, 302, "");
  }

  private static URI url(HttpServer of, String path) {
    return URI.create("http://localhost:" + of.getAddress().getPort() + path);
  }

  private HttpProbe probe(String path, int status, String text, boolean otherHosts) {
    return new HttpProbe(
        new ProbeTarget(
            "shop",
            url(server, path),
            Duration.ofSeconds(30),
            Duration.ofSeconds(path.equals("/slow") ? 1 : 20),
            status,
            text,
            otherHosts),
        client,
        Ticker.SYSTEM);
  }

  private static SampleBatch ask(HttpProbe probe) throws IOException {
    SampleBatch batch = new SampleBatch();
    probe.gather(NOW, batch);
    return batch;
  }

  private static double value(SampleBatch batch, String metric) {
    for (int i = 0; i < batch.size(); i++) {
      if (batch.labels(i).metricName().equals(metric)) {
        return batch.value(i);
      }
    }
    throw new AssertionError("no " + metric);
  }

  @Test
  void a_good_answer_is_a_success_with_its_facts() throws IOException {
    HttpProbe probe = probe("/ok", 0, "well", false);
    SampleBatch batch = ask(probe);

    assertThat(value(batch, "probe_success")).isEqualTo(1);
    assertThat(value(batch, "probe_http_status_code")).isEqualTo(200);
    assertThat(value(batch, "probe_http_ssl")).isZero();
    assertThat(value(batch, "probe_http_content_length")).isEqualTo(11);
    assertThat(value(batch, "probe_duration_seconds")).isBetween(0.0, 20.0);
    assertThat((Object) batch.labels(0).withoutMetricName())
        .isEqualTo(
            Labels.of("job", "probe", "instance", url(server, "/ok").toString(), "probe", "shop"));
    assertThat(probe.lastError()).isEmpty();
  }

  @Test
  void another_status_or_text_than_expected_is_a_failure() throws IOException {
    HttpProbe gone = probe("/gone", 0, "", false);
    assertThat(value(ask(gone), "probe_success")).isZero();
    assertThat(gone.lastError()).contains("status 410");
    assertThat(value(ask(probe("/gone", 410, "", false)), "probe_success")).isEqualTo(1);

    HttpProbe text = probe("/ok", 200, "not there", false);
    SampleBatch batch = ask(text);
    assertThat(value(batch, "probe_success")).isZero();
    assertThat(value(batch, "probe_failed_due_to_regex")).isEqualTo(1);
    assertThat(text.lastError()).contains("lacks the expected text");
  }

  @Test
  void redirects_are_followed_on_the_same_host_only_unless_asked() throws IOException {
    SampleBatch same = ask(probe("/here", 0, "", false));
    assertThat(value(same, "probe_success")).isEqualTo(1);
    assertThat(value(same, "probe_http_redirects")).isEqualTo(1);

    SampleBatch away = ask(probe("/there", 0, "", false));
    assertThat(value(away, "probe_success")).isZero();
    assertThat(value(away, "probe_http_status_code")).isEqualTo(302);

    assertThat(value(ask(probe("/there", 0, "elsewhere", true)), "probe_success")).isEqualTo(1);
    assertThat(value(ask(probe("/here", 302, "", false)), "probe_success")).isEqualTo(1);
  }

  @Test
  void a_redirect_that_leads_nowhere_is_a_failure() throws IOException {
    HttpProbe loop = probe("/loop", 0, "", false);
    assertThat(value(ask(loop), "probe_success")).isZero();
    assertThat(loop.lastError()).contains("more than 10 redirects");

    HttpProbe bad = probe("/bad", 0, "", false);
    assertThat(value(ask(bad), "probe_success")).isZero();
    assertThat(bad.lastError()).contains("no URL");
  }

  @Test
  void what_a_failed_probe_does_not_know_ends_with_a_stale_marker() throws IOException {
    HttpProbe probe = probe("/ok", 0, "", false);
    ask(probe);
    server.stop(0);
    SampleBatch batch = ask(probe);

    assertThat(value(batch, "probe_success")).isZero();
    assertThat(StaleMarker.is(value(batch, "probe_http_status_code"))).isTrue();
    assertThat(probe.lastError()).contains("ConnectException");
  }

  @Test
  void a_service_that_does_not_answer_is_left_after_the_timeout() throws IOException {
    HttpProbe probe = probe("/slow", 0, "", false);
    SampleBatch batch = ask(probe);

    assertThat(value(batch, "probe_success")).isZero();
    assertThat(value(batch, "probe_duration_seconds")).isBetween(0.9, 20.0);
    assertThat(probe.lastError()).contains("within PT1S");
  }

  @Test
  void a_client_that_follows_redirects_by_itself_is_refused() {
    try (HttpClient follower =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build()) {
      ProbeTarget target =
          ProbeTarget.of("shop", url(server, "/ok"), Duration.ofSeconds(30), Duration.ofSeconds(5));
      assertThatThrownBy(() -> new HttpProbe(target, follower, Ticker.SYSTEM))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("shop");
    }
  }

  @Test
  void a_target_that_makes_no_sense_is_refused() {
    Duration second = Duration.ofSeconds(1);
    URI url = URI.create("http://localhost/");
    assertThatThrownBy(() -> ProbeTarget.of("", url, second, second))
        .hasMessageContaining("needs a name");
    assertThatThrownBy(() -> ProbeTarget.of("x", URI.create("file:///etc"), second, second))
        .hasMessageContaining("file:///etc");
    assertThatThrownBy(() -> new ProbeTarget("x", url, second, second, 42, "", false))
        .hasMessageContaining("42");
  }
}
