package dev.mangru.model.cluster;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A cluster at one moment.
///
/// @param cluster its name; empty if there is none
/// @param playground whether it is the simulated cluster inside Mangru
/// @param kubeconfig the file by which `kubectl` reaches it; null if that is not ours to say
/// @param asOf when this was true
/// @param problem why it may be out of date or empty, for people; null while all is well
/// @param workloads by namespace, kind and name
/// @param pods by namespace and name
/// @param nodes by name
public record ClusterState(
    String cluster,
    boolean playground,
    @Nullable String kubeconfig,
    Instant asOf,
    @Nullable String problem,
    List<Workload> workloads,
    List<Pod> pods,
    List<Node> nodes) {

  public ClusterState {
    workloads = List.copyOf(workloads);
    pods = List.copyOf(pods);
    nodes = List.copyOf(nodes);
  }

  /// Nothing, and why.
  public static ClusterState none(Instant asOf, String problem) {
    return new ClusterState("", false, null, asOf, problem, List.of(), List.of(), List.of());
  }

  /// Something that keeps pods running.
  ///
  /// @param kind `Deployment`, `StatefulSet` or `DaemonSet`
  /// @param wanted replicas that should run
  /// @param ready replicas that take traffic
  /// @param updated replicas of the newest revision
  /// @param images of its containers
  /// @param autoscaler the one that scales it; null if none does
  /// @param problems what is wrong with it, in words
  /// @param created when it was made
  public record Workload(
      String kind,
      String namespace,
      String name,
      int wanted,
      int ready,
      int updated,
      List<String> images,
      @Nullable Autoscaler autoscaler,
      List<String> problems,
      Instant created) {
    public Workload {
      images = List.copyOf(images);
      problems = List.copyOf(problems);
    }
  }

  /// A HorizontalPodAutoscaler.
  ///
  /// @param metrics as `kubectl get hpa` shows them: `cpu: 43%/60%`
  /// @param conditions in the order of its status
  /// @param lastScale when it last changed anything; null if never
  public record Autoscaler(
      String name,
      int min,
      int max,
      int current,
      int desired,
      List<String> metrics,
      List<Condition> conditions,
      @Nullable Instant lastScale) {
    public Autoscaler {
      metrics = List.copyOf(metrics);
      conditions = List.copyOf(conditions);
    }
  }

  /// A Kubernetes condition.
  ///
  /// @param status `True`, `False` or `Unknown`
  public record Condition(
      String type, String status, String reason, String message, Instant since) {}

  /// A pod.
  ///
  /// @param workload kind and name of what keeps it running, such as `Deployment/web`; empty if
  ///   nothing does
  /// @param phase `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`
  /// @param reason why it is not running or not ready, in Kubernetes' word; empty if it is
  /// @param node it runs on; empty while it has none
  /// @param cpuRequestCores sum over its containers
  /// @param memoryRequestBytes sum over its containers
  public record Pod(
      String namespace,
      String name,
      String workload,
      String phase,
      boolean ready,
      String reason,
      int restarts,
      String node,
      double cpuRequestCores,
      double memoryRequestBytes,
      Instant created) {}

  /// A node.
  ///
  /// @param group node group; empty if unknown
  /// @param conditions such as `MemoryPressure`, only those that are not as they should be
  /// @param taints as `key=value:effect`
  /// @param capacity allocatable cpu in cores, memory in bytes and pods
  /// @param requested by the pods on it, likewise
  /// @param pods on it
  public record Node(
      String name,
      String group,
      boolean ready,
      boolean schedulable,
      List<Condition> conditions,
      List<String> taints,
      Resources capacity,
      Resources requested,
      int pods,
      Map<String, String> labels,
      Instant created) {
    public Node {
      conditions = List.copyOf(conditions);
      taints = List.copyOf(taints);
      labels = Map.copyOf(labels);
    }
  }

  /// Amounts.
  public record Resources(double cpuCores, double memoryBytes, double pods) {}
}
