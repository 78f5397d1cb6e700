package dev.mangru.autoscaler.playground.sim.page;

import dev.mangru.autoscaler.playground.sim.node.ContainerRun;
import dev.mangru.autoscaler.playground.sim.node.NodeUse;
import dev.mangru.autoscaler.playground.sim.node.PodRun;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// A kubelet's `/metrics/resource`, which a metrics server reads, and the little of `/metrics` that
/// the playground has.
final class ResourcePage {

  private static final double MILLI = 1000;

  private ResourcePage() {}

  static byte[] resource(List<PodRun> runs, NodeUse use) {
    PageWriter page = new PageWriter();
    page.family(
            "node_cpu_usage_seconds_total",
            "counter",
            "[STABLE] Cumulative cpu time consumed by the node in core-seconds")
        .sample("", use.cpuSeconds());
    page.family(
            "node_memory_working_set_bytes",
            "gauge",
            "[STABLE] Current working set of the node in bytes")
        .sample("", use.memoryBytes());
    containers(
        page,
        runs,
        "container_cpu_usage_seconds_total",
        "counter",
        "[STABLE] Cumulative cpu time consumed by the container in core-seconds",
        ContainerRun::cpuSeconds);
    containers(
        page,
        runs,
        "container_memory_working_set_bytes",
        "gauge",
        "[STABLE] Current working set of the container in bytes",
        ContainerRun::memoryBytes);
    containers(
        page,
        runs,
        "container_start_time_seconds",
        "gauge",
        "[STABLE] Start time of the container since unix epoch in seconds",
        container -> container.started().toEpochMilli() / MILLI);
    pods(
        page,
        runs,
        "pod_cpu_usage_seconds_total",
        "counter",
        "[STABLE] Cumulative cpu time consumed by the pod in core-seconds",
        ContainerRun::allCpuSeconds);
    pods(
        page,
        runs,
        "pod_memory_working_set_bytes",
        "gauge",
        "[STABLE] Current working set of the pod in bytes",
        ContainerRun::memoryBytes);
    page.family(
            "resource_scrape_error",
            "gauge",
            "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise")
        .sample("", 0);
    return page.bytes();
  }

  private static void containers(
      PageWriter page,
      List<PodRun> runs,
      String name,
      String type,
      String help,
      ToDoubleFunction<ContainerRun> value) {
    page.family(name, type, help);
    for (PodRun run : runs) {
      for (ContainerRun container : run.containers()) {
        if (container.phase() == ContainerRun.Phase.RUNNING) {
          page.sample(
              PageWriter.labels(
                  "container", container.name(), "namespace", run.namespace(), "pod", run.name()),
              value.applyAsDouble(container));
        }
      }
    }
  }

  private static void pods(
      PageWriter page,
      List<PodRun> runs,
      String name,
      String type,
      String help,
      ToDoubleFunction<ContainerRun> value) {
    page.family(name, type, help);
    for (PodRun run : runs) {
      double sum = run.containers().stream().mapToDouble(value).sum();
      if (!run.address().isEmpty()) {
        page.sample(PageWriter.labels("namespace", run.namespace(), "pod", run.name()), sum);
      }
    }
  }

  static byte[] kubelet(String node, List<PodRun> runs) {
    PageWriter page = new PageWriter();
    long running =
        runs.stream()
            .flatMap(run -> run.containers().stream())
            .filter(container -> container.phase() == ContainerRun.Phase.RUNNING)
            .count();
    page.family("kubelet_node_name", "gauge", "[ALPHA] The node's name. The count is always 1.")
        .sample(PageWriter.labels("node", node), 1);
    page.family(
            "kubelet_running_pods",
            "gauge",
            "[ALPHA] Number of pods that have a running pod sandbox")
        .sample("", runs.stream().filter(run -> !run.address().isEmpty()).count());
    page.family(
            "kubelet_running_containers", "gauge", "[ALPHA] Number of containers currently running")
        .sample("container_state=\"running\"", running);
    return page.bytes();
  }
}
