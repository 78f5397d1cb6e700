package dev.mangru.autoscaler.playground.sim.page;

import dev.mangru.autoscaler.playground.sim.node.ContainerRun;
import dev.mangru.autoscaler.playground.sim.node.NodeUse;
import dev.mangru.autoscaler.playground.sim.node.PodRun;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// A kubelet's `/metrics/cadvisor`: a row for each container, each pod sandbox (network), each pod
/// and the machine. Names and labels as cAdvisor's.
final class CadvisorPage {

  private static final String PAUSE = "registry.k8s.io/pause:3.10";
  private static final double MILLI = 1000;
  private static final double SHARES_PER_CORE = 1024;
  private static final double PERIOD_MICROS = 100_000;
  private static final double USER_SHARE = 0.7;
  private static final double RSS_SHARE = 0.85;
  private static final long PAUSE_BYTES = 400 << 10;

  private final PageWriter page = new PageWriter();
  private final List<Row> containers = new ArrayList<>();
  private final List<PodRow> pods = new ArrayList<>();
  private final NodeUse use;
  private final long memoryCapacityBytes;

  /// @param before labels whose names come before `cpu` and the like
  /// @param after those that come after
  private record Row(String before, String after, ContainerRun container) {

    String labels() {
      return before + "," + after;
    }

    /// With `cpu="total"`, in its place in the order of names.
    String cpuLabels() {
      return before + ",cpu=\"total\"," + after;
    }

    String with(String name, String value) {
      return before + "," + PageWriter.labels(name, value) + "," + after;
    }
  }

  private record PodRow(
      PodRun run, String pod, String podCpu, String sandbox, String sandboxNetwork) {}

  private CadvisorPage(List<PodRun> runs, NodeUse use, long memoryCapacityBytes) {
    this.use = use;
    this.memoryCapacityBytes = memoryCapacityBytes;
    for (PodRun run : runs) {
      String group = cgroup(run);
      String owner = PageWriter.labels("namespace", run.namespace(), "pod", run.name());
      boolean any = false;
      for (ContainerRun container : run.containers()) {
        if (container.phase() == ContainerRun.Phase.RUNNING) {
          any = true;
          containers.add(
              new Row(
                  PageWriter.labels("container", container.name()),
                  PageWriter.labels(
                          "id",
                          group + "/" + container.id(),
                          "image",
                          container.image(),
                          "name",
                          container.id())
                      + ","
                      + owner,
                  container));
        }
      }
      if (any) {
        String sandbox = sandboxId(run);
        String sandboxId = PageWriter.labels("id", group + "/" + sandbox, "image", PAUSE);
        String name = PageWriter.labels("name", sandbox) + "," + owner;
        String id = PageWriter.labels("id", group);
        pods.add(
            new PodRow(
                run,
                id + "," + owner,
                "cpu=\"total\"," + id + "," + owner,
                sandboxId + "," + name,
                sandboxId + ",interface=\"eth0\"," + name));
      }
    }
  }

  static String cgroup(PodRun run) {
    return switch (run.qosClass()) {
      case "Burstable" -> "/kubepods/burstable/pod" + run.uid();
      case "BestEffort" -> "/kubepods/besteffort/pod" + run.uid();
      default -> "/kubepods/pod" + run.uid();
    };
  }

  private static String sandboxId(PodRun run) {
    return run.uid().replace("-", "") + "f".repeat(32);
  }

  /// The page of one node.
  ///
  /// @param runs pods on that node
  static byte[] write(List<PodRun> runs, NodeUse use, long memoryCapacityBytes, Instant now) {
    CadvisorPage page = new CadvisorPage(runs, use, memoryCapacityBytes);
    page.cpu();
    page.memory();
    page.network();
    page.rest(now);
    return page.page.bytes();
  }

  private void each(String name, String type, String help, ToDoubleFunction<ContainerRun> value) {
    page.family(name, type, help);
    for (Row row : containers) {
      page.sample(row.labels(), value.applyAsDouble(row.container()));
    }
  }

  private void cpu() {
    page.family(
        "container_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed in seconds.");
    page.sample("cpu=\"total\",id=\"/\"", use.cpuSeconds());
    for (PodRow pod : pods) {
      double sum = 0;
      for (ContainerRun container : pod.run().containers()) {
        sum += container.allCpuSeconds();
      }
      page.sample(pod.podCpu(), sum);
    }
    containers.forEach(row -> page.sample(row.cpuLabels(), row.container().cpuSeconds()));
    each(
        "container_cpu_user_seconds_total",
        "counter",
        "Cumulative user cpu time consumed in seconds.",
        container -> container.cpuSeconds() * USER_SHARE);
    each(
        "container_cpu_system_seconds_total",
        "counter",
        "Cumulative system cpu time consumed in seconds.",
        container -> container.cpuSeconds() * (1 - USER_SHARE));
    limited(
        "container_cpu_cfs_periods_total",
        "Number of elapsed enforcement period intervals.",
        ContainerRun::periods);
    limited(
        "container_cpu_cfs_throttled_periods_total",
        "Number of throttled period intervals.",
        ContainerRun::throttledPeriods);
    limited(
        "container_cpu_cfs_throttled_seconds_total",
        "Total time duration the container has been throttled.",
        ContainerRun::throttledSeconds);
  }

  private void limited(String name, String help, ToDoubleFunction<ContainerRun> value) {
    page.family(name, "counter", help);
    for (Row row : containers) {
      if (row.container().cpuLimitCores() > 0) {
        page.sample(row.labels(), value.applyAsDouble(row.container()));
      }
    }
  }

  private void memory() {
    memory("container_memory_working_set_bytes", "Current working set in bytes.", 1);
    memory(
        "container_memory_usage_bytes",
        "Current memory usage in bytes, including all memory regardless of when it was accessed",
        1.1);
    memory("container_memory_rss", "Size of RSS in bytes.", RSS_SHARE);
    memory("container_memory_cache", "Number of bytes of page cache memory.", 1.1 - RSS_SHARE);
    each("container_memory_swap", "gauge", "Container swap usage in bytes.", _ -> 0);
    each(
        "container_oom_events_total",
        "counter",
        "Count of out of memory events observed for the container",
        ContainerRun::outOfMemory);
  }

  private void memory(String name, String help, double factor) {
    page.family(name, "gauge", help);
    page.sample("id=\"/\"", Math.rint(use.memoryBytes() * factor));
    for (PodRow pod : pods) {
      long sum = PAUSE_BYTES;
      for (ContainerRun container : pod.run().containers()) {
        sum += container.memoryBytes();
      }
      page.sample(pod.pod(), Math.rint(sum * factor));
      page.sample(pod.sandbox(), Math.rint(PAUSE_BYTES * factor));
    }
    for (Row row : containers) {
      page.sample(row.labels(), Math.rint(row.container().memoryBytes() * factor));
    }
  }

  private void network() {
    network("receive_bytes", "Cumulative count of bytes received", ContainerRun::receivedBytes);
    network(
        "receive_packets", "Cumulative count of packets received", ContainerRun::receivedPackets);
    network(
        "receive_packets_dropped", "Cumulative count of packets dropped while receiving", _ -> 0);
    network("transmit_bytes", "Cumulative count of bytes transmitted", ContainerRun::sentBytes);
    network(
        "transmit_packets", "Cumulative count of packets transmitted", ContainerRun::sentPackets);
    network(
        "transmit_packets_dropped",
        "Cumulative count of packets dropped while transmitting",
        _ -> 0);
  }

  private void network(String what, String help, ToDoubleFunction<ContainerRun> value) {
    page.family("container_network_" + what + "_total", "counter", help);
    for (PodRow pod : pods) {
      double sum = 0;
      for (ContainerRun container : pod.run().containers()) {
        sum += value.applyAsDouble(container);
      }
      page.sample(pod.sandboxNetwork(), sum);
    }
  }

  private void rest(Instant now) {
    page.family("container_fs_writes_bytes_total", "counter", "Cumulative count of bytes written");
    for (Row row : containers) {
      page.sample(row.with("device", "/dev/vda"), row.container().writtenBytes());
    }
    each(
        "container_processes",
        "gauge",
        "Number of processes running inside the container.",
        _ -> 1);
    each(
        "container_start_time_seconds",
        "gauge",
        "Start time of the container since unix epoch in seconds.",
        container -> container.started().toEpochMilli() / MILLI);
    each(
        "container_last_seen",
        "gauge",
        "Last time a container was seen by the exporter",
        _ -> now.getEpochSecond());
    each("container_spec_cpu_period", "gauge", "CPU period of the container.", _ -> PERIOD_MICROS);
    page.family("container_spec_cpu_quota", "gauge", "CPU quota of the container.");
    for (Row row : containers) {
      if (row.container().cpuLimitCores() > 0) {
        page.sample(row.labels(), Math.rint(row.container().cpuLimitCores() * PERIOD_MICROS));
      }
    }
    each(
        "container_spec_cpu_shares",
        "gauge",
        "CPU share of the container.",
        container -> Math.max(2, Math.floor(container.cpuRequestCores() * SHARES_PER_CORE)));
    each(
        "container_spec_memory_limit_bytes",
        "gauge",
        "Memory limit for the container.",
        ContainerRun::memoryLimitBytes);
    page.family("container_scrape_error", "gauge", "1 if there was an error, 0 otherwise")
        .sample("", 0);
    page.family("machine_cpu_cores", "gauge", "Number of logical CPU cores.")
        .sample("", Math.rint(use.cores()));
    page.family("machine_memory_bytes", "gauge", "Amount of memory installed on the machine.")
        .sample("", memoryCapacityBytes);
  }
}
