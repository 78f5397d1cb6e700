package dev.mangru.tsdb.conformance;

import dev.mangru.model.conformance.ConformanceArea;
import dev.mangru.model.conformance.ConformanceReport;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.tsdb.peer.DifferentialRun;
import dev.mangru.tsdb.promql.PromqlOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Runs the PromQL corpus: scripts (`*.test`), parser tables (`parser/*.jsonl`), and queries that a
/// real Prometheus answers too (`differential/*queries.yml`).
///
/// One case per `eval`, with all its re-runs, one per line of a table, and one per query.
/// Thread-safe: every run has its own stores.
public final class PromqlConformance implements ConformanceArea {

  private final Supplier<MetricStore> stores;

  /// Runs over a plain in-memory store.
  public PromqlConformance() {
    this(MemoryStore::new);
  }

  /// Runs over the stores that `stores` makes: empty ones, closed after use, without limits on how
  /// old a sample may be.
  public PromqlConformance(Supplier<MetricStore> stores) {
    this.stores = stores;
  }

  @Override
  public String name() {
    return "promql";
  }

  @Override
  public void run(Path folder, ConformanceReport report) throws IOException {
    for (Path script : list(folder, ".test")) {
      runScript(script, report);
    }
    ParserTables tables = new ParserTables(report);
    for (Path table : list(folder.resolve("parser"), ".jsonl")) {
      tables.run(table);
    }
    for (Path queries : list(folder.resolve("differential"), "queries.yml")) {
      DifferentialRun.run(queries, stores, report);
    }
  }

  /// Runs one script file.
  public void runScript(Path script, ConformanceReport report) throws IOException {
    new ScriptRunner(
            stores, PromqlOptions.everything(), report, String.valueOf(script.getFileName()))
        .run(Files.readString(script));
  }

  private static List<Path> list(Path folder, String suffix) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }
}
