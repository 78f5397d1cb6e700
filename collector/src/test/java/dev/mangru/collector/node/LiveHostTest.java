package dev.mangru.collector.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The scanners on the machine that runs the tests, compared with what its files say.
class LiveHostTest {

  private static final NodeIdentity NODE = NodeIdentity.outsideKubernetes("here", "0.1");

  @BeforeEach
  void only_on_linux() {
    assumeTrue(Files.isReadable(Path.of("/proc/stat")), "this machine has no /proc/stat");
  }

  @Test
  void the_host_is_told_as_its_files_say() throws IOException {
    try (NodeScanner scanner = new NodeScanner(HostRoots.defaults(), NODE, Ticker.SYSTEM)) {
      Instant now = Instant.now();
      Gathered host = Gathered.from(scanner, now);

      int cpus = Runtime.getRuntime().availableProcessors();
      assertThat(host.count("node_cpu_seconds_total", "mode", "idle")).isGreaterThanOrEqualTo(cpus);
      assertThat(host.value("node_memory_MemTotal_bytes")).isEqualTo(memTotal());
      assertThat(host.value("node_load1")).isGreaterThanOrEqualTo(0);
      assertThat(host.value("node_boot_time_seconds"))
          .isBetween(1.0, (double) now.getEpochSecond());
      assertThat(host.startMs("node_context_switches_total"))
          .isEqualTo((long) (host.value("node_boot_time_seconds") * 1000));
      assertThat(host.value("node_uname_info", "sysname", "Linux")).isEqualTo(1);
      assertThat(host.value("node_filefd_allocated")).isPositive();
      assertThat(host.value("node_vmstat_pgmajfault")).isNotNegative();
      assertThat(host.value("node_timex_sync_status")).isBetween(0.0, 1.0);
      assertThat(host.value("up", "job", "node-exporter", "instance", "here")).isEqualTo(1);
      for (String collector : new String[] {"stat", "meminfo", "filesystem", "timex", "netdev"}) {
        assertThat(host.value("node_scrape_collector_success", "collector", collector))
            .as(collector)
            .isEqualTo(1);
      }
      assertThat(host.samples()).hasSize(host.batch().size());
    }
  }

  @Test
  void file_systems_are_as_large_as_java_says() throws IOException {
    try (NodeScanner scanner = new NodeScanner(HostRoots.defaults(), NODE, Ticker.SYSTEM)) {
      Gathered host = Gathered.from(scanner, Instant.now());

      assumeTrue(host.has("node_filesystem_size_bytes", "mountpoint", "/"), "/ is an overlay");
      double size = host.value("node_filesystem_size_bytes", "mountpoint", "/");
      assertThat(size).isEqualTo((double) Files.getFileStore(Path.of("/")).getTotalSpace());
      assertThat(host.value("node_filesystem_files_free", "mountpoint", "/"))
          .isBetween(0.0, host.value("node_filesystem_files", "mountpoint", "/"));
      assertThat(host.value("node_filesystem_device_error", "mountpoint", "/")).isZero();
    }
  }

  @Test
  void the_cgroups_of_this_machine_are_told() throws IOException {
    assumeTrue(Files.isDirectory(Path.of("/sys/fs/cgroup")), "no cgroups are mounted here");
    try (ContainerScanner scanner =
        new ContainerScanner(HostRoots.defaults(), NODE, Ticker.SYSTEM)) {
      Gathered first = Gathered.from(scanner, Instant.now());
      Gathered second = Gathered.from(scanner, Instant.now());

      double before = first.value("container_cpu_usage_seconds_total", "id", "/");
      double after = second.value("container_cpu_usage_seconds_total", "id", "/");
      assertThat(before).isPositive();
      assertThat(after).isBetween(before, before + 60);
      assertThat(second.value("machine_memory_bytes")).isEqualTo(memTotal());
      assertThat(second.value("machine_cpu_cores")).isPositive();
      assertThat(second.value("container_memory_usage_bytes", "id", "/"))
          .isBetween(1.0, memTotal());
      assertThat(second.value("container_scrape_error")).isZero();
      assertThat(second.samples()).hasSize(second.batch().size());
    }
  }

  @Test
  void the_second_pass_repeats_the_series_of_the_first() throws IOException {
    try (NodeScanner scanner = new NodeScanner(HostRoots.defaults(), NODE, Ticker.SYSTEM)) {
      Set<Labels> first = new HashSet<>(Gathered.from(scanner, Instant.now()).samples().keySet());
      SampleBatch second = Gathered.from(scanner, Instant.now()).batch();

      int same = 0;
      for (int i = 0; i < second.size(); i++) {
        if (first.contains(second.labels(i)) && !StaleMarker.is(second.value(i))) {
          same++;
        }
      }
      assertThat((double) same).isCloseTo(second.size(), within(second.size() * 0.02));
    }
  }

  @Test
  void a_pass_costs_little_processor_time() throws IOException {
    try (NodeScanner nodes = new NodeScanner(HostRoots.defaults(), NODE, Ticker.SYSTEM);
        ContainerScanner containers =
            new ContainerScanner(HostRoots.defaults(), NODE, Ticker.SYSTEM)) {
      SampleBatch batch = new SampleBatch();
      int passes = 200;
      double[] millis = new double[2];
      int samples = 0;
      for (int i = 0; i < 2 * passes; i++) {
        batch.clear();
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        nodes.gather(Instant.now(), batch);
        long middle = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        containers.gather(Instant.now(), batch);
        long end = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        if (i >= passes) {
          millis[0] += (middle - start) / 1e6 / passes;
          millis[1] += (end - middle) / 1e6 / passes;
          samples = batch.size();
        }
      }

      System.getLogger(LiveHostTest.class.getName())
          .log(
              System.Logger.Level.INFO,
              "CPU of a pass: node {0} ms, container {1} ms, {2} samples",
              millis[0],
              millis[1],
              samples);
      // Ten times what was measured on a busy machine, so that only a real change of cost fails.
      assertThat(millis[0] + millis[1]).isLessThan(50);
    }
  }

  private static double memTotal() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/meminfo")).stream()
            .filter(each -> each.startsWith("MemTotal:"))
            .findFirst()
            .orElseThrow();
    return Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024;
  }
}
