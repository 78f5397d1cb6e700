package dev.mangru.autoscaler.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.autoscaler.playground.api.SelfSignedCertificate;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubeClientsTest {

  private static final String GOOD =
      """
      apiVersion: v1
      kind: Config
      current-context: c
      contexts: [{name: c, context: {cluster: k, user: u}}]
      clusters: [{name: k, cluster: {server: 'http://127.0.0.1:1'}}]
      users: [{name: u, user: {token: t}}]
      """;

  @TempDir Path folder;

  @Test
  void a_kubeconfig_gives_a_client_of_its_server() {
    try (KubernetesClient client = KubeClients.fromKubeconfig(GOOD)) {
      assertThat(client.getMasterUrl().toString()).startsWith("http://127.0.0.1:1");
      assertThat(client.getConfiguration().getRequestTimeout()).isEqualTo(10_000);
    }
  }

  @ParameterizedTest(name = "{0} -> {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "current-context: c | current-context: d | names the context 'd', which is not among its",
        "cluster: k, | cluster: x, | names the cluster 'x', which is not among its clusters",
        "user: u} | user: x} | names the user 'x', which is not among its users",
        "server | sever | the cluster k has no server",
        "current-context: c | a: b | has no current-context",
        "kind: Config | kind: [ | is not YAML",
      })
  void what_is_wrong_with_a_kubeconfig_is_said(String from, String to, String message)
      throws IOException {
    Path file = folder.resolve("config");
    Files.writeString(file, GOOD.replace(from, to));
    assertThatThrownBy(() -> KubeClients.fromKubeconfig(file))
        .hasMessageContaining(message)
        .hasMessageContaining(file.toString().substring(0, 4));
  }

  @Test
  void a_missing_file_is_named() {
    assertThatThrownBy(() -> KubeClients.fromKubeconfig(folder.resolve("none")))
        .hasMessageContaining("none cannot be read");
  }

  @Test
  void outside_of_a_cluster_the_account_is_missing() throws IOException {
    assertThatThrownBy(() -> KubeClients.inCluster(folder, Map.of()))
        .hasMessageContaining("this process is not in a cluster")
        .hasMessageContaining("KUBERNETES_SERVICE_HOST is not set");
    Files.writeString(folder.resolve("token"), "secret");
    Map<String, String> environment = Map.of("KUBERNETES_SERVICE_HOST", "fd00::1");
    assertThatThrownBy(() -> KubeClients.inCluster(folder, environment))
        .hasMessageContaining("ca.crt cannot be read");
    SelfSignedCertificate certificate = SelfSignedCertificate.make(Instant.now());
    Files.writeString(folder.resolve("ca.crt"), certificate.pem());
    try (KubernetesClient client = KubeClients.inCluster(folder, environment)) {
      assertThat(client.getMasterUrl().toString()).startsWith("https://[fd00::1]:443");
    }
  }
}
