package dev.mangru.autoscaler.kube;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/// Clients of a cluster, with timeouts. Whoever takes one closes it.
///
/// What is wrong with a configuration is said before anything is asked of a cluster; whether the
/// cluster answers shows only at the first request.
public final class KubeClients {

  /// Where Kubernetes puts the account of a pod.
  public static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private static final int CONNECT_MS = 5_000;
  private static final int REQUEST_MS = 10_000;
  private static final int RETRIES = 2;
  private static final int RETRY_MS = 200;

  /// A watch that broke is taken up again this soon; while that fails fabric8 doubles it up to 32
  /// times, so a cluster that was away is seen again within eight seconds.
  private static final int WATCH_RECONNECT_MS = 250;

  private KubeClients() {}

  /// A client by a kubeconfig file and its current context.
  ///
  /// @throws MangruException `BAD_DATA` if it is missing, cannot be read or names something that is
  ///   not in it
  public static KubernetesClient fromKubeconfig(Path file) {
    String content;
    try {
      content = Files.readString(file);
    } catch (IOException e) {
      throw new MangruException(
          ErrorCode.BAD_DATA,
          "the kubeconfig " + file + " cannot be read (" + e + "): check the path",
          e);
    }
    check(content, file.toString());
    return client(load(() -> Config.fromKubeconfig(file.toFile()), file.toString()));
  }

  /// A client by the text of a kubeconfig.
  ///
  /// @throws MangruException `BAD_DATA` as above
  public static KubernetesClient fromKubeconfig(String content) {
    check(content, "the kubeconfig");
    return client(load(() -> Config.fromKubeconfig(content), "the kubeconfig"));
  }

  /// A client by the account of the pod that this process runs in.
  ///
  /// @param account usually [#SERVICE_ACCOUNT]
  /// @param environment of the process: KUBERNETES_SERVICE_HOST and _PORT tell where the API is
  /// @throws MangruException `BAD_DATA` if there is no such account
  public static KubernetesClient inCluster(Path account, Map<String, String> environment) {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    Path token = account.resolve("token");
    if (host.isEmpty() || !Files.isReadable(token)) {
      throw MangruException.badData(
          "this process is not in a cluster: KUBERNETES_SERVICE_HOST is %s and %s is %s; give a"
                  .formatted(
                      host.isEmpty() ? "not set" : host,
                      token,
                      Files.isReadable(token) ? "there" : "not there")
              + " kubeconfig instead");
    }
    Path authority = account.resolve("ca.crt");
    if (!Files.isReadable(authority)) {
      throw MangruException.badData(
          "the account has no certificate authority: " + authority + " cannot be read");
    }
    String server = "https://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(server)
            .withCaCertFile(authority.toString())
            .withOauthTokenProvider(() -> read(token))
            .build();
    return client(config);
  }

  /// The token, which Kubernetes renews in place.
  private static String read(Path token) {
    try {
      return Files.readString(token).strip();
    } catch (IOException e) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE, "the account's token " + token + " cannot be read: " + e, e);
    }
  }

  private interface Loading {
    Config load();
  }

  private static Config load(Loading loading, String name) {
    try {
      return loading.load();
    } catch (KubernetesClientException e) {
      throw new MangruException(ErrorCode.BAD_DATA, name + " cannot be used: " + e, e);
    }
  }

  private static KubernetesClient client(Config config) {
    Config bounded =
        new ConfigBuilder(config)
            .withConnectionTimeout(CONNECT_MS)
            .withRequestTimeout(REQUEST_MS)
            .withRequestRetryBackoffLimit(RETRIES)
            .withRequestRetryBackoffInterval(RETRY_MS)
            .withWatchReconnectInterval(WATCH_RECONNECT_MS)
            .build();
    return new KubernetesClientBuilder().withConfig(bounded).build();
  }

  // ---- what is wrong with a kubeconfig ---------------------------------------------------------

  private static void check(String content, String name) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    Object root;
    try {
      root = new Yaml(new SafeConstructor(options)).load(content);
    } catch (YAMLException e) {
      throw new MangruException(ErrorCode.BAD_DATA, name + " is not YAML: " + e.getMessage(), e);
    }
    if (!(root instanceof Map<?, ?> map)) {
      throw MangruException.badData(name + " is not a kubeconfig: it holds no fields");
    }
    String context = text(map.get("current-context"));
    if (context.isEmpty()) {
      throw MangruException.badData(
          name + " has no current-context: choose one with kubectl config use-context");
    }
    Map<?, ?> chosen = named(map, "contexts", context, "context", name);
    Map<?, ?> cluster = named(map, "clusters", text(chosen.get("cluster")), "cluster", name);
    if (text(cluster.get("server")).isEmpty()) {
      throw MangruException.badData(
          "%s: the cluster %s has no server".formatted(name, text(chosen.get("cluster"))));
    }
    String user = text(chosen.get("user"));
    if (!user.isEmpty()) {
      named(map, "users", user, "user", name);
    }
  }

  private static Map<?, ?> named(
      Map<?, ?> root, String list, String wanted, String field, String name) {
    if (root.get(list) instanceof List<?> entries) {
      for (Object each : entries) {
        if (each instanceof Map<?, ?> entry
            && text(entry.get("name")).equals(wanted)
            && entry.get(field) instanceof Map<?, ?> found) {
          return found;
        }
      }
    }
    throw MangruException.badData(
        "%s names the %s '%s', which is not among its %s".formatted(name, field, wanted, list));
  }

  private static String text(@Nullable Object value) {
    return value instanceof String string ? string : "";
  }
}
