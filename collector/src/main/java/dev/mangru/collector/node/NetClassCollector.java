package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/// `/sys/class/net`: the state of each interface, and the health of bonds.
final class NetClassCollector implements HostCollector {

  private static final Family UP =
      Family.gauge("node_network_up", "1 if the operational state is up, 0 otherwise.");
  private static final Family CARRIER =
      Family.gauge("node_network_carrier", "Whether the link has a carrier.");
  private static final Family MTU =
      Family.gauge("node_network_mtu_bytes", "Largest packet of the interface.");
  private static final Family SPEED =
      Family.gauge("node_network_speed_bytes", "Speed of the link, bytes a second.");
  private static final Family CHANGES =
      Family.counter("node_network_carrier_changes_total", "How often the carrier came or went.");
  private static final Family INFO =
      Family.gauge("node_network_info", "Facts of the interface, value is always 1.");
  private static final Family SLAVES =
      Family.gauge("node_bonding_slaves", "Number of configured slaves of a bond.");
  private static final Family ACTIVE =
      Family.gauge("node_bonding_active", "Number of active slaves of a bond.");

  /// The kernel counts speed in millions of bits a second.
  private static final double BYTES_PER_MEGABIT = 1_000_000 / 8.0;

  private final Path classNet;
  private final FileBytes bytes;

  /// By path; the files of interfaces that are gone are closed after the pass that misses them.
  private final Map<Path, KeptFile> files = new HashMap<>();

  private final Set<Path> used = new HashSet<>();

  NetClassCollector(Path sys, FileBytes bytes) {
    this.classNet = sys.resolve("class/net");
    this.bytes = bytes;
  }

  @Override
  public String name() {
    return "netclass";
  }

  @Override
  public void collect(SeriesBook.Group host, long nowMs) throws IOException {
    if (!Files.isDirectory(classNet)) {
      return;
    }
    used.clear();
    try (DirectoryStream<Path> devices = Files.newDirectoryStream(classNet)) {
      for (Path path : devices) {
        String device = path.getFileName().toString();
        if (Files.isDirectory(path) && !NetworkCollector.isContainerEnd(device)) {
          device(host, device, path);
        }
      }
    }
    Iterator<KeptFile> all = files.values().iterator();
    while (all.hasNext()) {
      KeptFile file = all.next();
      if (!used.contains(file.path())) {
        file.close();
        all.remove();
      }
    }
  }

  private void device(SeriesBook.Group host, String device, Path path) throws IOException {
    String state = text(path.resolve("operstate"));
    host.write(UP, "device", device, state.isEmpty() ? Double.NaN : state.equals("up") ? 1 : 0);
    host.write(CARRIER, "device", device, number(path.resolve("carrier")));
    host.write(MTU, "device", device, number(path.resolve("mtu")));
    host.write(CHANGES, "device", device, number(path.resolve("carrier_changes")));
    double megabits = number(path.resolve("speed"));
    host.write(SPEED, "device", device, megabits * BYTES_PER_MEGABIT);
    host.info(
        INFO,
        "device",
        device,
        "address",
        text(path.resolve("address")),
        "broadcast",
        text(path.resolve("broadcast")),
        "duplex",
        text(path.resolve("duplex")),
        "ifalias",
        text(path.resolve("ifalias")),
        "operstate",
        state);
    if (Files.isDirectory(path.resolve("bonding"))) {
      String slaves = text(path.resolve("bonding/slaves"));
      int configured = 0;
      int active = 0;
      for (String slave : slaves.isEmpty() ? new String[0] : slaves.split(" ", -1)) {
        configured++;
        if (text(classNet.resolve(slave).resolve("bonding_slave/mii_status")).equals("up")) {
          active++;
        }
      }
      host.write(SLAVES, "master", device, configured);
      host.write(ACTIVE, "master", device, active);
    }
  }

  private String text(Path file) {
    try {
      used.add(file);
      return files.computeIfAbsent(file, KeptFile::new).read(bytes) ? bytes.line() : "";
    } catch (IOException _) {
      return ""; // Drivers refuse files they have no answer for: EINVAL on a link that is down.
    }
  }

  private double number(Path file) {
    String text = text(file);
    try {
      double value = Double.parseDouble(text);
      return value < 0 ? Double.NaN : value;
    } catch (NumberFormatException _) {
      return Double.NaN; // “Unknown”, which is not sent.
    }
  }

  @Override
  public void close() throws IOException {
    for (KeptFile file : files.values()) {
      file.close();
    }
    files.clear();
  }
}
