package dev.mangru.tsdb.peer;

import dev.mangru.model.conformance.ConformanceReport;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.PromqlOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Runs the query list of the PromQL compliance tester against us and a real Prometheus, over the
/// same samples. A case passes where both say the same; annotations are not compared, as that
/// tester does not either. Confined to one thread.
public final class DifferentialRun {

  /// Two hundred steps at the end of the data, like the tester's.
  private static final long STEP = 10_000;

  private static final long RANGE_START = DemoMetrics.END - 20 * 60_000;
  private static final long RANGE_END = DemoMetrics.END - 60_000;

  private final ConformanceReport report;
  private final MetricQuery engine;

  private DifferentialRun(ConformanceReport report, MetricQuery engine) {
    this.report = report;
    this.engine = engine;
  }

  /// Runs the list in `file`. Where there is no other engine, only queries that fail everywhere are
  /// cases, and the others are skipped.
  public static void run(Path file, Supplier<MetricStore> stores, ConformanceReport report)
      throws IOException {
    List<DifferentialQueries.Query> queries = DifferentialQueries.parse(Files.readString(file));
    List<PeerSeries> series = DemoMetrics.series();
    Optional<Path> program = PrometheusPeer.program();
    try (MetricStore store = stores.get()) {
      PeerSeries.append(store, series);
      DifferentialRun run =
          new DifferentialRun(report, new PromqlEngine(store, PromqlOptions.defaults()));
      List<String> others =
          queries.stream()
              .filter(query -> !query.shouldFail() || !run.fails(query.text()))
              .map(DifferentialQueries.Query::text)
              .toList();
      if (program.isEmpty()) {
        report.skip(
            "differential queries need a second engine: "
                + PrometheusPeer.VARIABLE
                + " names no folder with usr/bin/prometheus",
            others.size());
        return;
      }
      run.beside(program.get(), series, others);
    }
  }

  /// Counts a query that fails as it should. Where it does not, as with names that were invalid
  /// before Prometheus 3, the other engine has to say what is right.
  private boolean fails(String query) {
    boolean fails = !ours(query).success();
    if (fails) {
      report.pass();
    }
    return fails;
  }

  private void beside(Path program, List<PeerSeries> series, List<String> queries)
      throws IOException {
    Path folder = Files.createTempDirectory("mangru-peer");
    try (PrometheusPeer peer = PrometheusPeer.start(program, folder, List.of())) {
      peer.write(series);
      for (String query : queries) {
        Answer ours = ours(query).withoutAnnotations();
        Answer theirs = peer.range(query, RANGE_START, RANGE_END, STEP).withoutAnnotations();
        String difference = AnswerComparison.compare(ours, theirs, true).difference();
        if (difference.isEmpty()) {
          report.pass();
        } else {
          report.fail("differential: " + query, theirs.brief(), difference + "\n" + ours.brief());
        }
      }
    } finally {
      delete(folder);
    }
  }

  private Answer ours(String query) {
    return Answer.of(
        () -> engine.range(query, RANGE_START, RANGE_END, STEP, MetricQuery.Options.defaults()));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
