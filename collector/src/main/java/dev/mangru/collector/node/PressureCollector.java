package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// `/proc/pressure`: for how long tasks waited for a resource (`some`), and for how long all did
/// (`full`).
final class PressureCollector implements HostCollector {

  static final double MICROS = 1_000_000;

  private record Source(KeptFile file, Family some, Family full) {}

  private final List<Source> sources;
  private final FileBytes bytes;

  PressureCollector(Path proc, FileBytes bytes) {
    this.sources = List.of(source(proc, "cpu"), source(proc, "memory"), source(proc, "io"));
    this.bytes = bytes;
  }

  private static Source source(Path proc, String resource) {
    return new Source(
        new KeptFile(proc.resolve("pressure").resolve(resource)),
        Family.counter(
            "node_pressure_" + resource + "_waiting_seconds_total",
            "Seconds that processes waited for " + resource + "."),
        Family.counter(
            "node_pressure_" + resource + "_stalled_seconds_total",
            "Seconds that no process could go on for want of " + resource + "."));
  }

  @Override
  public String name() {
    return "pressure";
  }

  @Override
  public void collect(SeriesBook.Group host, long nowMs) throws IOException {
    for (Source source : sources) {
      if (source.file.read(bytes)) {
        // A node as a whole cannot stall for a processor: something always runs.
        Family full = source.full.name().contains("_cpu_") ? null : source.full;
        writePressure(bytes, host, source.some, full);
      }
    }
  }

  /// Writes the two totals of a pressure file.
  static void writePressure(
      FileBytes bytes,
      SeriesBook.Group group,
      Family some,
      @org.jspecify.annotations.Nullable Family full) {
    while (bytes.hasMore()) {
      Family family = bytes.skipIf("some") ? some : bytes.skipIf("full") ? full : null;
      while (family != null && !bytes.atLineEnd()) {
        bytes.skipBlanks();
        if (bytes.skipIfStarts("total=")) {
          long total = bytes.number();
          if (total >= 0) {
            group.write(family, total / MICROS);
          }
        } else {
          bytes.skipWord();
        }
      }
      bytes.nextLine();
    }
  }

  @Override
  public void close() throws IOException {
    for (Source source : sources) {
      source.file.close();
    }
  }
}
