package dev.mangru.collector.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the objects of a cluster with one watch per kind, and keeps them in memory.
///
/// When the API server goes away the last state stays, [#problem] says so, and the watches begin
/// again when it is back. Thread-safe.
public final class KubeWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(KubeWatch.class);

  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
  private final SharedIndexInformer<Node> nodes;
  private final SharedIndexInformer<Pod> pods;
  private final SharedIndexInformer<Namespace> namespaces;
  private final SharedIndexInformer<Deployment> deployments;
  private final SharedIndexInformer<ReplicaSet> replicaSets;
  private final SharedIndexInformer<StatefulSet> statefulSets;
  private final SharedIndexInformer<DaemonSet> daemonSets;
  private final SharedIndexInformer<HorizontalPodAutoscaler> autoscalers;
  private final SharedIndexInformer<PodDisruptionBudget> disruptionBudgets;
  private final AtomicReference<@Nullable String> lastFailure = new AtomicReference<>();

  /// Begins to follow; returns at once.
  ///
  /// @param client stays the caller's, who closes it after this
  public KubeWatch(KubernetesClient client) {
    nodes = follow(client.nodes().runnableInformer(0));
    pods = follow(client.pods().inAnyNamespace().runnableInformer(0));
    namespaces = follow(client.namespaces().runnableInformer(0));
    deployments = follow(client.apps().deployments().inAnyNamespace().runnableInformer(0));
    replicaSets = follow(client.apps().replicaSets().inAnyNamespace().runnableInformer(0));
    statefulSets = follow(client.apps().statefulSets().inAnyNamespace().runnableInformer(0));
    daemonSets = follow(client.apps().daemonSets().inAnyNamespace().runnableInformer(0));
    autoscalers =
        follow(
            client
                .autoscaling()
                .v2()
                .horizontalPodAutoscalers()
                .inAnyNamespace()
                .runnableInformer(0));
    disruptionBudgets =
        follow(client.policy().v1().podDisruptionBudget().inAnyNamespace().runnableInformer(0));
  }

  private <T extends HasMetadata> SharedIndexInformer<T> follow(SharedIndexInformer<T> informer) {
    String kind = informer.getApiTypeClass().getSimpleName();
    informer.exceptionHandler((_, failure) -> {
      String said = kind + ": " + failure.getMessage();
      if (!said.equals(lastFailure.getAndSet(said))) {
        log.atWarn().addKeyValue("kind", kind).setCause(failure).log("cannot watch the cluster");
      }
      return true; // try again: an API server that goes away comes back
    });
    var _ = informer.start();
    informers.add(informer);
    return informer;
  }

  /// Why what is known may be out of date; null while every watch is up.
  public @Nullable String problem() {
    for (SharedIndexInformer<?> informer : informers) {
      String kind = informer.getApiTypeClass().getSimpleName();
      if (!informer.hasSynced()) {
        String failure = lastFailure.get();
        return "objects of kind "
            + kind
            + " have not been listed yet"
            + (failure == null ? "" : "; the API server said: " + failure);
      }
      if (!informer.isWatching()) {
        return "the watch of kind " + kind + " is broken off and being made again; last seen state";
      }
    }
    return null;
  }

  /// All objects, each list consistent in itself.
  public KubeObjects objects() {
    return new KubeObjects(
        nodes.getStore().list(),
        pods.getStore().list(),
        namespaces.getStore().list(),
        deployments.getStore().list(),
        replicaSets.getStore().list(),
        statefulSets.getStore().list(),
        daemonSets.getStore().list(),
        autoscalers.getStore().list(),
        disruptionBudgets.getStore().list());
  }

  /// Ends all watches.
  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::close);
  }
}
