package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// `machine_*` and versions: what the machine has, as cAdvisor tells it. Confined to the scanner's
/// thread.
final class MachineFacts {

  private final HostRoots roots;
  private final FileBytes bytes;
  private final String version;
  private final Map<String, String> os;

  /// Processors come and go with hot plugging only, and cost a dozen files to count.
  private static final long COUNT_EVERY_MS = 300_000;

  private long countedMs;
  private long online = -1;
  private final Set<String> cores = new HashSet<>();
  private final Set<String> sockets = new HashSet<>();
  private String kernel = "";

  MachineFacts(HostRoots roots, FileBytes bytes, String version) throws IOException {
    this.roots = roots;
    this.bytes = bytes;
    this.version = version;
    this.os = IdentityCollector.osRelease(roots.rootfs(), bytes);
  }

  void write(SeriesBook.Group machine, long nowMs) throws IOException {
    if (countedMs == 0 || nowMs - countedMs >= COUNT_EVERY_MS) {
      countedMs = nowMs;
      countProcessors();
      Path release = roots.proc().resolve("sys/kernel/osrelease");
      kernel = bytes.load(release) ? bytes.line() : "";
    }
    machine.count(ContainerFamilies.MACHINE_CORES, online);
    machine.count(ContainerFamilies.MACHINE_PHYSICAL_CORES, cores.isEmpty() ? -1 : cores.size());
    machine.count(ContainerFamilies.MACHINE_SOCKETS, sockets.isEmpty() ? -1 : sockets.size());
    memory(machine);
    machine.info(
        ContainerFamilies.VERSION,
        "kernelVersion",
        kernel,
        "osVersion",
        os.getOrDefault("PRETTY_NAME", ""),
        "cadvisorVersion",
        version);
  }

  private void countProcessors() throws IOException {
    Path cpus = roots.sys().resolve("devices/system/cpu");
    online = bytes.load(cpus.resolve("online")) ? count(bytes.line()) : -1;
    cores.clear();
    sockets.clear();
    if (Files.isDirectory(cpus)) {
      try (DirectoryStream<Path> folders = Files.newDirectoryStream(cpus, "cpu[0-9]*")) {
        for (Path folder : folders) {
          Path topology = folder.resolve("topology");
          if (bytes.load(topology.resolve("physical_package_id"))) {
            String socket = bytes.line();
            sockets.add(socket);
            if (bytes.load(topology.resolve("core_id"))) {
              cores.add(socket + ":" + bytes.line());
            }
          }
        }
      }
    }
  }

  private void memory(SeriesBook.Group machine) throws IOException {
    if (!bytes.load(roots.proc().resolve("meminfo"))) {
      return;
    }
    while (bytes.hasMore()) {
      if (bytes.skipIf("MemTotal:")) {
        machine.count(ContainerFamilies.MACHINE_MEMORY, kilobytes());
      } else if (bytes.skipIf("SwapTotal:")) {
        machine.count(ContainerFamilies.MACHINE_SWAP, kilobytes());
      }
      bytes.nextLine();
    }
  }

  /// Memory in use by all: the root of a version 2 tree has no file for it. -1 when unknown.
  long usedBytes() throws IOException {
    long total = -1;
    long free = -1;
    if (bytes.load(roots.proc().resolve("meminfo"))) {
      while (bytes.hasMore()) {
        if (bytes.skipIf("MemTotal:")) {
          total = kilobytes();
        } else if (bytes.skipIf("MemFree:")) {
          free = kilobytes();
        }
        bytes.nextLine();
      }
    }
    return total >= 0 && free >= 0 ? total - free : -1;
  }

  private long kilobytes() {
    long value = bytes.number();
    return value < 0 ? -1 : value * 1024;
  }

  /// How many numbers a list such as `0-3,8` holds; -1 when it is no such list.
  static long count(String list) {
    long count = 0;
    for (String range : list.split(",", -1)) {
      int dash = range.indexOf('-');
      try {
        long first = Long.parseLong(dash < 0 ? range : range.substring(0, dash));
        long last = dash < 0 ? first : Long.parseLong(range.substring(dash + 1));
        count += last - first + 1;
      } catch (NumberFormatException _) {
        return -1;
      }
    }
    return count;
  }
}
