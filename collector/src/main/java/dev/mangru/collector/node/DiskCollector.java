package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// `/proc/diskstats`: what each block device has done. Partitions and loop devices are left out, as
/// node_exporter does.
final class DiskCollector implements HostCollector {

  /// The kernel counts sectors of this many bytes, whatever the device has.
  private static final double SECTOR_BYTES = 512;

  private static final double MILLIS = 1000;

  private static final Family INFO = Family.gauge("node_disk_info", "Numbers of a block device.");

  /// One column of the file, from field 4 on, and the unit it is counted in.
  private record Column(Family family, double divisor) {}

  private static final List<Column> COLUMNS =
      List.of(
          counter("node_disk_reads_completed_total", "Reads completed.", 1),
          counter("node_disk_reads_merged_total", "Reads merged.", 1),
          counter("node_disk_read_bytes_total", "Bytes read.", 1 / SECTOR_BYTES),
          counter("node_disk_read_time_seconds_total", "Seconds spent by all reads.", MILLIS),
          counter("node_disk_writes_completed_total", "Writes completed.", 1),
          counter("node_disk_writes_merged_total", "Writes merged.", 1),
          counter("node_disk_written_bytes_total", "Bytes written.", 1 / SECTOR_BYTES),
          counter("node_disk_write_time_seconds_total", "Seconds spent by all writes.", MILLIS),
          new Column(Family.gauge("node_disk_io_now", "I/Os in progress."), 1),
          counter("node_disk_io_time_seconds_total", "Seconds spent doing I/Os.", MILLIS),
          counter(
              "node_disk_io_time_weighted_seconds_total",
              "Seconds spent doing I/Os, times their number.",
              MILLIS),
          counter("node_disk_discards_completed_total", "Discards completed.", 1),
          counter("node_disk_discards_merged_total", "Discards merged.", 1),
          counter("node_disk_discarded_sectors_total", "Sectors discarded.", 1),
          counter("node_disk_discard_time_seconds_total", "Seconds spent by discards.", MILLIS),
          counter("node_disk_flush_requests_total", "Flush requests completed.", 1),
          counter(
              "node_disk_flush_requests_time_seconds_total",
              "Seconds spent by flush requests.",
              MILLIS));

  private final KeptFile diskstats;
  private final FileBytes bytes;

  DiskCollector(Path proc, FileBytes bytes) {
    this.diskstats = new KeptFile(proc.resolve("diskstats"));
    this.bytes = bytes;
  }

  private static Column counter(String name, String help, double divisor) {
    return new Column(Family.counter(name, help), divisor);
  }

  @Override
  public String name() {
    return "diskstats";
  }

  @Override
  public void collect(SeriesBook.Group host, long nowMs) throws IOException {
    if (!diskstats.read(bytes)) {
      return;
    }
    while (bytes.hasMore()) {
      long major = bytes.number();
      long minor = bytes.number();
      String device = bytes.word();
      if (major >= 0 && minor >= 0 && !isIgnored(device)) {
        host.info(
            INFO, "device", device, "major", Long.toString(major), "minor", Long.toString(minor));
        for (Column column : COLUMNS) {
          long value = bytes.number();
          if (value >= 0) {
            host.write(column.family, "device", device, value / column.divisor);
          }
        }
      }
      bytes.nextLine();
    }
  }

  /// `ram*`, `zram*`, `loop*`, `fd*`, partitions of `hd`, `sd`, `vd`, `xvd` disks and of `nvme`
  /// namespaces.
  ///
  /// Source: node_exporter's default `--collector.diskstats.device-exclude`.
  static boolean isIgnored(String device) {
    String letters = withoutDigits(device);
    boolean digits = letters.length() < device.length();
    if (!digits) {
      return device.isEmpty();
    }
    if (letters.equals("ram")
        || letters.equals("zram")
        || letters.equals("loop")
        || letters.equals("fd")) {
      return true;
    }
    for (String disk : List.of("hd", "sd", "vd", "xvd")) {
      if (letters.length() == disk.length() + 1 && letters.startsWith(disk)) {
        return true;
      }
    }
    int partition = device.lastIndexOf('p');
    return device.startsWith("nvme")
        && partition > "nvme".length()
        && device.indexOf('n', "nvme".length()) > 0;
  }

  private static String withoutDigits(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) >= '0' && text.charAt(end - 1) <= '9') {
      end--;
    }
    return text.substring(0, end);
  }

  @Override
  public void close() throws IOException {
    diskstats.close();
  }
}
