package dev.mangru.collector.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeScannerTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final NodeIdentity NODE =
      new NodeIdentity("node-1", "10.0.0.1:10250", "mangru", "agent-x", "0.1");

  @TempDir Path folder;
  private Tree host;

  @BeforeEach
  void a_host() throws IOException {
    host =
        Tree.host(folder)
            .file(
                "proc/diskstats",
                """
                   8       0 sda 10 1 200 3000 20 2 400 5000 1 6000 7000 1 2 3 4000 5 6000
                   8       1 sda1 1 1 1 1 1 1 1 1 1 1 1
                   7       0 loop0 1 1 1 1 1 1 1 1 1 1 1
                """)
            .file("proc/vmstat", "nr_free_pages 1\npgmajfault 77\noom_kill 1\npgmajfaults 9\n")
            .file("proc/sys/fs/file-nr", "1056\t0\t9223372036854775807\n")
            .file("proc/sys/net/netfilter/nf_conntrack_count", "12\n")
            .file("proc/sys/net/netfilter/nf_conntrack_max", "262144\n")
            .file(
                "proc/net/snmp",
                """
                Ip: Forwarding DefaultTTL
                Ip: 1 64
                Tcp: RetransSegs OutSegs MaxConn
                Tcp: 5 600 -1
                """)
            .file("proc/net/netstat", "TcpExt: SyncookiesSent TCPSynRetrans\nTcpExt: 0 3\n")
            .file("proc/net/snmp6", "Udp6InErrors 4\nIp6InReceives 1\n")
            .file(
                "proc/net/sockstat", "sockets: used 16\nTCP: inuse 1 orphan 0 tw 2 alloc 3 mem 5\n")
            .file("proc/pressure/memory", "some avg10=0.00 total=2500000\nfull total=500000\n")
            .file("sys/class/net/eth0/operstate", "up\n")
            .file("sys/class/net/eth0/mtu", "1500\n")
            .file("sys/class/net/eth0/speed", "1000\n")
            .file("sys/class/net/eth0/carrier_changes", "2\n")
            .file("sys/class/net/bond0/operstate", "down\n")
            .file("sys/class/net/bond0/speed", "-1\n")
            .file("sys/class/net/bond0/bonding/slaves", "eth0 eth1\n")
            .file("sys/class/net/eth0/bonding_slave/mii_status", "up\n")
            .file("sys/block/md0/md/raid_disks", "3\n")
            .file("sys/block/md0/md/dev-sda/state", "in_sync\n")
            .file("sys/block/md0/md/dev-sdb/state", "faulty\n");
  }

  private Gathered pass() throws IOException {
    try (NodeScanner scanner = new NodeScanner(host.roots(), NODE, () -> 0, null)) {
      return Gathered.from(scanner, NOW);
    }
  }

  @Test
  void every_sample_is_of_the_node_and_of_the_agents_pod() throws IOException {
    Gathered pass = pass();

    for (Labels series : pass.samples().keySet()) {
      assertThat(series.get("job")).isEqualTo("node-exporter");
      assertThat(series.get("instance")).isEqualTo("node-1");
      assertThat(series.get("namespace")).isEqualTo("mangru");
      assertThat(series.get("pod")).isEqualTo("agent-x");
    }
    assertThat(pass.batch().metadata()).containsKey("node_cpu_seconds_total");
  }

  @Test
  void processors_are_told_by_mode_in_seconds() throws IOException {
    Gathered pass = pass();

    assertThat(pass.value("node_cpu_seconds_total", "cpu", "1", "mode", "user")).isEqualTo(2);
    assertThat(pass.value("node_cpu_seconds_total", "cpu", "0", "mode", "steal")).isEqualTo(0.01);
    assertThat(pass.value("node_cpu_guest_seconds_total", "cpu", "0", "mode", "nice"))
        .isEqualTo(0.06);
    assertThat(pass.count("node_cpu_seconds_total")).isEqualTo(16);
    assertThat(pass.startMs("node_cpu_seconds_total", "cpu", "0", "mode", "idle"))
        .isEqualTo(1_700_000_000_000L);
    assertThat(pass.value("node_context_switches_total")).isEqualTo(67890);
    assertThat(pass.value("node_intr_total")).isEqualTo(12345);
    assertThat(pass.value("node_procs_blocked")).isEqualTo(1);
    assertThat(pass.value("node_load15")).isEqualTo(1.75);
  }

  @Test
  void memory_is_told_in_bytes_and_pages_in_pages() throws IOException {
    Gathered pass = pass();

    assertThat(pass.value("node_memory_MemAvailable_bytes")).isEqualTo(5000000.0 * 1024);
    assertThat(pass.value("node_memory_Active_anon_bytes")).isEqualTo(12345.0 * 1024);
    assertThat(pass.value("node_memory_HugePages_Total")).isEqualTo(3);
  }

  @Test
  void disks_are_told_without_partitions_and_loops() throws IOException {
    Gathered pass = pass();

    assertThat(pass.value("node_disk_read_bytes_total", "device", "sda")).isEqualTo(200 * 512);
    assertThat(pass.value("node_disk_written_bytes_total", "device", "sda")).isEqualTo(400 * 512);
    assertThat(pass.value("node_disk_io_time_seconds_total", "device", "sda")).isEqualTo(6);
    assertThat(pass.value("node_disk_io_time_weighted_seconds_total", "device", "sda"))
        .isEqualTo(7);
    assertThat(pass.value("node_disk_flush_requests_time_seconds_total", "device", "sda"))
        .isEqualTo(6);
    assertThat(pass.count("node_disk_io_now")).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "sda, false", "sda1, true", "nvme0n1, false", "nvme0n1p2, true", "vda, false", "vda15, true",
    "dm-0, false", "md0, false", "loop3, true", "zram0, true", "ram1, true", "sr0, false",
    "mmcblk0, false", "xvdb, false", "xvdb2, true"
  })
  void a_partition_is_not_a_disk(String device, boolean ignored) {
    assertThat(DiskCollector.isIgnored(device)).isEqualTo(ignored);
  }

  @Test
  void networks_are_told_without_containers_ends() throws IOException {
    Gathered pass = pass();

    assertThat(pass.value("node_network_receive_bytes_total", "device", "eth0")).isEqualTo(7000000);
    assertThat(pass.value("node_network_transmit_drop_total", "device", "eth0")).isEqualTo(8);
    assertThat(pass.value("node_network_transmit_compressed_total", "device", "eth0"))
        .isEqualTo(12);
    assertThat(pass.has("node_network_receive_bytes_total", "device", "vethabc")).isFalse();
    assertThat(pass.value("node_network_up", "device", "eth0")).isEqualTo(1);
    assertThat(pass.value("node_network_up", "device", "bond0")).isZero();
    assertThat(pass.value("node_network_speed_bytes", "device", "eth0")).isEqualTo(125e6);
    assertThat(pass.has("node_network_speed_bytes", "device", "bond0")).isFalse();
    assertThat(pass.value("node_bonding_slaves", "master", "bond0")).isEqualTo(2);
    assertThat(pass.value("node_bonding_active", "master", "bond0")).isEqualTo(1);
    assertThat(pass.value("node_netstat_Tcp_RetransSegs")).isEqualTo(5);
    assertThat(pass.value("node_netstat_TcpExt_TCPSynRetrans")).isEqualTo(3);
    assertThat(pass.value("node_netstat_Udp6_InErrors")).isEqualTo(4);
    assertThat(pass.value("node_sockstat_sockets_used")).isEqualTo(16);
    assertThat(pass.value("node_sockstat_TCP_mem_bytes")).isEqualTo(5 * 4096);
  }

  @Test
  void the_kernels_other_numbers_are_told() throws IOException {
    Gathered pass = pass();

    assertThat(pass.value("node_vmstat_pgmajfault")).isEqualTo(77);
    assertThat(pass.value("node_filefd_allocated")).isEqualTo(1056);
    assertThat(pass.value("node_nf_conntrack_entries_limit")).isEqualTo(262144);
    assertThat(pass.value("node_pressure_memory_waiting_seconds_total")).isEqualTo(2.5);
    assertThat(pass.value("node_pressure_memory_stalled_seconds_total")).isEqualTo(0.5);
    assertThat(pass.value("node_pressure_cpu_waiting_seconds_total")).isEqualTo(5);
    assertThat(pass.has("node_pressure_io_waiting_seconds_total")).isFalse();
    assertThat(pass.value("node_md_disks", "device", "md0", "state", "failed")).isEqualTo(1);
    assertThat(pass.value("node_md_disks_required", "device", "md0")).isEqualTo(3);
    assertThat(pass.value("node_time_seconds")).isEqualTo(NOW.toEpochMilli() / 1000.0);
    assertThat(pass.value("node_uname_info", "release", "6.1.0-56-cloud-amd64")).isEqualTo(1);
    assertThat(pass.value("node_os_info", "id", "debian", "pretty_name", "Debian GNU/Linux 12"))
        .isEqualTo(1);
  }

  @Test
  void a_collector_that_fails_says_so_and_leaves_the_others_alone() throws IOException {
    host.remove("proc/loadavg");
    Gathered pass = pass();

    assertThat(pass.value("node_scrape_collector_success", "collector", "loadavg")).isZero();
    assertThat(pass.value("node_scrape_collector_success", "collector", "meminfo")).isEqualTo(1);
    assertThat(pass.has("node_load1")).isFalse();
    assertThat(pass.has("node_memory_MemTotal_bytes")).isTrue();
  }

  @Test
  void a_device_that_is_pulled_out_ends_with_stale_markers() throws IOException {
    try (NodeScanner scanner = new NodeScanner(host.roots(), NODE, () -> 0, null)) {
      Gathered.from(scanner, NOW);
      host.remove("sys/class/net/eth0");

      Gathered second = Gathered.from(scanner, NOW.plusSeconds(10));

      assertThat(StaleMarker.is(second.value("node_network_up", "device", "eth0"))).isTrue();
      Gathered third = Gathered.from(scanner, NOW.plusSeconds(20));
      assertThat(third.has("node_network_up", "device", "eth0")).isFalse();
    }
  }

  @Test
  void mounts_worth_watching_are_told_apart(@TempDir Path other) throws IOException {
    Path file = other.resolve("mountinfo");
    java.nio.file.Files.writeString(
        file,
        """
        22 27 0:21 / /proc rw,relatime - proc proc rw
        27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
        28 27 0:25 / /mnt/with\\040space ro,nosuid shared:1 master:2 - xfs /dev/vdb1 rw
        29 27 0:26 / /var/lib/docker/overlay2/x/merged rw - xfs /dev/vdb1 rw
        30 27 0:27 / /data rw - nfs4 server:/export ro,vers=4
        31 27 0:27 / /data rw - nfs4 server:/export rw,vers=4
        broken
        """);
    FileBytes bytes = new FileBytes();
    assertThat(bytes.load(file)).isTrue();

    assertThat(Mount.parse(bytes))
        .isEqualTo(
            List.of(
                new Mount("/dev/vda", "/", "ext4", false),
                new Mount("/dev/vdb1", "/mnt/with space", "xfs", true),
                new Mount("server:/export", "/data", "nfs4", true)));
  }
}
