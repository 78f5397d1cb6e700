package dev.mangru.autoscaler.playground.schema;

import java.util.Map;
import java.util.Optional;

/// A sentence on each kind, for `kubectl explain`. The model classes carry no documentation, so
/// fields have none.
final class Descriptions {

  private static final Map<String, String> TEXTS =
      Map.ofEntries(
          Map.entry("Pod", "A group of containers that run together on one node."),
          Map.entry("PodSpec", "What a pod should be: its containers and where they may run."),
          Map.entry("PodTemplateSpec", "What each pod of a workload is made from."),
          Map.entry("Container", "One container of a pod: its image, resources, ports, probes."),
          Map.entry("ResourceRequirements", "What a container asks for and may use at most."),
          Map.entry("Node", "A machine on which pods run."),
          Map.entry("Namespace", "A scope for names."),
          Map.entry("Service", "A name and address for a set of pods."),
          Map.entry("Endpoints", "The addresses behind a service."),
          Map.entry("ConfigMap", "Configuration as keys and values."),
          Map.entry("Secret", "Confidential data as keys and values."),
          Map.entry("ServiceAccount", "An identity for the processes of a pod."),
          Map.entry("Event", "A report of something that happened."),
          Map.entry("Deployment", "Keeps replica sets, and by them pods, at a declared state."),
          Map.entry("ReplicaSet", "Keeps a number of equal pods running."),
          Map.entry("DaemonSet", "Keeps one pod on every matching node."),
          Map.entry("StatefulSet", "Keeps pods with stable names, one after the other."),
          Map.entry("ControllerRevision", "A snapshot of a workload's template."),
          Map.entry("HorizontalPodAutoscaler", "Sets a workload's replicas from its metrics."),
          Map.entry("PodDisruptionBudget", "How many pods may be evicted at a time."),
          Map.entry("Lease", "Who leads, and until when."),
          Map.entry("CustomResourceDefinition", "Makes the API server serve another kind."),
          Map.entry("EndpointSlice", "A part of the addresses behind a service."),
          Map.entry("NodeMetrics", "What a node uses now."),
          Map.entry("PodMetrics", "What the containers of a pod use now."),
          Map.entry("ObjectMeta", "What every object has: name, labels, owners, versions."),
          Map.entry("Quantity", "A number with a suffix, such as 100m or 1.5Gi."),
          Map.entry("IntOrString", "A number, or a text such as 25% or the name of a port."));

  private Descriptions() {}

  /// By a name in OpenAPI documents; only its last part counts.
  static Optional<String> of(String name) {
    return Optional.ofNullable(TEXTS.get(name.substring(name.lastIndexOf('.') + 1)));
  }
}
