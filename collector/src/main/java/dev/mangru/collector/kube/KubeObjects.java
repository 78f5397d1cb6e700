package dev.mangru.collector.kube;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.List;

/// The objects of a cluster that Mangru looks at.
public record KubeObjects(
    List<Node> nodes,
    List<Pod> pods,
    List<Namespace> namespaces,
    List<Deployment> deployments,
    List<ReplicaSet> replicaSets,
    List<StatefulSet> statefulSets,
    List<DaemonSet> daemonSets,
    List<HorizontalPodAutoscaler> autoscalers,
    List<PodDisruptionBudget> disruptionBudgets) {

  public KubeObjects {
    nodes = List.copyOf(nodes);
    pods = List.copyOf(pods);
    namespaces = List.copyOf(namespaces);
    deployments = List.copyOf(deployments);
    replicaSets = List.copyOf(replicaSets);
    statefulSets = List.copyOf(statefulSets);
    daemonSets = List.copyOf(daemonSets);
    autoscalers = List.copyOf(autoscalers);
    disruptionBudgets = List.copyOf(disruptionBudgets);
  }
}
