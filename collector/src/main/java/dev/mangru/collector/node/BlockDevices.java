package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Names of block devices by their numbers, from `/sys/dev/block`. Confined to the scanner's
/// thread.
final class BlockDevices {

  private final Path links;
  private final Map<String, String> names = new HashMap<>();

  BlockDevices(Path sys) {
    this.links = sys.resolve("dev/block");
  }

  /// `/dev/vda` for `254:0`; empty for what is no device number, and for a device that is gone.
  String name(String number) {
    int colon = number.indexOf(':');
    if (colon <= 0 || number.indexOf('/') >= 0) {
      return "";
    }
    return names.computeIfAbsent(number, this::look);
  }

  private String look(String number) {
    try {
      return "/dev/" + Files.readSymbolicLink(links.resolve(number)).getFileName();
    } catch (IOException _) {
      return ""; // Unknown: the samples of such a device are not sent.
    }
  }
}
