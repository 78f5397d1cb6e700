package dev.mangru.collector.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerScannerTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final String ID = "0123456789abcdef".repeat(4);
  private static final String SANDBOX = "fedcba9876543210".repeat(4);
  private static final String UID = "11112222-3333-4444-5555-666677778888";
  private static final NodeIdentity NODE =
      new NodeIdentity("node-1", "10.0.0.1:10250", "mangru", "agent-x", "0.1");

  @TempDir Path folder;
  private Tree host;

  @BeforeEach
  void a_host() throws IOException {
    host = Tree.host(folder);
  }

  private ContainerScanner scanner() throws IOException {
    return new ContainerScanner(host.roots(), NODE, () -> 0);
  }

  private void dockerConfig() throws IOException {
    host.file(
        "var/lib/docker/containers/" + ID + "/config.v2.json",
        """
        {"Name":"/web","Created":"2026-01-01T00:00:00.5Z",
         "State":{"StartedAt":"2026-01-01T00:00:10.123456789Z","Pid":4242},
         "Config":{"Image":"mangru-test/busybox:1","Labels":{"team":"blue"}}}
        """);
  }

  @Test
  void a_docker_container_on_a_version_1_host_is_told_in_full() throws IOException {
    host.v1("/docker/" + ID, "4242\n4243\n").v1("", "1\n").process(4242);
    dockerConfig();
    try (ContainerScanner scanner = scanner()) {
      Gathered pass = Gathered.from(scanner, NOW);

      Labels labels = pass.labels("container_cpu_usage_seconds_total", "name", "web");
      assertThat((Object) labels.withoutMetricName())
          .isEqualTo(
              Labels.of(
                  "cpu", "total",
                  "id", "/docker/" + ID,
                  "image", "mangru-test/busybox:1",
                  "name", "web",
                  "job", "kubelet",
                  "metrics_path", "/metrics/cadvisor",
                  "instance", "10.0.0.1:10250",
                  "node", "node-1"));
      same_values_as_any_version(pass, "name", "web");
      assertThat(pass.value("container_cpu_system_seconds_total", "name", "web")).isEqualTo(4.0);
      assertThat(pass.value("container_spec_memory_limit_bytes", "name", "web")).isZero();
      assertThat(pass.value("container_spec_cpu_shares", "name", "web")).isEqualTo(512);
      assertThat(pass.value("container_threads_max", "name", "web")).isZero();
      assertThat(pass.value("container_memory_swap", "name", "web")).isZero();
      assertThat(
              pass.value(
                  "container_memory_failures_total",
                  "name",
                  "web",
                  "failure_type",
                  "pgfault",
                  "scope",
                  "hierarchy"))
          .isEqualTo(60);
      assertThat(pass.has("container_memory_pgscan_total", "name", "web")).isFalse();
      assertThat(pass.has("container_pressure_cpu_waiting_seconds_total")).isFalse();
      assertThat(pass.startMs("container_oom_events_total", "name", "web"))
          .isEqualTo(Instant.parse("2026-01-01T00:00:10.123Z").toEpochMilli());
    }
  }

  /// What is equal on every kind of host, because the recorded files say the same.
  private static void same_values_as_any_version(Gathered pass, String label, String value) {
    Map<String, Double> expected =
        Map.ofEntries(
            Map.entry("container_cpu_usage_seconds_total", 12.5),
            Map.entry("container_cpu_user_seconds_total", 8.0),
            Map.entry("container_cpu_cfs_periods_total", 100.0),
            Map.entry("container_cpu_cfs_throttled_periods_total", 7.0),
            Map.entry("container_cpu_cfs_throttled_seconds_total", 2.5),
            Map.entry("container_spec_cpu_quota", 50000.0),
            Map.entry("container_spec_cpu_period", 100000.0),
            Map.entry("container_memory_usage_bytes", 13e6),
            Map.entry("container_memory_working_set_bytes", 13e6 - 1024000),
            Map.entry("container_memory_max_usage_bytes", 14e6),
            Map.entry("container_memory_rss", 8192000.0),
            Map.entry("container_memory_cache", 4096000.0),
            Map.entry("container_memory_failcnt", 3.0),
            Map.entry("container_memory_workingset_refault_file_total", 12.0),
            Map.entry("container_oom_events_total", 2.0),
            Map.entry("container_processes", 2.0),
            Map.entry("container_threads", 9.0),
            Map.entry("container_file_descriptors", 2.0),
            Map.entry("container_sockets", 1.0),
            Map.entry("container_fs_reads_bytes_total", 4096.0),
            Map.entry("container_fs_writes_total", 2.0),
            Map.entry("container_network_receive_bytes_total", 1111.0),
            Map.entry("container_network_transmit_packets_dropped_total", 4.0),
            Map.entry("container_last_seen", NOW.toEpochMilli() / 1000.0));
    expected.forEach((metric, number) ->
        assertThat(pass.value(metric, label, value)).as(metric).isEqualTo(number));
    assertThat(pass.labels("container_fs_reads_total", label, value).get("device"))
        .isEqualTo("/dev/sda");
    assertThat(
            pass.labels("container_network_receive_packets_total", label, value).get("interface"))
        .isEqualTo("eth0");
  }

  @Test
  void a_pod_on_a_version_2_host_is_told_with_its_sandbox() throws IOException {
    String pod =
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod"
            + UID.replace('-', '_')
            + ".slice";
    String mount = "sys/fs/cgroup";
    host.file(mount + "/cgroup.controllers", "cpu io memory pids\n")
        .v2(mount, pod + "/cri-containerd-" + ID + ".scope", "4242\n4243\n", true)
        .v2(mount, pod + "/cri-containerd-" + SANDBOX + ".scope", "4240\n", true)
        .v2(mount, pod, "", true)
        .v2(mount, "/kubepods.slice", "", true)
        .v2(mount, "/system.slice/ssh.service", "77\n", true)
        .v2(mount, "/system.slice/dev-hugepages.mount", "", true)
        .process(4242)
        .process(4240);
    String tasks = "run/containerd/io.containerd.runtime.v2.task/k8s.io/";
    host.file(
        tasks + ID + "/config.json",
        """
        {"annotations":{"io.kubernetes.cri.container-type":"container",
         "io.kubernetes.cri.container-name":"app","io.kubernetes.cri.image-name":"reg/app:7",
         "io.kubernetes.cri.sandbox-name":"web-0","io.kubernetes.cri.sandbox-namespace":"shop"}}
        """);
    host.file(
        tasks + SANDBOX + "/config.json",
        """
        {"annotations":{"io.kubernetes.cri.container-type":"sandbox",
         "io.kubernetes.cri.image-name":"pause:3.9",
         "io.kubernetes.cri.sandbox-name":"web-0","io.kubernetes.cri.sandbox-namespace":"shop"}}
        """);
    host.file("var/log/pods/shop_web-0_" + UID + "/app/0.log", "");
    try (ContainerScanner scanner = scanner()) {
      Gathered pass = Gathered.from(scanner, NOW);

      Labels app = pass.labels("container_cpu_usage_seconds_total", "container", "app");
      assertThat(app.get("namespace")).isEqualTo("shop");
      assertThat(app.get("pod")).isEqualTo("web-0");
      assertThat(app.get("image")).isEqualTo("reg/app:7");
      assertThat(app.get("name")).isEqualTo(ID);
      assertThat(pass.value("container_memory_working_set_bytes", "container", "app"))
          .isEqualTo(13e6 - 1024000);
      assertThat(pass.value("container_cpu_system_seconds_total", "container", "app"))
          .isEqualTo(4.5);
      assertThat(pass.value("container_cpu_cfs_burst_seconds_total", "container", "app"))
          .isEqualTo(0.5);
      assertThat(pass.value("container_memory_kernel_usage", "container", "app")).isEqualTo(512000);
      assertThat(pass.value("container_memory_events_high_total", "container", "app")).isEqualTo(4);
      assertThat(pass.value("container_spec_memory_limit_bytes", "container", "app"))
          .isEqualTo(67108864);
      assertThat(pass.value("container_spec_memory_swap_limit_bytes", "container", "app")).isZero();
      assertThat(pass.value("container_pressure_memory_stalled_seconds_total", "container", "app"))
          .isEqualTo(1);
      assertThat(pass.value("container_fs_writes_bytes_total", "container", "app")).isEqualTo(8192);
      assertThat(pass.has("container_network_receive_bytes_total", "container", "app")).isFalse();

      Labels sandbox = pass.labels("container_network_receive_bytes_total", "pod", "web-0");
      assertThat(sandbox.get("image")).isEqualTo("pause:3.9");
      assertThat(sandbox.get("container")).isEmpty();
      assertThat(sandbox.get("name")).isEqualTo(SANDBOX);

      Labels podRow = pass.labels("container_threads", "id", pod);
      assertThat(podRow.get("pod")).isEqualTo("web-0");
      assertThat(podRow.get("namespace")).isEqualTo("shop");
      assertThat(podRow.has("image")).isFalse();
      assertThat(pass.has("container_fs_reads_total", "id", pod)).isFalse();
      assertThat(pass.has("container_processes", "id", pod)).isFalse();

      assertThat(pass.value("container_cpu_usage_seconds_total", "id", "/system.slice/ssh.service"))
          .isEqualTo(12.5);
      assertThat(pass.has("container_last_seen", "id", "/system.slice/dev-hugepages.mount"))
          .isFalse();
      assertThat(pass.value("container_memory_usage_bytes", "id", "/"))
          .isEqualTo((8000000.0 - 2000000) * 1024);
    }
  }

  @Test
  void a_hybrid_host_tells_pressure_from_the_unified_tree() throws IOException {
    host.v1("/docker/" + ID, "4242\n4243\n").process(4242);
    host.file("sys/fs/cgroup/unified/cgroup.controllers", "hugetlb\n")
        .v2("sys/fs/cgroup/unified", "/docker/" + ID, "4242\n4243\n", false);
    dockerConfig();
    try (ContainerScanner scanner = scanner()) {
      Gathered pass = Gathered.from(scanner, NOW);

      same_values_as_any_version(pass, "name", "web");
      assertThat(pass.value("container_pressure_cpu_waiting_seconds_total", "name", "web"))
          .isEqualTo(3);
      assertThat(pass.value("container_pressure_io_stalled_seconds_total", "name", "web"))
          .isEqualTo(1);
      assertThat(pass.value("mangru_agent_psi_available")).isEqualTo(1);
    }
  }

  @Test
  void a_container_that_goes_away_ends_with_one_stale_marker_for_each_series() throws IOException {
    host.v1("/docker/" + ID, "4242\n").v1("", "1\n").process(4242);
    dockerConfig();
    try (ContainerScanner scanner = scanner()) {
      Gathered first = Gathered.from(scanner, NOW);
      Set<Labels> series = of(first.batch(), "web", false);
      assertThat(series).hasSizeGreaterThan(40);
      for (String controller : new String[] {"cpu", "cpuacct", "memory", "pids", "blkio"}) {
        host.remove("sys/fs/cgroup/" + controller + "/docker/" + ID);
      }

      Gathered second = Gathered.from(scanner, NOW.plusSeconds(10));
      Gathered third = Gathered.from(scanner, NOW.plusSeconds(20));

      assertThat(of(second.batch(), "web", true)).isEqualTo(series);
      assertThat(of(second.batch(), "web", false)).isEmpty();
      assertThat(of(third.batch(), "web", true)).isEmpty();
      assertThat(second.has("container_cpu_usage_seconds_total", "id", "/")).isTrue();
    }
  }

  private static Set<Labels> of(SampleBatch batch, String name, boolean stale) {
    Set<Labels> found = new TreeSet<>();
    for (int i = 0; i < batch.size(); i++) {
      if (batch.labels(i).get("name").equals(name) && StaleMarker.is(batch.value(i)) == stale) {
        assertThat(found.add(batch.labels(i))).as("told once").isTrue();
      }
    }
    return found;
  }

  @Test
  void an_unnamed_container_is_held_for_30_seconds_and_then_sent_with_its_id() throws IOException {
    host.v1("/docker/" + ID, "4242\n").process(4242);
    try (ContainerScanner scanner = scanner()) {
      assertThat(Gathered.from(scanner, NOW).has("container_threads", "id", "/docker/" + ID))
          .isFalse();

      Gathered late = Gathered.from(scanner, NOW.plus(Duration.ofSeconds(30)));
      assertThat(late.value("container_threads", "id", "/docker/" + ID)).isEqualTo(9);
      assertThat(late.labels("container_threads", "id", "/docker/" + ID).has("name")).isFalse();
      assertThat(late.value("mangru_agent_unresolved_containers")).isEqualTo(1);

      dockerConfig();
      Gathered named = Gathered.from(scanner, NOW.plus(Duration.ofSeconds(40)));
      assertThat(named.value("container_threads", "name", "web")).isEqualTo(9);
      assertThat(
              StaleMarker.is(named.value("container_threads", "id", "/docker/" + ID, "name", "")))
          .isTrue();
      assertThat(named.value("mangru_agent_unresolved_containers")).isZero();
    }
  }

  @Test
  void a_name_that_cannot_be_looked_up_costs_no_other_row() throws IOException {
    host.v1("/docker/" + SANDBOX, "1\n").v1("/docker/" + ID, "4242\n").process(4242);
    dockerConfig();
    host.file("var/lib/docker/containers/" + SANDBOX + "/config.v2.json", "")
        .file("var/log/containers", "not a folder");
    Path large = folder.resolve("var/lib/docker/containers/" + SANDBOX + "/config.v2.json");
    try (FileChannel file = FileChannel.open(large, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[1]), 17L << 20);
    }
    try (ContainerScanner scanner = scanner()) {
      Gathered pass = Gathered.from(scanner, NOW);

      assertThat(pass.value("container_threads", "name", "web")).isEqualTo(9);
      assertThat(pass.value("container_scrape_error")).isZero();
    }
  }

  @Test
  void a_container_on_the_hosts_network_tells_no_network() throws IOException {
    host.v1("/docker/" + ID, "1\n");
    dockerConfig();
    try (ContainerScanner scanner = scanner()) {
      Gathered pass = Gathered.from(scanner, NOW);

      assertThat(pass.has("container_network_receive_bytes_total", "name", "web")).isFalse();
      assertThat(pass.value("container_network_receive_bytes_total", "id", "/")).isEqualTo(7000000);
    }
  }

  @Test
  void a_file_that_shrinks_or_is_not_numbers_is_not_sent() throws IOException {
    host.v1("/docker/" + ID, "4242\n").process(4242);
    dockerConfig();
    host.file("sys/fs/cgroup/memory/docker/" + ID + "/memory.usage_in_bytes", "")
        .file("sys/fs/cgroup/cpuacct/docker/" + ID + "/cpuacct.usage", "99999999999999999999999\n")
        .file("sys/fs/cgroup/memory/docker/" + ID + "/memory.stat", "total_rss\ntotal_cache x\n\0");
    try (ContainerScanner scanner = scanner()) {
      Gathered pass = Gathered.from(scanner, NOW);

      assertThat(pass.has("container_memory_usage_bytes", "name", "web")).isFalse();
      assertThat(pass.has("container_memory_working_set_bytes", "name", "web")).isFalse();
      assertThat(pass.has("container_cpu_usage_seconds_total", "name", "web")).isFalse();
      assertThat(pass.has("container_memory_rss", "name", "web")).isFalse();
      assertThat(pass.value("container_threads", "name", "web")).isEqualTo(9);
    }
  }

  @Test
  void a_file_that_cannot_be_read_leaves_the_rest_of_the_row_alone() throws IOException {
    host.v1("/docker/" + ID, "4242\n4243\n").process(4242);
    host.file("sys/fs/cgroup/unified/cgroup.controllers", "hugetlb\n")
        .v2("sys/fs/cgroup/unified", "/docker/" + ID, "4242\n4243\n", false);
    dockerConfig();
    String pressure = "sys/fs/cgroup/unified/docker/" + ID + "/cpu.pressure";
    host.remove(pressure);
    Files.createDirectories(folder.resolve(pressure));
    try (ContainerScanner scanner = scanner()) {
      for (int i = 0; i < 3; i++) {
        Gathered pass = Gathered.from(scanner, NOW.plusSeconds(10L * i));

        assertThat(pass.has("container_pressure_cpu_waiting_seconds_total")).isFalse();
        assertThat(pass.value("container_pressure_io_waiting_seconds_total", "name", "web"))
            .isEqualTo(3);
        assertThat(pass.value("container_cpu_usage_seconds_total", "name", "web")).isEqualTo(12.5);
        assertThat(pass.value("container_network_receive_bytes_total", "name", "web"))
            .isEqualTo(1111);
      }
    }
  }

  @Test
  void a_host_without_cgroups_says_so() throws IOException {
    Files.createDirectories(folder.resolve("sys/fs/cgroup"));
    try (ContainerScanner scanner = scanner()) {
      Gathered pass = Gathered.from(scanner, NOW);

      assertThat(pass.value("up")).isZero();
      assertThat(pass.value("container_scrape_error")).isEqualTo(1);
      assertThat(pass.value("machine_cpu_cores")).isEqualTo(2);
      assertThat(pass.value("machine_cpu_physical_cores")).isEqualTo(1);
      assertThat(pass.value("machine_swap_bytes")).isEqualTo(1000000.0 * 1024);
    }
  }

  @Test
  void a_host_without_proc_is_refused() {
    HostRoots nowhere = HostRoots.below(folder.resolve("nowhere"));
    assertThatThrownBy(() -> new ContainerScanner(nowhere, NODE, () -> 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("proc/stat");
  }
}
