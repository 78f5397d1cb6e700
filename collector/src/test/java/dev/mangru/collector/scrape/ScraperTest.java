package dev.mangru.collector.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mangru.collector.pipeline.MetricType;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.metric.TargetStatus;
import dev.mangru.model.time.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScraperTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private HttpServer server;
  private HttpClient client;
  private ExecutorService threads;
  private volatile Answer answer = exchange -> reply(exchange, 200, "text/plain", "");
  private volatile String accept = "";

  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  @BeforeEach
  void a_target() throws IOException {
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/metrics",
        exchange -> {
          accept = Objects.toString(exchange.getRequestHeaders().getFirst("Accept"), "");
          try (exchange) {
            answer.to(exchange);
          }
        });
    server.start();
    client = HttpClient.newHttpClient();
  }

  @AfterEach
  void no_target() {
    server.stop(0);
    threads.shutdownNow();
    client.shutdownNow();
  }

  private static void reply(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private Scraper scraper(ScrapeLimits limits, Duration timeout, String... labels) {
    URI url = URI.create("http://localhost:" + server.getAddress().getPort() + "/metrics");
    ScrapeTarget target =
        new ScrapeTarget("app", url, Labels.of(labels), Duration.ofSeconds(30), timeout);
    return new Scraper(target, limits, client, Ticker.SYSTEM);
  }

  private Scraper scraper() {
    return scraper(ScrapeLimits.DEFAULT, Duration.ofSeconds(10), "zone", "a");
  }

  private void page(String text) {
    answer = exchange -> reply(exchange, 200, "text/plain; version=0.0.4", text);
  }

  private static SampleBatch scrape(Scraper scraper) throws IOException {
    SampleBatch batch = new SampleBatch();
    scraper.gather(NOW, batch);
    return batch;
  }

  private static double value(SampleBatch batch, String metric) {
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      if (batch.labels(i).metricName().equals(metric)) {
        values.add(batch.value(i));
      }
    }
    assertThat(values).as(metric).hasSize(1);
    return values.getFirst();
  }

  @Test
  void samples_carry_the_targets_labels_and_the_pages_become_exported() throws IOException {
    page("# HELP a An a.\n# TYPE a gauge\na{job=\"own\",instance=\"i\",x=\"y\"} 5\n");
    SampleBatch batch = scrape(scraper());

    Labels labels = batch.labels(0);
    assertThat((Object) labels)
        .isEqualTo(
            Labels.of(
                "__name__", "a",
                "job", "app",
                "instance", "localhost:" + server.getAddress().getPort(),
                "zone", "a",
                "exported_job", "own",
                "exported_instance", "i",
                "x", "y"));
    assertThat(batch.timestampMs(0)).isEqualTo(NOW.toEpochMilli());
    assertThat(batch.metadata().get("a").type()).isEqualTo(MetricType.GAUGE);
    assertThat(value(batch, "up")).isEqualTo(1);
    assertThat(value(batch, "scrape_samples_scraped")).isEqualTo(1);
    assertThat(value(batch, "scrape_samples_post_metric_relabeling")).isEqualTo(1);
    assertThat(value(batch, "scrape_series_added")).isEqualTo(1);
    assertThat(value(batch, "scrape_duration_seconds")).isPositive();
    assertThat(accept).contains("application/openmetrics-text");
  }

  @Test
  void an_open_metrics_answer_may_be_compressed() throws IOException {
    answer =
        exchange -> {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write("a_total 3 1.5\n# EOF\n".getBytes(StandardCharsets.UTF_8));
          }
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange
              .getResponseHeaders()
              .set("Content-Type", "application/openmetrics-text; version=1.0.0");
          exchange.sendResponseHeaders(200, bytes.size());
          bytes.writeTo(exchange.getResponseBody());
        };
    SampleBatch batch = scrape(scraper());

    assertThat(value(batch, "a_total")).isEqualTo(3);
    assertThat(batch.timestampMs(0)).isEqualTo(1500);
  }

  @Test
  void a_series_that_vanishes_ends_and_a_failed_scrape_ends_all() throws IOException {
    Scraper scraper = scraper();
    page("a 1\nb 2\nwith_time 3 1000\n");
    scrape(scraper);
    page("a 1\n");
    SampleBatch second = scrape(scraper);

    assertThat(StaleMarker.is(value(second, "b"))).isTrue();
    assertThat(value(second, "a")).isEqualTo(1);
    assertThat(value(second, "scrape_series_added")).isZero();

    page("a 1\nbroken{\n");
    SampleBatch third = scrape(scraper);
    assertThat(value(third, "up")).isZero();
    assertThat(StaleMarker.is(value(third, "a"))).isTrue();
    assertThat(scraper.lastError()).contains("expected label name");

    page("a 7\n");
    SampleBatch fourth = scrape(scraper);
    assertThat(value(fourth, "a")).isEqualTo(7);
    assertThat(value(fourth, "up")).isEqualTo(1);
    assertThat(scraper.lastError()).isEmpty();
  }

  @Test
  void a_target_that_is_not_there_is_down() throws IOException {
    Scraper scraper = scraper();
    server.stop(0);
    SampleBatch batch = scrape(scraper);

    assertThat(value(batch, "up")).isZero();
    assertThat(value(batch, "scrape_samples_scraped")).isZero();
    assertThat(scraper.lastError()).contains("ConnectException");
  }

  @Test
  void a_status_or_a_type_that_is_no_page_is_told() throws IOException {
    Scraper scraper = scraper();
    answer = exchange -> reply(exchange, 500, "text/plain", "a 1\n");
    scrape(scraper);
    assertThat(scraper.lastError()).contains("HTTP status 500");

    answer = exchange -> reply(exchange, 200, "text/html", "<html>");
    assertThat(value(scrape(scraper), "up")).isZero();
    assertThat(scraper.lastError()).contains("text/html");
  }

  @Test
  void a_page_beyond_the_sample_limit_is_a_failed_scrape() throws IOException {
    Scraper scraper = scraper(new ScrapeLimits(1000, 2), Duration.ofSeconds(10));
    page("a 1\nb 2\n");
    assertThat(value(scrape(scraper), "up")).isEqualTo(1);
    page("a 1\nb 2\nc 3\n");
    SampleBatch batch = scrape(scraper);

    assertThat(value(batch, "up")).isZero();
    assertThat(StaleMarker.is(value(batch, "a"))).isTrue();
    assertThat(scraper.lastError()).contains("more than 2 samples");
  }

  @Test
  void a_body_beyond_the_limit_is_refused_plain_and_compressed() throws IOException {
    Scraper scraper = scraper(new ScrapeLimits(1000, 100), Duration.ofSeconds(10));
    page("# " + "x".repeat(2000) + "\n");
    assertThat(value(scrape(scraper), "up")).isZero();

    answer =
        exchange -> {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(new byte[1 << 20]);
          }
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange.sendResponseHeaders(200, Math.min(bytes.size(), 900));
          exchange.getResponseBody().write(bytes.toByteArray(), 0, Math.min(bytes.size(), 900));
        };
    assertThat(value(scrape(scraper), "up")).isZero();
    assertThat(scraper.lastError()).isNotEmpty();
  }

  @Test
  void a_target_that_answers_for_ever_is_left_after_the_timeout() throws IOException {
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          OutputStream body = exchange.getResponseBody();
          while (!Thread.currentThread().isInterrupted()) {
            body.write("# still talking\n".getBytes(StandardCharsets.UTF_8));
            body.flush();
          }
        };
    Scraper scraper = scraper(ScrapeLimits.DEFAULT, Duration.ofMillis(300));
    SampleBatch batch = scrape(scraper);

    assertThat(value(batch, "up")).isZero();
    assertThat(value(batch, "scrape_duration_seconds")).isLessThan(20);
    assertThat(scraper.lastError()).isNotEmpty();
  }

  @Test
  void the_status_tells_what_was_found_and_how_the_last_scrape_went() throws IOException {
    page("# TYPE hits counter\n# HELP hits How many.\nhits 1\n");
    Scraper scraper = scraper();
    assertThat(scraper.status().last()).isNull();
    assertThat(scraper.status().metadata()).isEmpty();
    assertThat(scraper.status().discovered().toMap())
        .containsEntry("__scheme__", "http")
        .containsEntry("__metrics_path__", "/metrics")
        .containsEntry("__scrape_interval__", "30s")
        .containsEntry("__scrape_timeout__", "10s")
        .containsEntry("job", "app")
        .containsEntry("zone", "a");
    scraper.gather(NOW, new SampleBatch());
    TargetStatus up = scraper.status();
    assertThat(up.pool()).isEqualTo("app");
    assertThat(up.labels().get("zone")).isEqualTo("a");
    assertThat(up.last()).isNotNull();
    assertThat(up.last().at()).isEqualTo(NOW);
    assertThat(up.last().error()).isEmpty();
    assertThat(up.metadata())
        .containsEntry("hits", new MetricMetadata(MetricMetadata.Type.COUNTER, "How many.", ""));
    answer = exchange -> reply(exchange, 500, "text/plain", "");
    scraper.gather(NOW.plusSeconds(30), new SampleBatch());
    TargetStatus down = scraper.status();
    assertThat(down.last()).isNotNull();
    assertThat(down.last().error()).contains("HTTP status 500");
    assertThat(down.metadata()).as("as far as is known").isEqualTo(up.metadata());
  }

  @Test
  void pages_that_tell_the_same_share_what_is_kept_of_it() throws IOException {
    page("# TYPE hits counter\n# HELP hits How many.\nhits 1\n");
    Scraper one = scraper();
    Scraper other = scraper();
    one.gather(NOW, new SampleBatch());
    other.gather(NOW, new SampleBatch());
    assertThat(other.status().metadata()).isSameAs(one.status().metadata());
  }

  @Test
  void a_target_that_cannot_be_scraped_is_refused() {
    assertThatThrownBy(() ->
            new ScrapeTarget(
                "app",
                URI.create("ftp://host/metrics"),
                Labels.empty(),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1)))
        .hasMessageContaining("ftp://host/metrics");
    assertThatThrownBy(() ->
            new ScrapeTarget(
                "app",
                URI.create("http://host/metrics"),
                Labels.empty(),
                Duration.ofSeconds(1),
                Duration.ofSeconds(2)))
        .hasMessageContaining("PT2S");
  }
}
