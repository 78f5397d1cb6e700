package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/// A host's `/proc`, `/sys` and others, written by hand below one folder.
record Tree(Path root) {

  HostRoots roots() {
    return HostRoots.below(root);
  }

  /// Writes a file, with what stands above it.
  Tree file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return this;
  }

  /// Makes a link that may point to nowhere, as those of `/proc/<pid>/ns` do.
  Tree link(String path, String target) throws IOException {
    Path link = root.resolve(path);
    Files.createDirectories(link.getParent());
    if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
      Files.createSymbolicLink(link, Path.of(target));
    }
    return this;
  }

  /// Removes a folder and all in it.
  void remove(String path) throws IOException {
    try (Stream<Path> all = Files.walk(root.resolve(path))) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /// What every host has: a boot time, memory, processors, and a network.
  static Tree host(Path root) throws IOException {
    return new Tree(root)
        .file(
            "proc/stat",
            """
            cpu  300 20 100 4000 50 0 7 3 0 0
            cpu0 100 10 40 2000 20 0 3 1 5 6
            cpu1 200 10 60 2000 30 0 4 2 0 0
            intr 12345 0 1 2
            ctxt 67890
            btime 1700000000
            processes 4321
            procs_running 2
            procs_blocked 1
            softirq 5 1 2
            """)
        .file(
            "proc/meminfo",
            """
            MemTotal:        8000000 kB
            MemFree:         2000000 kB
            MemAvailable:    5000000 kB
            Active(anon):      12345 kB
            HugePages_Total:       3
            SwapTotal:       1000000 kB
            """)
        .file("proc/loadavg", "0.25 0.50 1.75 2/300 4567\n")
        .file("proc/sys/kernel/osrelease", "6.1.0-56-cloud-amd64\n")
        .file("proc/sys/kernel/ostype", "Linux\n")
        .file("proc/sys/kernel/hostname", "node-1\n")
        .file("etc/os-release", "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n")
        .file("sys/devices/system/cpu/online", "0-1\n")
        .file("sys/devices/system/cpu/cpu0/topology/physical_package_id", "0\n")
        .file("sys/devices/system/cpu/cpu0/topology/core_id", "0\n")
        .file("sys/devices/system/cpu/cpu1/topology/physical_package_id", "0\n")
        .file("sys/devices/system/cpu/cpu1/topology/core_id", "0\n")
        .file(
            "proc/1/net/dev",
            """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets
                lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
              eth0: 7000000   5000    1    2    3     4          5         6  8000000    6000    7    8    9    10      11         12
            vethabc:     55       1    0    0    0     0          0         0       66       1    0    0    0     0       0          0
            """)
        .link("proc/1/ns/net", "net:[1]")
        .link("sys/dev/block/8:0", "../../block/sda")
        .file("proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=5000000\n");
  }

  /// A process of a container with a network of its own.
  Tree process(int pid) throws IOException {
    return file(
            "proc/" + pid + "/stat",
            pid + " (my (odd) name) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 12300 1000 10 0\n")
        .file(
            "proc/" + pid + "/net/dev",
            """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets
                lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
              eth0:    1111      11    1    2    0     0          0         0     2222      22    3    4    0     0       0          0
            """)
        .link("proc/" + pid + "/ns/net", "net:[2]")
        .link("proc/" + pid + "/fd/0", "/dev/null")
        .link("proc/" + pid + "/fd/1", "socket:[4711]");
  }

  /// A version 1 cgroup with the files the scanner reads, as kernel 6.x writes them.
  Tree v1(String path, String processes) throws IOException {
    return file("sys/fs/cgroup/cpuacct" + path + "/cpuacct.usage", "12500000000\n")
        .file("sys/fs/cgroup/cpuacct" + path + "/cpuacct.stat", "user 800\nsystem 400\n")
        .file("sys/fs/cgroup/cpuacct" + path + "/cgroup.procs", processes)
        .file(
            "sys/fs/cgroup/cpu" + path + "/cpu.stat",
            "nr_periods 100\nnr_throttled 7\nthrottled_time 2500000000\nnr_bursts 0\nburst_time 0\n")
        .file("sys/fs/cgroup/cpu" + path + "/cpu.cfs_quota_us", "50000\n")
        .file("sys/fs/cgroup/cpu" + path + "/cpu.cfs_period_us", "100000\n")
        .file("sys/fs/cgroup/cpu" + path + "/cpu.shares", "512\n")
        .file(
            "sys/fs/cgroup/memory" + path + "/memory.stat",
            """
            cache 1
            rss 2
            rss_huge 0
            mapped_file 3
            pgfault 50
            pgmajfault 5
            inactive_file 4
            hierarchical_memory_limit 9223372036854771712
            total_cache 4096000
            total_rss 8192000
            total_rss_huge 0
            total_mapped_file 102400
            total_dirty 4096
            total_writeback 8192
            total_workingset_refault_anon 11
            total_workingset_refault_file 12
            total_swap 0
            total_pgfault 60
            total_pgmajfault 6
            total_inactive_file 1024000
            total_active_file 2048000
            """)
        .file("sys/fs/cgroup/memory" + path + "/memory.usage_in_bytes", "13000000\n")
        .file("sys/fs/cgroup/memory" + path + "/memory.max_usage_in_bytes", "14000000\n")
        .file("sys/fs/cgroup/memory" + path + "/memory.failcnt", "3\n")
        .file("sys/fs/cgroup/memory" + path + "/memory.limit_in_bytes", "9223372036854771712\n")
        .file("sys/fs/cgroup/memory" + path + "/memory.soft_limit_in_bytes", "33554432\n")
        .file(
            "sys/fs/cgroup/memory" + path + "/memory.oom_control",
            "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n")
        .file("sys/fs/cgroup/pids" + path + "/cgroup.procs", processes)
        .file("sys/fs/cgroup/pids" + path + "/pids.current", "9\n")
        .file("sys/fs/cgroup/pids" + path + "/pids.max", "max\n")
        .file(
            "sys/fs/cgroup/blkio" + path + "/blkio.throttle.io_service_bytes_recursive",
            "8:0 Read 4096\n8:0 Write 8192\n8:0 Sync 0\nTotal 12288\n")
        .file(
            "sys/fs/cgroup/blkio" + path + "/blkio.throttle.io_serviced_recursive",
            "8:0 Read 1\n8:0 Write 2\nTotal 3\n");
  }

  /// The unified tree's files of a cgroup, below `mount`: a version 2 host's, or a hybrid one's.
  Tree v2(String mount, String path, String processes, boolean controllers) throws IOException {
    String folder = mount + path + "/";
    file(folder + "cgroup.procs", processes);
    file(
        folder + "cpu.stat",
        """
        usage_usec 12500000
        user_usec 8000000
        system_usec 4500000
        nr_periods 100
        nr_throttled 7
        throttled_usec 2500000
        nr_bursts 1
        burst_usec 500000
        """);
    String stall =
        """
        some avg10=0.00 avg60=0.10 avg300=1.00 total=3000000
        full avg10=0.00 avg60=0.00 avg300=0.00 total=1000000
        """;
    file(folder + "cpu.pressure", stall);
    file(folder + "memory.pressure", stall);
    file(folder + "io.pressure", stall);
    if (controllers) {
      file(folder + "cpu.max", "50000 100000\n");
      file(folder + "memory.current", "13000000\n");
      file(folder + "memory.peak", "14000000\n");
      file(folder + "memory.max", "67108864\n");
      file(folder + "memory.low", "0\n");
      file(folder + "memory.swap.current", "4096\n");
      file(folder + "memory.swap.max", "max\n");
      file(folder + "memory.events", "low 0\nhigh 4\nmax 3\noom 2\noom_kill 2\n");
      file(
          folder + "memory.stat",
          """
          anon 8192000
          file 4096000
          kernel 512000
          file_mapped 102400
          file_dirty 4096
          file_writeback 8192
          inactive_file 1024000
          active_file 2048000
          workingset_refault_anon 11
          workingset_refault_file 12
          pgscan 70
          pgsteal 60
          pgfault 50
          pgmajfault 5
          """);
      file(folder + "pids.current", "9\n");
      file(folder + "pids.max", "100\n");
      file(folder + "io.stat", "8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n7:1 \n");
    }
    return this;
  }
}
