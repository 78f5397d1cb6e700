package dev.mangru.tsdb.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mangru.model.metric.MetricStore;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbOptions;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.PromqlFeature;
import dev.mangru.tsdb.promql.PromqlOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same samples and the same random queries, to a real Prometheus and to our engine over our
/// store. `-Dmangru.queries=10000` asks more, `-Dmangru.first=500000` asks others.
class SideBySideTest {

  private static final int QUERIES = Integer.getInteger("mangru.queries", 400);
  private static final long FIRST = Long.getLong("mangru.first", 0);
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.ofEpochMilli(AdversarialSeries.START).plus(Duration.ofHours(2)));

  @TempDir private Path folder;

  @Test
  void with_everything_experimental_the_answers_are_those_of_prometheus() throws Exception {
    PromqlOptions options =
        PromqlOptions.of(
            EnumSet.of(
                PromqlFeature.EXPERIMENTAL_FUNCTIONS,
                PromqlFeature.DURATION_EXPRESSIONS,
                PromqlFeature.DELAYED_NAME_REMOVAL));
    run(
        options,
        List.of(
            "promql-experimental-functions",
            "promql-delayed-name-removal",
            "promql-duration-expr",
            "native-histograms"),
        QUERIES - QUERIES / 3,
        FIRST);
  }

  @Test
  void with_the_defaults_the_answers_are_those_of_prometheus() throws Exception {
    run(PromqlOptions.defaults(), List.of("native-histograms"), QUERIES / 3, FIRST + 1_000_000);
  }

  /// More labels than usual, so that a series has hundreds.
  private TsdbOptions limits() {
    return TsdbOptions.builder(folder.resolve("store")).maxLabels(1000).build();
  }

  private void run(PromqlOptions options, List<String> features, int queries, long first)
      throws Exception {
    Path program = PrometheusPeer.program().orElse(null);
    assumeTrue(
        program != null,
        "needs "
            + PrometheusPeer.VARIABLE
            + ", a folder made by bench/get-peers.sh, for prometheus");
    List<PeerSeries> series = AdversarialSeries.of(1);
    try (PrometheusPeer peer = PrometheusPeer.start(program, folder.resolve("peer"), features);
        MetricStore store = Tsdb.open(limits(), CLOCK)) {
      peer.write(series);
      PeerSeries.append(store, series);
      SideBySide sideBySide = new SideBySide(peer, new PromqlEngine(store, options), options);
      for (long seed = first; seed < first + queries; seed++) {
        sideBySide.ask(seed);
      }
      System.out.println(sideBySide.figures());
      String report = System.getProperty("mangru.report", "");
      if (!report.isEmpty()) {
        Files.writeString(
            Path.of(
                report
                    + (options.features().contains(PromqlFeature.EXPERIMENTAL_FUNCTIONS)
                        ? ".all"
                        : ".plain")),
            String.join("\n\n", sideBySide.unexplained()));
      }
      assertThat(sideBySide.unexplained()).as(sideBySide.figures()).isEmpty();
    }
  }
}
