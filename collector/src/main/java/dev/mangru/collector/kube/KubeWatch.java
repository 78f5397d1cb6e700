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
import io.fabric8.kubernetes.client.KubernetesClientException;
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
  private final KubernetesClient client;
  private volatile boolean closing;
  private volatile @Nullable String problem = "the cluster has not been asked yet";

  /// Begins to follow; returns at once.
  ///
  /// @param client stays the caller's, who closes it after this
  public KubeWatch(KubernetesClient client) {
    this.client = client;
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
      if (!said.equals(lastFailure.getAndSet(said)) && !closing) {
        log.atWarn()
            .addKeyValue("kind", kind)
            .addKeyValue("error", failure.getMessage())
            .log("cannot watch the cluster");
      }
      return !closing; // try again: an API server that goes away comes back
    });
    var _ = informer.start();
    informers.add(informer);
    return informer;
  }

  /// Asks the API server whether it is there, since a quiet watch does not tell. Call it now and
  /// then; [#problem] says what came of it.
  public void check() {
    for (SharedIndexInformer<?> informer : informers) {
      if (!informer.hasSynced()) {
        String failure = lastFailure.get();
        problem =
            "objects of kind "
                + informer.getApiTypeClass().getSimpleName()
                + " have not been listed yet"
                + (failure == null ? "" : "; the API server said: " + failure);
        return;
      }
    }
    try {
      var _ = client.raw("/readyz");
      problem = null;
    } catch (KubernetesClientException e) {
      problem = "the API server does not answer, this is the last seen state: " + e.getMessage();
    }
  }

  /// Why what is known may be out of date, as of the last [#check]; null while all is well.
  public @Nullable String problem() {
    return problem;
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
    closing = true;
    informers.forEach(SharedIndexInformer::close);
  }
}
