package dev.mangru.collector.node;

import dev.mangru.model.metric.Labels;

/// Whose samples these are: the labels that every mixin rule selects by.
///
/// @param node the node's name; the `instance` of `node_*`
/// @param kubeletInstance the `instance` of `container_*`, usually `<node-ip>:10250`
/// @param namespace namespace of the agent's own pod, empty outside Kubernetes; rules join it to
///   `kube_pod_info` to learn the node
/// @param pod name of the agent's own pod, empty outside Kubernetes
/// @param version of Mangru, for the build info metrics
public record NodeIdentity(
    String node, String kubeletInstance, String namespace, String pod, String version) {

  /// The identity of a machine outside Kubernetes: its name is all there is.
  public static NodeIdentity outsideKubernetes(String node, String version) {
    return new NodeIdentity(node, node, "", "", version);
  }

  /// The labels of `node_*`.
  Labels nodeLabels() {
    return Labels.of("job", "node-exporter", "instance", node, "namespace", namespace, "pod", pod);
  }

  /// The labels of `container_*` and `machine_*`.
  Labels containerLabels() {
    return Labels.of(
        "job",
        "kubelet",
        "metrics_path",
        "/metrics/cadvisor",
        "instance",
        kubeletInstance,
        "node",
        node);
  }
}
