package dev.mangru.autoscaler.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.autoscaler.playground.sim.scenario.Scenario;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.MangruException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class PlaygroundTest {

  private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

  private Instant now = START;

  private PlaygroundOptions options(Path directory) {
    return new PlaygroundOptions(
        directory, "flash-sale", 7, 0, true, PlaygroundOptions.DEFAULT_METRIC_WINDOW);
  }

  private void run(Playground playground, int seconds) {
    for (int i = 0; i < seconds; i++) {
      now = now.plusSeconds(1);
      playground.step(now);
    }
  }

  private static Set<String> uids(Playground playground, String resource) {
    return playground.store().list(resource, "").items().stream()
        .map(object -> object.path("metadata").path("uid").asString(""))
        .collect(Collectors.toSet());
  }

  private static String token(Playground playground) {
    return playground
        .kubeconfig()
        .lines()
        .filter(line -> line.contains("token: "))
        .map(line -> line.substring(line.indexOf("token: ") + 7))
        .findFirst()
        .orElseThrow();
  }

  private static HttpResponse<String> get(Playground playground, String path, String token)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(playground.apiServer().url() + path));
      if (!token.isEmpty()) {
        request.header("Authorization", "Bearer " + token);
      }
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void it_goes_on_after_a_restart_where_it_was(@TempDir Path directory) throws IOException {
    Set<String> pods;
    Set<String> nodes;
    Instant begun;
    try (Playground playground = Playground.open(options(directory), () -> now)) {
      playground.step(now);
      run(playground, 30);
      playground.nodeGroups().increase("general", 1);
      run(playground, 2);
      pods = uids(playground, "pods");
      nodes = uids(playground, "nodes");
      begun = playground.simulation().begun();
      assertThat(pods).hasSizeGreaterThan(10);
    }
    try (Playground playground = Playground.open(options(directory), () -> now)) {
      playground.step(now);
      assertThat(uids(playground, "pods")).isEqualTo(pods);
      assertThat(uids(playground, "nodes")).isEqualTo(nodes);
      assertThat(playground.simulation().begun()).isEqualTo(begun);
      assertThat(playground.nodeGroups().targetSize("general")).isEqualTo(3);

      // The sale begins when it would have begun: full 60 s after the very start.
      run(playground, 8);
      long calm = playground.simulation().traffic("shop/web").arrived();
      run(playground, 25);
      long before = playground.simulation().traffic("shop/web").arrived();
      run(playground, 5);
      long sale = playground.simulation().traffic("shop/web").arrived() - before;
      assertThat(calm / 8).isBetween(40L, 60L);
      assertThat(sale / 5).isBetween(360L, 440L);
      assertThat(playground.store().count("nodes")).isEqualTo(3);
      assertThat(uids(playground, "pods")).containsAll(pods);
    }
  }

  @Test
  void damaged_objects_are_put_aside_and_it_begins_anew(@TempDir Path directory)
      throws IOException {
    for (int time = 1; time <= 2; time++) {
      try (Playground playground = Playground.open(options(directory), () -> now)) {
        playground.step(now);
        run(playground, 5);
        assertThat(uids(playground, "pods")).isNotEmpty();
      }
      try (RecordLog log =
          RecordLog.open(
              Disk.REAL, directory.resolve("objects"), "damage", 1 << 24, (_, _) -> {})) {
        log.append(ByteBuffer.wrap("no JSON".getBytes(StandardCharsets.US_ASCII)));
      }
    }
    try (Playground playground = Playground.open(options(directory), () -> now)) {
      assertThat(uids(playground, "pods")).isEmpty();
      playground.step(now);
      run(playground, 5);
      assertThat(uids(playground, "pods")).isNotEmpty();
    }
    assertThat(directory.resolve("objects.damaged").resolve("00000001.log")).exists();
    assertThat(directory.resolve("objects.damaged-2").resolve("00000001.log")).exists();
  }

  @Test
  void objects_that_someone_deleted_do_not_come_back_with_a_restart(@TempDir Path directory)
      throws IOException {
    try (Playground playground = Playground.open(options(directory), () -> now)) {
      playground.step(now);
      run(playground, 5);
      playground
          .store()
          .delete(
              "apps/deployments",
              "shop",
              "catalog",
              dev.mangru.autoscaler.playground.store.DeleteOptions.defaults());
      run(playground, 5);
    }
    try (Playground playground = Playground.open(options(directory), () -> now)) {
      playground.step(now);
      run(playground, 2);
      assertThat(playground.store().find("apps/deployments", "shop", "catalog")).isEmpty();
    }
  }

  @Test
  void the_kubeconfig_is_the_owners_alone_and_its_token_opens_the_api(@TempDir Path directory)
      throws IOException, InterruptedException {
    try (Playground playground = Playground.open(options(directory), () -> now)) {
      playground.step(now);
      run(playground, 20);
      Path file = playground.kubeconfigFile().orElseThrow();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(Files.readString(file)).isEqualTo(playground.kubeconfig());

      assertThat(get(playground, "/api/v1/nodes", "").statusCode()).isEqualTo(401);
      String token = token(playground);
      assertThat(get(playground, "/api/v1/nodes", token).body()).contains("mangru.io/playground");
      ObjectNode web =
          playground.store().list("pods", "shop").items().stream()
              .filter(pod -> pod.path("metadata").path("name").asString("").startsWith("web-"))
              .findFirst()
              .orElseThrow();
      String pod = web.path("metadata").path("name").asString("");
      String node = web.path("spec").path("nodeName").asString("");
      assertThat(
              get(playground, "/api/v1/namespaces/shop/pods/" + pod + ":8080/proxy/metrics", token)
                  .body())
          .contains("http_requests_total{code=\"200\",method=\"GET\"} ");
      assertThat(get(playground, "/api/v1/nodes/" + node + "/proxy/metrics/cadvisor", token).body())
          .contains("container_cpu_usage_seconds_total{container=\"web\",cpu=\"total\"");
      assertThat(get(playground, "/api/v1/namespaces/shop/pods/" + pod + "/log", token).body())
          .contains("\"msg\":\"starting\"");
      assertThat(
              get(playground, "/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods/" + pod, token)
                  .body())
          .contains("\"usage\":{\"cpu\":");
      try (Stream<Path> logs = Files.walk(playground.logDirectory().orElseThrow())) {
        List<String> files =
            logs.map(Path::toString).filter(path -> path.endsWith("/web/0.log")).toList();
        assertThat(files).hasSize(2);
      }
    }
  }

  @Test
  void the_kubeconfigs_certificate_is_the_servers() throws Exception {
    PlaygroundOptions options =
        new PlaygroundOptions(
            null, "constant", 1, 0, true, PlaygroundOptions.DEFAULT_METRIC_WINDOW);
    // A certificate is valid around the time of its making, and TLS looks at the machine's clock.
    try (Playground playground = Playground.open(options, Clock.systemUTC())) {
      String field = "certificate-authority-data: ";
      String data =
          playground
              .kubeconfig()
              .lines()
              .filter(line -> line.contains(field))
              .map(line -> line.substring(line.indexOf(field) + field.length()))
              .findFirst()
              .orElseThrow();
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(
          "playground",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(Base64.getDecoder().decode(data))));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      URI version = URI.create(playground.apiServer().tlsUrl().orElseThrow() + "/version");
      try (HttpClient client = HttpClient.newBuilder().sslContext(context).build();
          HttpClient stranger = HttpClient.newHttpClient()) {
        HttpRequest request =
            HttpRequest.newBuilder(version)
                .header("Authorization", "Bearer " + token(playground))
                .build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).body())
            .contains("gitVersion");
        assertThatThrownBy(() -> stranger.send(request, HttpResponse.BodyHandlers.ofString()))
            .isInstanceOf(SSLException.class);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"flash-sale", "daily-wave", "constant", "replay"})
  void every_shipped_scenario_serves_its_visitors(String scenario) throws IOException {
    try (Playground playground =
        Playground.open(PlaygroundOptions.inMemory(scenario, 1), () -> now)) {
      playground.step(now);
      run(playground, 30);
      var traffic = playground.simulation().traffic("shop/web");
      assertThat(traffic.arrived()).isGreaterThan(100);
      assertThat(traffic.unrouted()).isLessThan(traffic.arrived());
    }
  }

  @Test
  void a_scenario_that_is_not_there_is_named_with_those_that_are() {
    assertThatThrownBy(
            () -> Playground.open(PlaygroundOptions.inMemory("black-friday", 1), () -> now))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining("no scenario black-friday")
        .hasMessageContaining("flash-sale, daily-wave, constant, replay");
  }

  @Test
  void a_scenario_of_ones_own_is_read_with_the_table_beside_it(@TempDir Path directory)
      throws IOException {
    Files.writeString(directory.resolve("minutes.csv"), "minute,requests\n0,600\n1,1200\n");
    Path file = directory.resolve("mine.yaml");
    Files.writeString(
        file,
        """
        name: mine
        traffic:
          - namespace: a
            service: b
            patterns:
              - replay: {file: minutes.csv}
        """);
    Scenario scenario = Scenarios.load(file.toString());
    assertThat(scenario.traffic().getFirst().requestsPerSecond(30)).isEqualTo(15);
  }
}
