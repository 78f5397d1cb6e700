package dev.mangru.tsdb.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.conformance.ConformanceReport;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The engine over the store that the product uses says the same as over sorted maps.
class RealStoreConformanceTest {

  /// Scripts count from the epoch; the clock stands where all their samples are neither too old nor
  /// too far ahead.
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.EPOCH.plus(Duration.ofDays(300)));

  @TempDir private Path folder;
  private int stores;

  private MetricStore open() {
    try {
      return Tsdb.open(TsdbOptions.defaults(folder.resolve("store-" + stores++)), CLOCK);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void own_scripts_and_the_corpus_if_there_is_one() throws IOException {
    for (Path script : scripts()) {
      ConformanceReport expected = new ConformanceReport();
      new PromqlConformance().runScript(script, expected);
      ConformanceReport got = new ConformanceReport();

      new PromqlConformance(this::open).runScript(script, got);

      assertThat(got.failures()).as("%s", script).isEqualTo(expected.failures());
      assertThat(got.passed()).as("%s", script).isEqualTo(expected.passed());
    }
  }

  private static List<Path> scripts() throws IOException {
    List<Path> scripts = new ArrayList<>(in(Path.of("src/test/resources/promql")));
    String corpus = System.getenv("MANGRU_CONFORMANCE");
    if (corpus != null && Files.isDirectory(Path.of(corpus, "promql"))) {
      scripts.addAll(in(Path.of(corpus, "promql")));
    }
    return scripts;
  }

  private static List<Path> in(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".test")).sorted().toList();
    }
  }
}
