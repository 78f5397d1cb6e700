package dev.mangru.collector.node;

import dev.mangru.model.metric.Labels;

/// Who a container is, as its runtime or the kubelet's files say. Unknown parts are empty.
///
/// @param name what its series call it: the container's id in a pod, Docker's name otherwise
/// @param container the name in the pod's specification; empty for the sandbox
/// @param sandbox whether it only holds the pod's namespaces
/// @param startedMs when it was started, milliseconds since the epoch; 0 when unknown
/// @param createdMs when it was made, milliseconds since the epoch; 0 when unknown
record ContainerIdentity(
    String name,
    String image,
    String namespace,
    String pod,
    String container,
    boolean sandbox,
    long startedMs,
    long createdMs) {

  /// The label that the kubelet gives to its containers for the pod's name.
  static final String POD_NAME = "io.kubernetes.pod.name";

  static final String POD_NAMESPACE = "io.kubernetes.pod.namespace";
  static final String CONTAINER_NAME = "io.kubernetes.container.name";

  /// What dockershim called the container of a sandbox.
  static final String SANDBOX = "POD";

  /// Whether it belongs to a pod of Kubernetes.
  boolean inPod() {
    return !pod.isEmpty();
  }

  /// The labels of its series beside those of the scanner.
  Labels.Builder addTo(Labels.Builder labels) {
    return labels
        .set("name", name)
        .set("image", image)
        .set("namespace", namespace)
        .set("pod", pod)
        .set("container", sandbox ? "" : container);
  }
}
