package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Path;

/// `/proc/loadavg`: the length of the run queue, averaged over 1, 5 and 15 minutes.
final class LoadCollector implements HostCollector {

  private static final Family LOAD1 = Family.gauge("node_load1", "1m load average.");
  private static final Family LOAD5 = Family.gauge("node_load5", "5m load average.");
  private static final Family LOAD15 = Family.gauge("node_load15", "15m load average.");

  private final KeptFile loadavg;
  private final FileBytes bytes;

  LoadCollector(Path proc, FileBytes bytes) {
    this.loadavg = new KeptFile(proc.resolve("loadavg"));
    this.bytes = bytes;
  }

  @Override
  public String name() {
    return "loadavg";
  }

  @Override
  public void collect(SeriesBook.Group host, long nowMs) throws IOException {
    if (!loadavg.read(bytes)) {
      throw new IOException("cannot read " + loadavg.path());
    }
    host.write(LOAD1, bytes.decimal());
    host.write(LOAD5, bytes.decimal());
    host.write(LOAD15, bytes.decimal());
  }

  @Override
  public void close() throws IOException {
    loadavg.close();
  }
}
