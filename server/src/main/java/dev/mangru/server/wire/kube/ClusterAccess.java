package dev.mangru.server.wire.kube;

import dev.mangru.autoscaler.kube.KubeClients;
import dev.mangru.autoscaler.playground.Playground;
import dev.mangru.autoscaler.playground.PlaygroundOptions;
import dev.mangru.model.error.MangruException;
import dev.mangru.server.config.ClusterProperties;
import dev.mangru.server.config.StartFailure;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The cluster that Mangru works with: a real one, the playground, or none.
///
/// A kubeconfig that is named, or found where `kubectl` looks, is a real cluster; so is the account
/// of a pod. The playground is for machines that have neither.
final class ClusterAccess implements AutoCloseable {

  private final String name;
  private final @Nullable Playground playground;
  private final @Nullable KubernetesClient client;
  private final String how;

  private ClusterAccess(
      String name, @Nullable Playground playground, @Nullable KubernetesClient client, String how) {
    this.name = name;
    this.playground = playground;
    this.client = client;
    this.how = how;
  }

  /// Finds the cluster.
  ///
  /// @param data the data directory
  /// @param environment of this process
  /// @throws StartFailure if what is configured cannot be used
  static ClusterAccess open(
      ClusterProperties wanted, Path data, Map<String, String> environment, InstantSource clock) {
    ClusterProperties.Playground simulated = wanted.playground();
    try {
      if (simulated.enabled().equals("true")) {
        return playground(simulated, data, clock);
      }
      ClusterAccess real = real(wanted, environment);
      if (real != null) {
        return real;
      }
      return simulated.enabled().equals("auto")
          ? playground(simulated, data, clock)
          : new ClusterAccess(
              "",
              null,
              null,
              "no cluster: there is no kubeconfig, this is not a pod, and the playground is"
                  + " switched off");
    } catch (MangruException e) {
      throw new StartFailure(StartFailure.CONFIGURATION, "mangru.cluster: " + e.text(), e);
    } catch (IOException e) {
      throw new StartFailure(
          StartFailure.INPUT_OUTPUT, "the playground cannot be opened: " + e.getMessage(), e);
    }
  }

  private static ClusterAccess playground(
      ClusterProperties.Playground wanted, Path data, InstantSource clock) throws IOException {
    PlaygroundOptions defaults =
        PlaygroundOptions.in(ClusterProperties.Playground.directory(data).toAbsolutePath());
    Playground playground =
        Playground.open(
            new PlaygroundOptions(
                defaults.directory(),
                wanted.scenario().isEmpty() ? defaults.scenario() : wanted.scenario(),
                wanted.seed(),
                wanted.port(),
                defaults.secured(),
                defaults.metricWindow()),
            clock);
    // Its kubelets answer from the first step on.
    playground.step(clock.instant());
    return new ClusterAccess(
        Playground.CLUSTER,
        playground,
        KubeClients.fromKubeconfig(playground.kubeconfig()),
        "the playground, simulated inside Mangru");
  }

  private static @Nullable ClusterAccess real(
      ClusterProperties wanted, Map<String, String> environment) {
    if (!wanted.kubeconfig().isEmpty()) {
      return kubeconfig(wanted, Path.of(wanted.kubeconfig()));
    }
    String named = environment.getOrDefault("KUBECONFIG", "");
    if (!named.isEmpty()) {
      return kubeconfig(wanted, Path.of(named));
    }
    Path usual = Path.of(environment.getOrDefault("HOME", "/nonexistent"), ".kube", "config");
    if (Files.isReadable(usual)) {
      return kubeconfig(wanted, usual);
    }
    if (Files.isReadable(KubeClients.SERVICE_ACCOUNT.resolve("token"))) {
      return new ClusterAccess(
          wanted.name(),
          null,
          KubeClients.inCluster(KubeClients.SERVICE_ACCOUNT, environment),
          "the cluster that this pod runs in");
    }
    return null;
  }

  private static ClusterAccess kubeconfig(ClusterProperties wanted, Path file) {
    return new ClusterAccess(
        wanted.name(), null, KubeClients.fromKubeconfig(file), "the cluster of " + file);
  }

  /// The `cluster` label of its series; may be empty.
  String name() {
    return name;
  }

  /// The playground; null with a real cluster or none.
  @Nullable Playground playground() {
    return playground;
  }

  /// How to speak to it; null if there is none.
  @Nullable KubernetesClient client() {
    return client;
  }

  /// Which cluster this is, or why there is none, for people.
  String how() {
    return how;
  }

  @Override
  public void close() throws IOException {
    if (client != null) {
      client.close();
    }
    if (playground != null) {
      playground.close();
    }
  }
}
