package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// `/sys/block/md*/md/`: the members of software RAID arrays.
final class MdCollector implements HostCollector {

  private static final Family REQUIRED =
      Family.gauge("node_md_disks_required", "Disks the array should have.");
  private static final Family DISKS = Family.gauge("node_md_disks", "Disks of the array by state.");

  private final Path block;
  private final FileBytes bytes;

  MdCollector(Path sys, FileBytes bytes) {
    this.block = sys.resolve("block");
    this.bytes = bytes;
  }

  @Override
  public String name() {
    return "mdadm";
  }

  @Override
  public void collect(SeriesBook.Group host, long nowMs) throws IOException {
    if (!Files.isDirectory(block)) {
      return;
    }
    try (DirectoryStream<Path> arrays = Files.newDirectoryStream(block, "md*")) {
      for (Path array : arrays) {
        Path md = array.resolve("md");
        if (bytes.load(md.resolve("raid_disks"))) {
          array(host, array.getFileName().toString(), md, bytes.number());
        }
      }
    }
  }

  private void array(SeriesBook.Group host, String device, Path md, long required)
      throws IOException {
    int active = 0;
    int failed = 0;
    int spare = 0;
    try (DirectoryStream<Path> members = Files.newDirectoryStream(md, "dev-*")) {
      for (Path member : members) {
        String state = bytes.load(member.resolve("state")) ? bytes.line() : "";
        if (state.contains("faulty")) {
          failed++;
        } else if (state.contains("in_sync")) {
          active++;
        } else if (state.contains("spare")) {
          spare++;
        }
      }
    }
    host.count(REQUIRED, "device", device, required);
    host.write(DISKS, "device", device, "state", "active", active);
    host.write(DISKS, "device", device, "state", "failed", failed);
    host.write(DISKS, "device", device, "state", "spare", spare);
  }
}
