package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// `/proc/meminfo`: every key, in bytes where the kernel says kB.
final class MemoryCollector implements HostCollector {

  private final KeptFile meminfo;
  private final FileBytes bytes;
  private final Map<String, Family> families = new HashMap<>();

  MemoryCollector(Path proc, FileBytes bytes) {
    this.meminfo = new KeptFile(proc.resolve("meminfo"));
    this.bytes = bytes;
  }

  @Override
  public String name() {
    return "meminfo";
  }

  @Override
  public void collect(SeriesBook.Group host, long nowMs) throws IOException {
    if (!meminfo.read(bytes)) {
      throw new IOException("cannot read " + meminfo.path());
    }
    while (bytes.hasMore()) {
      String key = bytes.upTo(':');
      long value = bytes.number();
      boolean kilobytes = bytes.skipIf("kB");
      if (value >= 0 && !key.isEmpty()) {
        String name = key.replace('(', '_').replace(")", "") + (kilobytes ? "_bytes" : "");
        Family family =
            families.computeIfAbsent(
                "node_memory_" + name,
                full -> Family.gauge(full, "Memory information field " + key + "."));
        host.write(family, (double) value * (kilobytes ? 1024 : 1));
      }
      bytes.nextLine();
    }
  }

  @Override
  public void close() throws IOException {
    meminfo.close();
  }
}
