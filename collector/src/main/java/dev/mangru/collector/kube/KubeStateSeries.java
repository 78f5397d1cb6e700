package dev.mangru.collector.kube;

import dev.mangru.collector.pipeline.MetricType;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.NodeSystemInfo;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerCondition;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricTarget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes `kube_*` series of a cluster's objects, named and labelled as kube-state-metrics 2.19
/// does. Confined to one thread.
public final class KubeStateSeries {

  private static final List<String> PHASES =
      List.of("Pending", "Running", "Succeeded", "Failed", "Unknown");
  private static final List<String> STATUSES = List.of("true", "false", "unknown");

  private final StateWriter out;

  /// @param labels that every series gets, such as `job` and `cluster`
  public KubeStateSeries(Labels labels) {
    out = new StateWriter(labels);
  }

  /// Appends one sample per series, and stale markers for those that went.
  public void write(KubeObjects objects, Instant now, SampleBatch into) {
    out.begin(now.toEpochMilli(), into);
    out.describe(
        "kube_pod_container_status_restarts_total", MetricType.COUNTER, "Restarts of a container");
    objects.namespaces().forEach(this::namespace);
    objects.nodes().forEach(this::node);
    objects.pods().forEach(this::pod);
    objects.deployments().forEach(this::deployment);
    objects.replicaSets().forEach(this::replicaSet);
    objects.statefulSets().forEach(this::statefulSet);
    objects.daemonSets().forEach(this::daemonSet);
    objects.autoscalers().forEach(this::autoscaler);
    objects.disruptionBudgets().forEach(this::disruptionBudget);
    out.gauge("kube_state_metrics_shard_ordinal", 0);
    out.gauge("kube_state_metrics_total_shards", 1);
    out.end();
  }

  private void namespace(Namespace namespace) {
    String phase = namespace.getStatus() == null ? "Active" : namespace.getStatus().getPhase();
    for (String each : List.of("Active", "Terminating")) {
      out.flag(
          "kube_namespace_status_phase",
          each.equals(phase),
          "namespace",
          name(namespace),
          "phase",
          each);
    }
  }

  private void node(Node node) {
    String name = name(node);
    NodeSystemInfo info = node.getStatus() == null ? null : node.getStatus().getNodeInfo();
    String ip =
        node.getStatus() == null
            ? ""
            : node.getStatus().getAddresses().stream()
                .filter(address -> "InternalIP".equals(address.getType()))
                .map(NodeAddress::getAddress)
                .findFirst()
                .orElse("");
    out.info(
        "kube_node_info",
        "node",
        name,
        "kernel_version",
        info == null ? "" : text(info.getKernelVersion()),
        "os_image",
        info == null ? "" : text(info.getOsImage()),
        "container_runtime_version",
        info == null ? "" : text(info.getContainerRuntimeVersion()),
        "kubelet_version",
        info == null ? "" : text(info.getKubeletVersion()),
        "system_uuid",
        info == null ? "" : text(info.getSystemUUID()),
        "provider_id",
        text(node.getSpec() == null ? null : node.getSpec().getProviderID()),
        "pod_cidr",
        text(node.getSpec() == null ? null : node.getSpec().getPodCIDR()),
        "internal_ip",
        ip);
    out.gauge("kube_node_created", seconds(node), "node", name);
    boolean closed =
        node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable());
    out.flag("kube_node_spec_unschedulable", closed, "node", name);
    if (node.getSpec() != null) {
      for (Taint taint : node.getSpec().getTaints()) {
        out.info(
            "kube_node_spec_taint",
            "node",
            name,
            "key",
            text(taint.getKey()),
            "value",
            text(taint.getValue()),
            "effect",
            text(taint.getEffect()));
      }
    }
    Optional.ofNullable(node.getMetadata().getLabels())
        .ifPresent(labels ->
            labels.keySet().stream()
                .filter(key -> key.startsWith("node-role.kubernetes.io/"))
                .forEach(key ->
                    out.info(
                        "kube_node_role",
                        "node",
                        name,
                        "role",
                        key.substring("node-role.kubernetes.io/".length()))));
    if (node.getStatus() != null) {
      out.resources(
          "kube_node_status_allocatable", node.getStatus().getAllocatable(), "node", name);
      out.resources("kube_node_status_capacity", node.getStatus().getCapacity(), "node", name);
      node.getStatus()
          .getConditions()
          .forEach(condition ->
              condition(
                  "kube_node_status_condition",
                  text(condition.getStatus()),
                  "node",
                  name,
                  "condition",
                  text(condition.getType())));
    }
  }

  /// Three series, of which the true one is 1.
  private void condition(String metric, String status, String... labels) {
    String[] all = new String[labels.length + 2];
    System.arraycopy(labels, 0, all, 0, labels.length);
    all[labels.length] = "status";
    for (String each : STATUSES) {
      all[labels.length + 1] = each;
      out.flag(metric, each.equalsIgnoreCase(status), all);
    }
  }

  private void pod(Pod pod) {
    String namespace = namespaceOf(pod);
    String name = name(pod);
    String uid = text(pod.getMetadata().getUid());
    String node = text(pod.getSpec().getNodeName());
    OwnerReference owner = owner(pod);
    String[] id = {"namespace", namespace, "pod", name, "uid", uid};
    out.info(
        "kube_pod_info",
        with(
            id,
            "node",
            node,
            "host_ip",
            text(pod.getStatus() == null ? null : pod.getStatus().getHostIP()),
            "pod_ip",
            text(pod.getStatus() == null ? null : pod.getStatus().getPodIP()),
            "created_by_kind",
            owner == null ? "" : text(owner.getKind()),
            "created_by_name",
            owner == null ? "" : text(owner.getName()),
            "priority_class",
            text(pod.getSpec().getPriorityClassName()),
            "host_network",
            Boolean.toString(Boolean.TRUE.equals(pod.getSpec().getHostNetwork()))));
    out.info(
        "kube_pod_owner",
        with(
            id,
            "owner_kind",
            owner == null ? "" : text(owner.getKind()),
            "owner_name",
            owner == null ? "" : text(owner.getName()),
            "owner_is_controller",
            owner == null ? "" : Boolean.toString(Boolean.TRUE.equals(owner.getController()))));
    podStatus(pod, id);
    pod.getSpec()
        .getContainers()
        .forEach(container -> {
          if (container.getResources() != null) {
            String[] labels = with(id, "container", container.getName(), "node", node);
            out.resources(
                "kube_pod_container_resource_requests",
                container.getResources().getRequests(),
                labels);
            out.resources(
                "kube_pod_container_resource_limits", container.getResources().getLimits(), labels);
          }
          out.info(
              "kube_pod_container_info",
              with(id, "container", container.getName(), "image", text(container.getImage())));
        });
  }

  private void podStatus(Pod pod, String[] id) {
    if (pod.getStatus() == null) {
      return;
    }
    String phase = text(pod.getStatus().getPhase());
    for (String each : PHASES) {
      out.flag("kube_pod_status_phase", each.equals(phase), with(id, "phase", each));
    }
    pod.getStatus()
        .getConditions()
        .forEach(condition -> {
          String metric =
              switch (text(condition.getType())) {
                case "Ready" -> "kube_pod_status_ready";
                case "PodScheduled" -> "kube_pod_status_scheduled";
                default -> "";
              };
          if (!metric.isEmpty()) {
            for (String each : STATUSES) {
              out.flag(
                  metric,
                  each.equalsIgnoreCase(condition.getStatus()),
                  with(id, "condition", each));
            }
          }
        });
    if (!text(pod.getStatus().getReason()).isEmpty()) {
      out.info("kube_pod_status_reason", with(id, "reason", pod.getStatus().getReason()));
    }
    if (pod.getStatus().getQosClass() != null) {
      out.info("kube_pod_status_qos_class", with(id, "qos_class", pod.getStatus().getQosClass()));
    }
    out.gauge("kube_pod_start_time", seconds(pod.getStatus().getStartTime()), id);
    pod.getStatus().getContainerStatuses().forEach(status -> container(status, id));
  }

  private void container(ContainerStatus status, String[] id) {
    String[] labels = with(id, "container", status.getName());
    out.gauge("kube_pod_container_status_restarts_total", status.getRestartCount(), labels);
    out.flag("kube_pod_container_status_ready", Boolean.TRUE.equals(status.getReady()), labels);
    if (status.getState() != null) {
      out.flag("kube_pod_container_status_running", status.getState().getRunning() != null, labels);
      if (status.getState().getWaiting() != null) {
        out.info(
            "kube_pod_container_status_waiting_reason",
            with(labels, "reason", text(status.getState().getWaiting().getReason())));
      }
      if (status.getState().getTerminated() != null) {
        out.info(
            "kube_pod_container_status_terminated_reason",
            with(labels, "reason", text(status.getState().getTerminated().getReason())));
      }
    }
    if (status.getLastState() != null && status.getLastState().getTerminated() != null) {
      out.info(
          "kube_pod_container_status_last_terminated_reason",
          with(labels, "reason", text(status.getLastState().getTerminated().getReason())));
    }
  }

  private void deployment(Deployment deployment) {
    String[] id = {"namespace", namespaceOf(deployment), "deployment", name(deployment)};
    out.gauge("kube_deployment_spec_replicas", deployment.getSpec().getReplicas(), id);
    out.gauge("kube_deployment_metadata_generation", deployment.getMetadata().getGeneration(), id);
    var status = deployment.getStatus();
    if (status == null) {
      return;
    }
    out.gauge("kube_deployment_status_observed_generation", status.getObservedGeneration(), id);
    out.gauge("kube_deployment_status_replicas", orZero(status.getReplicas()), id);
    out.gauge("kube_deployment_status_replicas_ready", orZero(status.getReadyReplicas()), id);
    out.gauge(
        "kube_deployment_status_replicas_available", orZero(status.getAvailableReplicas()), id);
    out.gauge("kube_deployment_status_replicas_updated", orZero(status.getUpdatedReplicas()), id);
    out.gauge(
        "kube_deployment_status_replicas_unavailable", orZero(status.getUnavailableReplicas()), id);
    for (DeploymentCondition condition : status.getConditions()) {
      condition(
          "kube_deployment_status_condition",
          text(condition.getStatus()),
          with(id, "condition", text(condition.getType()), "reason", text(condition.getReason())));
    }
  }

  private void replicaSet(ReplicaSet set) {
    String[] id = {"namespace", namespaceOf(set), "replicaset", name(set)};
    OwnerReference owner = owner(set);
    out.info(
        "kube_replicaset_owner",
        with(
            id,
            "owner_kind",
            owner == null ? "" : text(owner.getKind()),
            "owner_name",
            owner == null ? "" : text(owner.getName()),
            "owner_is_controller",
            owner == null ? "" : Boolean.toString(Boolean.TRUE.equals(owner.getController()))));
    out.gauge("kube_replicaset_spec_replicas", set.getSpec().getReplicas(), id);
    if (set.getStatus() != null) {
      out.gauge(
          "kube_replicaset_status_ready_replicas", orZero(set.getStatus().getReadyReplicas()), id);
    }
  }

  private void statefulSet(StatefulSet set) {
    String[] id = {"namespace", namespaceOf(set), "statefulset", name(set)};
    out.gauge("kube_statefulset_replicas", set.getSpec().getReplicas(), id);
    out.gauge("kube_statefulset_metadata_generation", set.getMetadata().getGeneration(), id);
    var status = set.getStatus();
    if (status == null) {
      return;
    }
    out.gauge("kube_statefulset_status_observed_generation", status.getObservedGeneration(), id);
    out.gauge("kube_statefulset_status_replicas_ready", orZero(status.getReadyReplicas()), id);
    out.gauge("kube_statefulset_status_replicas_updated", orZero(status.getUpdatedReplicas()), id);
    if (!text(status.getCurrentRevision()).isEmpty()) {
      out.info(
          "kube_statefulset_status_current_revision",
          with(id, "revision", status.getCurrentRevision()));
    }
    if (!text(status.getUpdateRevision()).isEmpty()) {
      out.info(
          "kube_statefulset_status_update_revision",
          with(id, "revision", status.getUpdateRevision()));
    }
  }

  private void daemonSet(DaemonSet set) {
    String[] id = {"namespace", namespaceOf(set), "daemonset", name(set)};
    var status = set.getStatus();
    if (status == null) {
      return;
    }
    out.gauge(
        "kube_daemonset_status_desired_number_scheduled",
        orZero(status.getDesiredNumberScheduled()),
        id);
    out.gauge(
        "kube_daemonset_status_current_number_scheduled",
        orZero(status.getCurrentNumberScheduled()),
        id);
    out.gauge(
        "kube_daemonset_status_number_misscheduled", orZero(status.getNumberMisscheduled()), id);
    out.gauge(
        "kube_daemonset_status_updated_number_scheduled",
        orZero(status.getUpdatedNumberScheduled()),
        id);
    out.gauge("kube_daemonset_status_number_available", orZero(status.getNumberAvailable()), id);
  }

  private void autoscaler(HorizontalPodAutoscaler autoscaler) {
    String[] id = {
      "namespace", namespaceOf(autoscaler), "horizontalpodautoscaler", name(autoscaler)
    };
    var spec = autoscaler.getSpec();
    out.info(
        "kube_horizontalpodautoscaler_info",
        with(
            id,
            "scaletargetref_kind",
            text(spec.getScaleTargetRef().getKind()),
            "scaletargetref_name",
            text(spec.getScaleTargetRef().getName())));
    out.gauge(
        "kube_horizontalpodautoscaler_spec_min_replicas",
        spec.getMinReplicas() == null ? 1 : spec.getMinReplicas(),
        id);
    out.gauge("kube_horizontalpodautoscaler_spec_max_replicas", spec.getMaxReplicas(), id);
    for (var metric : spec.getMetrics()) {
      if (metric.getResource() != null) {
        target(
            metric.getResource().getTarget(),
            with(id, "metric_name", metric.getResource().getName()));
      }
    }
    var status = autoscaler.getStatus();
    if (status == null) {
      return;
    }
    out.gauge(
        "kube_horizontalpodautoscaler_status_current_replicas",
        orZero(status.getCurrentReplicas()),
        id);
    out.gauge(
        "kube_horizontalpodautoscaler_status_desired_replicas",
        orZero(status.getDesiredReplicas()),
        id);
    for (HorizontalPodAutoscalerCondition condition : status.getConditions()) {
      condition(
          "kube_horizontalpodautoscaler_status_condition",
          text(condition.getStatus()),
          with(id, "condition", text(condition.getType())));
    }
  }

  private void target(@Nullable MetricTarget target, String[] id) {
    String metric = "kube_horizontalpodautoscaler_spec_target_metric";
    if (target == null) {
      return;
    }
    if (target.getAverageUtilization() != null) {
      out.gauge(
          metric, target.getAverageUtilization(), with(id, "metric_target_type", "utilization"));
    }
    if (target.getAverageValue() != null) {
      out.gauge(
          metric, Amounts.of(target.getAverageValue()), with(id, "metric_target_type", "average"));
    }
    if (target.getValue() != null) {
      out.gauge(metric, Amounts.of(target.getValue()), with(id, "metric_target_type", "value"));
    }
  }

  private void disruptionBudget(PodDisruptionBudget budget) {
    if (budget.getStatus() == null) {
      return;
    }
    String[] id = {"namespace", namespaceOf(budget), "poddisruptionbudget", name(budget)};
    out.gauge(
        "kube_poddisruptionbudget_status_current_healthy",
        orZero(budget.getStatus().getCurrentHealthy()),
        id);
    out.gauge(
        "kube_poddisruptionbudget_status_desired_healthy",
        orZero(budget.getStatus().getDesiredHealthy()),
        id);
    out.gauge(
        "kube_poddisruptionbudget_status_pod_disruptions_allowed",
        orZero(budget.getStatus().getDisruptionsAllowed()),
        id);
  }

  private static int orZero(@Nullable Integer count) {
    return count == null ? 0 : count;
  }

  private static String[] with(String[] labels, String... more) {
    String[] all = new String[labels.length + more.length];
    System.arraycopy(labels, 0, all, 0, labels.length);
    System.arraycopy(more, 0, all, labels.length, more.length);
    return all;
  }

  /// Whoever controls it, else its first owner, else null.
  static @Nullable OwnerReference owner(HasMetadata object) {
    List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
    if (owners == null || owners.isEmpty()) {
      return null;
    }
    return owners.stream()
        .filter(each -> Boolean.TRUE.equals(each.getController()))
        .findFirst()
        .orElse(owners.getFirst());
  }

  static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  static String name(HasMetadata object) {
    return text(object.getMetadata().getName());
  }

  static String namespaceOf(HasMetadata object) {
    return text(object.getMetadata().getNamespace());
  }

  private static @Nullable Double seconds(HasMetadata object) {
    return seconds(object.getMetadata().getCreationTimestamp());
  }

  private static @Nullable Double seconds(@Nullable String time) {
    return time == null || time.isEmpty()
        ? null
        : Objects.requireNonNull(Instant.parse(time)).toEpochMilli() / 1000.0;
  }
}
