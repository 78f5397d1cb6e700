package dev.mangru.autoscaler.playground.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.autoscaler.playground.store.StoreOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KubeApiServerTest {

  private static final String PODS = "/api/v1/namespaces/default/pods";

  private static String rawGet(int port, String host, String more) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write(
              "GET /api HTTP/1.1\r\nHost: %s\r\n%sConnection: close\r\n\r\n"
                  .formatted(host, more)
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void foreign_hosts_and_web_pages_are_refused() throws Exception {
    try (TestApi api = new TestApi()) {
      int port = api.server.port();
      assertThat(rawGet(port, "localhost:" + port, "")).startsWith("HTTP/1.1 200");
      assertThat(rawGet(port, "[::1]:" + port, "")).startsWith("HTTP/1.1 200");
      assertThat(rawGet(port, "evil.example:" + port, ""))
          .startsWith("HTTP/1.1 403")
          .contains("\"kind\":\"Status\"", "evil.example");
      assertThat(rawGet(port, "localhost", "Origin: http://evil.example\r\n"))
          .startsWith("HTTP/1.1 403");
    }
  }

  @Test
  void a_token_is_asked_for_if_there_is_one() throws Exception {
    try (TestApi api = new TestApi(StoreOptions.DEFAULTS, how -> how.token("sesame"))) {
      assertThat(api.get("/api").code()).isEqualTo(401);
      assertThat(
              api.send(api.request("/api").header("Authorization", "Bearer sesame").build()).code())
          .isEqualTo(200);
      assertThat(
              api.send(api.request("/api").header("Authorization", "Bearer simsim").build()).code())
          .isEqualTo(401);
    }
  }

  @Test
  void https_shows_a_certificate_that_a_kubeconfig_can_carry(@TempDir Path folder)
      throws Exception {
    SelfSignedCertificate made = SelfSignedCertificate.make(Instant.now());
    try (TestApi api = new TestApi(StoreOptions.DEFAULTS, how -> how.tls(made.context(), 0));
        HttpClient client = HttpClient.newBuilder().sslContext(made.context()).build()) {
      String url = api.server.tlsUrl().orElseThrow();
      HttpResponse<String> version =
          client.send(
              HttpRequest.newBuilder(URI.create(url + "/version")).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(version.body()).contains("gitVersion");
      Path file = folder.resolve("kubeconfig");
      new Kubeconfig(url, "default", Optional.of(made.pem()), Optional.of("t")).write(file);
      assertThat(Files.readString(file))
          .contains("current-context: playground", url, "certificate-authority-data");
    }
  }

  @Test
  void discovery_says_what_is_served() throws Exception {
    try (TestApi api = new TestApi()) {
      String aggregated =
          "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
      assertThat(api.get("/apis", aggregated).text("/kind")).isEqualTo("APIGroupDiscoveryList");
      assertThat(api.get("/apis", "application/json").text("/kind")).isEqualTo("APIGroupList");
      assertThat(api.get("/api/v1").body().toString()).contains("pods/eviction", "pods/log");
      assertThat(api.get("/apis/apps/v1").body().toString()).contains("deployments/scale");
      assertThat(api.get("/apis/autoscaling").text("/preferredVersion/version")).isEqualTo("v2");
      assertThat(api.get("/openapi/v3").body().path("paths").has("apis/apps/v1")).isTrue();
      assertThat(api.get("/openapi/v2").text("/swagger")).isEqualTo("2.0");
      assertThat(api.get("/apis/none").code()).isEqualTo(404);
    }
  }

  @Test
  void faults_happen_as_often_as_asked() throws Exception {
    try (TestApi api = new TestApi()) {
      Faults faults = api.server.faults();
      faults.add("list", "pods", Faults.Effect.tooManyRequests(3), 1);
      TestApi.Answer refused = api.get(PODS);
      assertThat(refused.code()).isEqualTo(429);
      assertThat(refused.raw().headers().firstValue("Retry-After")).contains("3");
      assertThat(api.get(PODS).code()).isEqualTo(200);
      faults.add("*", "pods", Faults.Effect.internalError(), 2);
      assertThat(api.get("/api/v1/nodes").code()).isEqualTo(200);
      assertThat(api.get(PODS).code()).isEqualTo(500);
      assertThat(api.get(PODS + "/p").code()).isEqualTo(500);
      faults.add("list", "*", new Faults.Effect.Latency(Duration.ofMillis(300)), 1);
      long start = System.nanoTime();
      assertThat(api.get(PODS).code()).isEqualTo(200);
      assertThat(System.nanoTime() - start).isGreaterThan(300_000_000L);
      assertThat(faults.hits()).isEqualTo(4);
    }
  }

  @Test
  void a_server_that_is_away_answers_nobody_and_comes_back() throws Exception {
    try (TestApi api = new TestApi();
        TestApi.Watching watch = api.watch("/api/v1/pods")) {
      api.server.faults().away(true);
      assertThat(watch.told()).isIn("END", "CUT");
      assertThatThrownBy(() -> api.get(PODS)).isInstanceOf(IOException.class);
      api.server.faults().clear();
      assertThat(api.get(PODS).code()).isEqualTo(200);
    }
  }

  // ---- what others supply ----------------------------------------------------------------------

  private static final MetricsSource USAGE =
      new MetricsSource() {
        private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public Optional<Sample> node(String name) {
          return Optional.of(
              new Sample(AT, Duration.ofSeconds(30), List.of(new Usage("", 1.5, 1 << 30))));
        }

        @Override
        public Optional<Sample> pod(String namespace, String name) {
          return Optional.of(
              new Sample(AT, Duration.ofSeconds(90), List.of(new Usage("main", 0.25, 2048))));
        }
      };

  private static final PodLogs LOGS =
      new PodLogs() {
        @Override
        public List<Line> lines(
            String namespace, String pod, String container, long after, int limit) {
          return List.of("one", "two", "three").stream()
              .map(text -> new Line(number(text), Instant.EPOCH.plusSeconds(number(text)), text))
              .filter(line -> line.sequence() > after)
              .limit(limit)
              .toList();
        }

        private static long number(String text) {
          return text.equals("one") ? 1 : text.equals("two") ? 2 : 3;
        }

        @Override
        public boolean writing(String namespace, String pod, String container) {
          return false;
        }
      };

  private static TestApi supplied() throws Exception {
    TestApi api =
        new TestApi(
            StoreOptions.DEFAULTS,
            how ->
                how.metrics(USAGE)
                    .logs(LOGS)
                    .pages(target ->
                        target.port().equals("8080")
                            ? Optional.of(
                                new ProxyPages.Page(
                                    200,
                                    "text/plain",
                                    (target.name() + target.path() + "?" + target.query())
                                        .getBytes(StandardCharsets.UTF_8)))
                            : Optional.empty()));
    api.post(PODS, "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'main','image':'i'}]}}");
    return api;
  }

  private static String text(TestApi api, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(api.request(path).build(), HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  @Test
  void usage_is_served_as_metrics() throws Exception {
    try (TestApi api = supplied()) {
      TestApi.Answer pod = api.get("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/p");
      assertThat(pod.text("/containers/0/usage/cpu")).isEqualTo("250000000n");
      assertThat(pod.text("/containers/0/usage/memory")).isEqualTo("2Ki");
      assertThat(pod.text("/window")).isEqualTo("1m30s");
      assertThat(api.get("/apis/metrics.k8s.io/v1beta1/pods").body().at("/items")).hasSize(1);
      assertThat(api.get("/apis/metrics.k8s.io/v1beta1/nodes").body().at("/items")).isEmpty();
      assertThat(api.post("/apis/metrics.k8s.io/v1beta1/nodes", "{}").code()).isEqualTo(405);
    }
  }

  @Test
  void logs_are_cut_and_stamped_as_asked() throws Exception {
    try (TestApi api = supplied()) {
      assertThat(text(api, PODS + "/p/log")).isEqualTo("one\ntwo\nthree\n");
      assertThat(text(api, PODS + "/p/log?tailLines=1")).isEqualTo("three\n");
      assertThat(text(api, PODS + "/p/log?tailLines=2&timestamps=true"))
          .isEqualTo("1970-01-01T00:00:02Z two\n1970-01-01T00:00:03Z three\n");
      assertThat(text(api, PODS + "/p/log?sinceTime=1970-01-01T00:00:03Z")).isEqualTo("three\n");
      assertThat(text(api, PODS + "/p/log?limitBytes=5")).isEqualTo("one\nt");
      assertThat(text(api, PODS + "/p/log?follow=true")).isEqualTo("one\ntwo\nthree\n");
      assertThat(api.get(PODS + "/p/log?container=none").code()).isEqualTo(400);
    }
  }

  @Test
  void pages_are_reached_through_the_proxy() throws Exception {
    try (TestApi api = supplied()) {
      assertThat(text(api, PODS + "/p:8080/proxy/metrics/x?a=b")).isEqualTo("p/metrics/x?a=b");
      assertThat(api.get(PODS + "/p:9/proxy/metrics").code()).isEqualTo(503);
      assertThat(api.get(PODS + "/q:8080/proxy/metrics").code()).isEqualTo(404);
    }
  }
}
