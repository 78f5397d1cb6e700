package dev.mangru.collector.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/// The scanner beside a real Docker daemon, on this machine's own cgroups.
///
/// Needs the local image `mangru-test/busybox:1`, since no registry is asked: `tar -C <folder with
/// bin/busybox and its links> -c . | docker import -c 'CMD ["/bin/sh"]' - mangru-test/busybox:1`,
/// and, in the environment, `TESTCONTAINERS_RYUK_DISABLED=true` and
/// `TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1`.
@Tag("docker") // Reason: starts containers, which takes a daemon and root.
@Timeout(120)
class ContainerScannerDockerTest {

  private static final DockerImageName IMAGE = DockerImageName.parse("mangru-test/busybox:1");

  @BeforeAll
  static void a_daemon_is_there() {
    boolean socket = Files.exists(Path.of("/var/run/docker.sock"));
    String host = System.getenv("DOCKER_HOST");
    assumeTrue(socket || host != null, "no Docker: neither /var/run/docker.sock nor DOCKER_HOST");
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(), "Docker does not answer at " + host);
  }

  private static HostRoots roots() {
    HostRoots here = HostRoots.defaults();
    String dataRoot = DockerClientFactory.instance().client().infoCmd().exec().getDockerRootDir();
    return new HostRoots(
        here.proc(),
        here.sys(),
        here.cgroup(),
        here.rootfs(),
        Path.of(dataRoot),
        here.run(),
        here.log());
  }

  @Test
  void a_busy_container_is_told_as_it_is_and_ends_with_stale_markers() throws IOException {
    NodeIdentity node = NodeIdentity.outsideKubernetes("here", "0.1");
    String name = "mangru-burner-" + ProcessHandle.current().pid();
    try (ContainerScanner scanner = new ContainerScanner(roots(), node, Ticker.SYSTEM);
        GenericContainer<?> burner =
            new GenericContainer<>(IMAGE)
                .withCommand("/bin/sh", "-c", "while true; do :; done")
                .withLabel("mangru.test", "scanner")
                .withCreateContainerCmdModifier(command -> command.withName(name))) {
      burner.start();
      Gathered first = Gathered.from(scanner, Instant.now());
      double before = first.value("container_cpu_usage_seconds_total", "name", name);
      Gathered second = first;
      Instant end = Instant.now().plus(Duration.ofSeconds(20));
      while (second.value("container_cpu_usage_seconds_total", "name", name) < before + 1
          && Instant.now().isBefore(end)) {
        Thread.onSpinWait();
        second = Gathered.from(scanner, Instant.now());
      }

      assertThat(second.value("container_cpu_usage_seconds_total", "name", name))
          .isGreaterThanOrEqualTo(before + 1);
      assertThat(second.labels("container_memory_usage_bytes", "name", name).get("image"))
          .isEqualTo(IMAGE.toString());
      String id = second.labels("container_memory_usage_bytes", "name", name).get("id");
      assertThat(id).endsWith(burner.getContainerId());
      double told = second.value("container_memory_usage_bytes", "name", name);
      assertThat(told).isCloseTo(memoryOf(id), within(told * 0.01));
      assertThat(second.value("container_processes", "name", name)).isEqualTo(1);
      assertThat(second.value("container_start_time_seconds", "name", name))
          .isCloseTo((double) Instant.now().getEpochSecond(), within(90.0));

      int series = second.count("container_last_seen", "name", name);
      assertThat(series).isEqualTo(1);
      burner.stop();
      Gathered gone = Gathered.from(scanner, Instant.now());
      assertThat(StaleMarker.is(gone.value("container_cpu_usage_seconds_total", "name", name)))
          .isTrue();
      assertThat(StaleMarker.is(gone.value("container_memory_usage_bytes", "name", name))).isTrue();
      Gathered after = Gathered.from(scanner, Instant.now());
      assertThat(after.has("container_cpu_usage_seconds_total", "name", name)).isFalse();
    }
  }

  /// What the kernel says of the same cgroup, read by hand.
  private static double memoryOf(String id) throws IOException {
    Path v1 = Path.of("/sys/fs/cgroup/memory" + id + "/memory.usage_in_bytes");
    Path v2 = Path.of("/sys/fs/cgroup" + id + "/memory.current");
    return Double.parseDouble(Files.readString(Files.exists(v1) ? v1 : v2).strip());
  }
}
