package dev.mangru.collector.kube;

import static dev.mangru.collector.kube.KubeStateSeries.name;
import static dev.mangru.collector.kube.KubeStateSeries.namespaceOf;
import static dev.mangru.collector.kube.KubeStateSeries.text;

import dev.mangru.collector.scrape.ScrapeTarget;
import dev.mangru.model.metric.Labels;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which pages of metrics a cluster's objects name: pods by the annotations `prometheus.io/scrape`,
/// `prometheus.io/port` and `prometheus.io/path`, and, where nodes have no agent, the kubelets'.
///
/// @param cluster labels that every series gets, such as `cluster`
/// @param interval between two scrapes
/// @param timeout of one, at most the interval
/// @param through the API server through whose proxies pods and kubelets are read; null to go to
///   pods themselves and leave kubelets to the agents
/// @param authorization for that API server; null for none
public record KubeTargets(
    Labels cluster,
    Duration interval,
    Duration timeout,
    @Nullable URI through,
    @Nullable String authorization) {

  /// The targets of what is there now. Pods that do not run have none.
  public List<ScrapeTarget> of(KubeObjects objects) {
    List<ScrapeTarget> targets = new ArrayList<>();
    if (through != null) {
      for (Node node : objects.nodes()) {
        targets.add(kubelet(node, through));
      }
    }
    for (Pod pod : objects.pods()) {
      ScrapeTarget target = pod(pod);
      if (target != null) {
        targets.add(target);
      }
    }
    return targets;
  }

  private ScrapeTarget kubelet(Node node, URI api) {
    Labels labels =
        cluster.toBuilder()
            .set("metrics_path", "/metrics/cadvisor")
            .set("node", name(node))
            .set("instance", name(node) + ":10250")
            .build();
    return new ScrapeTarget(
        "kubelet",
        api.resolve("/api/v1/nodes/" + name(node) + "/proxy/metrics/cadvisor"),
        labels,
        interval,
        timeout,
        authorization);
  }

  private @Nullable ScrapeTarget pod(Pod pod) {
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    if (annotations == null
        || !"true".equals(annotations.get("prometheus.io/scrape"))
        || pod.getStatus() == null
        || !"Running".equals(pod.getStatus().getPhase())
        || text(pod.getStatus().getPodIP()).isEmpty()) {
      return null;
    }
    String port = annotations.getOrDefault("prometheus.io/port", "80");
    String path = annotations.getOrDefault("prometheus.io/path", "/metrics");
    if (!isPort(port) || !path.startsWith("/")) {
      return null;
    }
    Map<String, String> own = pod.getMetadata().getLabels();
    String job =
        own == null
            ? name(pod)
            : own.getOrDefault("app.kubernetes.io/name", own.getOrDefault("app", name(pod)));
    String instance = pod.getStatus().getPodIP() + ":" + port;
    Labels labels =
        cluster.toBuilder()
            .set("namespace", namespaceOf(pod))
            .set("pod", name(pod))
            .set("node", text(pod.getSpec().getNodeName()))
            .set("container", container(pod, port))
            .set("instance", instance)
            .build();
    try {
      URI url =
          through == null
              ? URI.create("http://" + instance + path)
              : through.resolve(
                  "/api/v1/namespaces/"
                      + namespaceOf(pod)
                      + "/pods/"
                      + name(pod)
                      + ":"
                      + port
                      + "/proxy"
                      + path);
      return new ScrapeTarget(
          job, url, labels, interval, timeout, through == null ? null : authorization);
    } catch (IllegalArgumentException _) {
      return null; // an annotation that makes no URL; the pod is not scraped, as if it had none
    }
  }

  private static boolean isPort(String text) {
    return !text.isEmpty()
        && text.length() <= 5
        && text.chars().allMatch(digit -> digit >= '0' && digit <= '9');
  }

  /// The container that has the port; the first where none says so.
  private static String container(Pod pod, String port) {
    List<Container> containers = pod.getSpec().getContainers();
    for (Container container : containers) {
      if (container.getPorts().stream()
          .anyMatch(each -> port.equals(String.valueOf(each.getContainerPort())))) {
        return container.getName();
      }
    }
    return containers.isEmpty() ? "" : containers.getFirst().getName();
  }
}
