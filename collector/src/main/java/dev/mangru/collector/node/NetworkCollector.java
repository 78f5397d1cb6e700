package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// `/proc/1/net/dev`: what each of the host's interfaces has carried. Containers' ends of virtual
/// pairs are left out.
final class NetworkCollector implements HostCollector {

  private static final List<Family> COLUMNS =
      List.of(
          counter("receive_bytes", "Bytes received."),
          counter("receive_packets", "Packets received."),
          counter("receive_errs", "Receive errors."),
          counter("receive_drop", "Packets dropped while receiving."),
          counter("receive_fifo", "Receive overruns."),
          counter("receive_frame", "Frame errors."),
          counter("receive_compressed", "Compressed packets received."),
          counter("receive_multicast", "Multicast packets received."),
          counter("transmit_bytes", "Bytes transmitted."),
          counter("transmit_packets", "Packets transmitted."),
          counter("transmit_errs", "Transmit errors."),
          counter("transmit_drop", "Packets dropped while transmitting."),
          counter("transmit_fifo", "Transmit overruns."),
          counter("transmit_colls", "Collisions."),
          counter("transmit_carrier", "Carrier losses."),
          counter("transmit_compressed", "Compressed packets transmitted."));

  private final Path proc;
  private final FileBytes bytes;

  NetworkCollector(Path proc, FileBytes bytes) {
    this.proc = proc;
    this.bytes = bytes;
  }

  private static Family counter(String name, String help) {
    return Family.counter("node_network_" + name + "_total", help);
  }

  @Override
  public String name() {
    return "netdev";
  }

  @Override
  public void collect(SeriesBook.Group host, long nowMs) throws IOException {
    if (!loadHostDevices(proc, bytes)) {
      return;
    }
    bytes.nextLine();
    bytes.nextLine();
    while (bytes.hasMore()) {
      String device = bytes.upTo(':').strip();
      if (!device.isEmpty() && !isContainerEnd(device)) {
        for (Family column : COLUMNS) {
          long value = bytes.number();
          host.count(column, "device", device, value);
        }
      }
      bytes.nextLine();
    }
  }

  /// Takes the device table of process 1, which is the host's; its own, where that is hidden.
  static boolean loadHostDevices(Path proc, FileBytes bytes) throws IOException {
    Path ofInit = proc.resolve("1/net/dev");
    return bytes.load(java.nio.file.Files.isReadable(ofInit) ? ofInit : proc.resolve("net/dev"));
  }

  /// `veth*`, and the 15 hexadecimal digits that some network plugins use.
  static boolean isContainerEnd(String device) {
    return device.startsWith("veth")
        || (device.length() == 15
            && device.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')));
  }
}
