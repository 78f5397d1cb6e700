package dev.mangru.collector.kube;

import static dev.mangru.collector.kube.KubeStateSeries.name;
import static dev.mangru.collector.kube.KubeStateSeries.namespaceOf;
import static dev.mangru.collector.kube.KubeStateSeries.owner;
import static dev.mangru.collector.kube.KubeStateSeries.text;

import dev.mangru.model.cluster.ClusterState;
import dev.mangru.model.cluster.ClusterState.Autoscaler;
import dev.mangru.model.cluster.ClusterState.Condition;
import dev.mangru.model.cluster.ClusterState.Resources;
import dev.mangru.model.cluster.ClusterState.Workload;
import dev.mangru.model.cluster.ClusterView;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricStatus;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricTarget;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricValueStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The cluster as people look at it, made of what [KubeWatch] holds. Thread-safe.
public final class KubeClusterView implements ClusterView {

  /// Labels that node pools of the usual providers carry, the first that is there wins.
  private static final List<String> GROUP_LABELS =
      List.of(
          "mangru.io/node-group",
          "karpenter.sh/nodepool",
          "eks.amazonaws.com/nodegroup",
          "cloud.google.com/gke-nodepool",
          "kubernetes.azure.com/agentpool",
          "node.kubernetes.io/instance-type");

  private final KubeWatch watch;
  private final String cluster;
  private final boolean playground;
  private final @Nullable String kubeconfig;
  private final InstantSource clock;

  /// @param cluster its name
  /// @param playground whether it is the simulated one
  /// @param kubeconfig the file by which people reach it; null to say nothing of it
  public KubeClusterView(
      KubeWatch watch,
      String cluster,
      boolean playground,
      @Nullable String kubeconfig,
      InstantSource clock) {
    this.watch = watch;
    this.cluster = cluster;
    this.playground = playground;
    this.kubeconfig = kubeconfig;
    this.clock = clock;
  }

  @Override
  public ClusterState state() {
    KubeObjects objects = watch.objects();
    Map<String, String> replicaSetOwners = new HashMap<>();
    for (ReplicaSet set : objects.replicaSets()) {
      OwnerReference owner = owner(set);
      if (owner != null) {
        replicaSetOwners.put(
            namespaceOf(set) + "/" + name(set), owner.getKind() + "/" + owner.getName());
      }
    }
    List<ClusterState.Pod> pods =
        objects.pods().stream()
            .map(pod -> pod(pod, replicaSetOwners))
            .sorted(
                Comparator.comparing(ClusterState.Pod::namespace)
                    .thenComparing(ClusterState.Pod::name))
            .toList();
    return new ClusterState(
        cluster,
        playground,
        kubeconfig,
        clock.instant(),
        watch.problem(),
        workloads(objects, pods),
        pods,
        nodes(objects, pods));
  }

  // ---- workloads

  private static List<Workload> workloads(KubeObjects objects, List<ClusterState.Pod> pods) {
    Map<String, HorizontalPodAutoscaler> scalers = new HashMap<>();
    for (HorizontalPodAutoscaler scaler : objects.autoscalers()) {
      var target = scaler.getSpec().getScaleTargetRef();
      scalers.put(namespaceOf(scaler) + "/" + target.getKind() + "/" + target.getName(), scaler);
    }
    Map<String, List<String>> podProblems = new HashMap<>();
    for (ClusterState.Pod pod : pods) {
      if (!pod.ready() && !pod.reason().isEmpty() && !pod.phase().equals("Succeeded")) {
        podProblems
            .computeIfAbsent(pod.namespace() + "/" + pod.workload(), _ -> new ArrayList<>())
            .add(pod.reason());
      }
    }
    List<Workload> all = new ArrayList<>();
    for (Deployment each : objects.deployments()) {
      var status = Optional.ofNullable(each.getStatus());
      all.add(
          workload(
              each,
              orZero(each.getSpec().getReplicas()),
              status.map(s -> s.getReadyReplicas()).orElse(0),
              status.map(s -> s.getUpdatedReplicas()).orElse(0),
              each.getSpec().getTemplate(),
              scalers,
              podProblems));
    }
    for (StatefulSet each : objects.statefulSets()) {
      var status = Optional.ofNullable(each.getStatus());
      all.add(
          workload(
              each,
              orZero(each.getSpec().getReplicas()),
              status.map(s -> s.getReadyReplicas()).orElse(0),
              status.map(s -> s.getUpdatedReplicas()).orElse(0),
              each.getSpec().getTemplate(),
              scalers,
              podProblems));
    }
    for (DaemonSet each : objects.daemonSets()) {
      var status = Optional.ofNullable(each.getStatus());
      all.add(
          workload(
              each,
              status.map(s -> s.getDesiredNumberScheduled()).orElse(0),
              status.map(s -> s.getNumberReady()).orElse(0),
              status.map(s -> s.getUpdatedNumberScheduled()).orElse(0),
              each.getSpec().getTemplate(),
              scalers,
              podProblems));
    }
    all.sort(
        Comparator.comparing(Workload::namespace)
            .thenComparing(Workload::kind)
            .thenComparing(Workload::name));
    return all;
  }

  private static Workload workload(
      HasMetadata object,
      int wanted,
      int ready,
      int updated,
      @Nullable PodTemplateSpec template,
      Map<String, HorizontalPodAutoscaler> scalers,
      Map<String, List<String>> podProblems) {
    String kind = object.getKind();
    String key = namespaceOf(object) + "/" + kind + "/" + name(object);
    HorizontalPodAutoscaler scaler = scalers.get(key);
    List<String> images =
        template == null
            ? List.of()
            : template.getSpec().getContainers().stream()
                .map(Container::getImage)
                .map(KubeStateSeries::text)
                .toList();
    return new Workload(
        kind,
        namespaceOf(object),
        name(object),
        wanted,
        ready,
        updated,
        images,
        scaler == null ? null : autoscaler(scaler),
        counted(podProblems.getOrDefault(key, List.of())),
        created(object));
  }

  /// `3 pods: Unschedulable`.
  private static List<String> counted(List<String> reasons) {
    Map<String, Integer> counts = new TreeMap<>();
    reasons.forEach(reason -> counts.merge(reason, 1, Integer::sum));
    return counts.entrySet().stream()
        .map(
            each -> each.getValue() + (each.getValue() == 1 ? " pod: " : " pods: ") + each.getKey())
        .toList();
  }

  private static Autoscaler autoscaler(HorizontalPodAutoscaler scaler) {
    var status = Optional.ofNullable(scaler.getStatus());
    return new Autoscaler(
        name(scaler),
        scaler.getSpec().getMinReplicas() == null ? 1 : scaler.getSpec().getMinReplicas(),
        orZero(scaler.getSpec().getMaxReplicas()),
        status.map(s -> orZero(s.getCurrentReplicas())).orElse(0),
        status.map(s -> orZero(s.getDesiredReplicas())).orElse(0),
        metrics(scaler),
        status.stream()
            .flatMap(s -> s.getConditions().stream())
            .map(c ->
                new Condition(
                    text(c.getType()),
                    text(c.getStatus()),
                    text(c.getReason()),
                    text(c.getMessage()),
                    time(c.getLastTransitionTime())))
            .toList(),
        status
            .map(s -> s.getLastScaleTime())
            .filter(t -> !t.isEmpty())
            .map(Instant::parse)
            .orElse(null));
  }

  /// As `kubectl get hpa` shows them.
  private static List<String> metrics(HorizontalPodAutoscaler scaler) {
    List<MetricStatus> current =
        scaler.getStatus() == null ? List.of() : scaler.getStatus().getCurrentMetrics();
    List<String> lines = new ArrayList<>();
    for (MetricSpec spec : scaler.getSpec().getMetrics()) {
      if (spec.getResource() == null) {
        lines.add(spec.getType());
        continue;
      }
      String resource = spec.getResource().getName();
      MetricValueStatus value =
          current.stream()
              .filter(each -> each.getResource() != null)
              .filter(each -> resource.equals(each.getResource().getName()))
              .map(each -> each.getResource().getCurrent())
              .findFirst()
              .orElse(null);
      lines.add(resource + ": " + shown(value, spec.getResource().getTarget()));
    }
    return lines;
  }

  private static String shown(@Nullable MetricValueStatus value, MetricTarget target) {
    if (target.getAverageUtilization() != null) {
      Integer now = value == null ? null : value.getAverageUtilization();
      return (now == null ? "<unknown>" : now + "%") + "/" + target.getAverageUtilization() + "%";
    }
    Quantity now = value == null ? null : value.getAverageValue();
    return (now == null ? "<unknown>" : now.toString()) + "/" + target.getAverageValue();
  }

  // ---- pods

  private static ClusterState.Pod pod(Pod pod, Map<String, String> replicaSetOwners) {
    OwnerReference owner = owner(pod);
    String workload = "";
    if (owner != null) {
      workload = owner.getKind() + "/" + owner.getName();
      if (owner.getKind().equals("ReplicaSet")) {
        workload =
            replicaSetOwners.getOrDefault(namespaceOf(pod) + "/" + owner.getName(), workload);
      }
    }
    String phase = pod.getStatus() == null ? "Unknown" : text(pod.getStatus().getPhase());
    int restarts = 0;
    if (pod.getStatus() != null) {
      for (ContainerStatus status : pod.getStatus().getContainerStatuses()) {
        restarts += orZero(status.getRestartCount());
      }
    }
    return new ClusterState.Pod(
        namespaceOf(pod),
        name(pod),
        workload,
        phase,
        ready(pod),
        reason(pod),
        restarts,
        text(pod.getSpec().getNodeName()),
        Amounts.requested(pod, "cpu"),
        Amounts.requested(pod, "memory"),
        created(pod));
  }

  private static boolean ready(Pod pod) {
    return pod.getStatus() != null
        && pod.getStatus().getConditions().stream()
            .anyMatch(each -> "Ready".equals(each.getType()) && "True".equals(each.getStatus()));
  }

  /// The most telling reason why a pod does not take traffic; empty if it does.
  private static String reason(Pod pod) {
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      return "Terminating";
    }
    if (pod.getStatus() == null || ready(pod)) {
      return "";
    }
    for (ContainerStatus status : pod.getStatus().getContainerStatuses()) {
      if (status.getState() != null && status.getState().getWaiting() != null) {
        return text(status.getState().getWaiting().getReason());
      }
      if (status.getState() != null && status.getState().getTerminated() != null) {
        return text(status.getState().getTerminated().getReason());
      }
    }
    for (PodCondition condition : pod.getStatus().getConditions()) {
      if ("False".equals(condition.getStatus()) && !text(condition.getReason()).isEmpty()) {
        return condition.getReason();
      }
    }
    return text(pod.getStatus().getReason());
  }

  // ---- nodes

  private static List<ClusterState.Node> nodes(KubeObjects objects, List<ClusterState.Pod> pods) {
    Map<String, List<ClusterState.Pod>> byNode = new HashMap<>();
    for (ClusterState.Pod pod : pods) {
      if (!pod.phase().equals("Succeeded") && !pod.phase().equals("Failed")) {
        byNode.computeIfAbsent(pod.node(), _ -> new ArrayList<>()).add(pod);
      }
    }
    return objects.nodes().stream()
        .map(node -> node(node, byNode.getOrDefault(name(node), List.of())))
        .sorted(Comparator.comparing(ClusterState.Node::name))
        .toList();
  }

  private static ClusterState.Node node(Node node, List<ClusterState.Pod> pods) {
    Map<String, String> labels =
        node.getMetadata().getLabels() == null ? Map.of() : node.getMetadata().getLabels();
    Map<String, Quantity> allocatable =
        node.getStatus() == null ? Map.of() : node.getStatus().getAllocatable();
    return new ClusterState.Node(
        name(node),
        GROUP_LABELS.stream().map(labels::get).filter(g -> g != null).findFirst().orElse(""),
        node.getStatus() != null
            && node.getStatus().getConditions().stream()
                .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus())),
        node.getSpec() == null || !Boolean.TRUE.equals(node.getSpec().getUnschedulable()),
        node.getStatus() == null
            ? List.of()
            : node.getStatus().getConditions().stream()
                .filter(KubeClusterView::amiss)
                .map(c ->
                    new Condition(
                        text(c.getType()),
                        text(c.getStatus()),
                        text(c.getReason()),
                        text(c.getMessage()),
                        time(c.getLastTransitionTime())))
                .toList(),
        node.getSpec() == null
            ? List.of()
            : node.getSpec().getTaints().stream()
                .map(t ->
                    t.getKey()
                        + (text(t.getValue()).isEmpty() ? "" : "=" + t.getValue())
                        + ":"
                        + t.getEffect())
                .toList(),
        new Resources(
            Amounts.of(allocatable, "cpu"),
            Amounts.of(allocatable, "memory"),
            Amounts.of(allocatable, "pods")),
        new Resources(
            pods.stream().mapToDouble(ClusterState.Pod::cpuRequestCores).sum(),
            pods.stream().mapToDouble(ClusterState.Pod::memoryRequestBytes).sum(),
            pods.size()),
        pods.size(),
        labels,
        created(node));
  }

  /// Ready should be true, every other condition false.
  private static boolean amiss(NodeCondition condition) {
    String wanted = "Ready".equals(condition.getType()) ? "true" : "false";
    return !text(condition.getStatus()).toLowerCase(Locale.ROOT).equals(wanted);
  }

  private static int orZero(@Nullable Integer count) {
    return count == null ? 0 : count;
  }

  private static Instant created(HasMetadata object) {
    return time(object.getMetadata().getCreationTimestamp());
  }

  private static Instant time(@Nullable String text) {
    return text == null || text.isEmpty() ? Instant.EPOCH : Instant.parse(text);
  }
}
