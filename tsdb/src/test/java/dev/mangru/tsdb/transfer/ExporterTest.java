package dev.mangru.tsdb.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What a store holds, as text.
final class ExporterTest {

  private final MemoryTarget store = new MemoryTarget(TimeRange.ALL, 1_000);

  private void put(long timeMs, double value, String... labels) {
    store.content.add(Labels.of(labels), timeMs, 0, value);
  }

  private final List<Exemplar> picked = new ArrayList<>();

  private record Exported(String text, ExportReport report) {}

  private Exported export(ExportFormat format, TimeRange range, List<List<LabelMatcher>> selectors)
      throws IOException {
    StringWriter out = new StringWriter();
    Map<String, MetricMetadata> known =
        Map.of("load", new MetricMetadata(MetricMetadata.Type.GAUGE, "How \"busy\".\n", ""));
    ExportReport report =
        Exporter.export(store, range, selectors, format, known::get, _ -> picked, out);
    return new Exported(out.toString(), report);
  }

  private Exported all(ExportFormat format) throws IOException {
    return export(format, TimeRange.ALL, List.of());
  }

  @Test
  void openmetrics_has_families_in_order_and_an_end() throws IOException {
    put(2_000, 1.5, "__name__", "load", "host", "b\"\\\n");
    put(1_500, 1e21, "__name__", "load", "host", "a");
    put(1_000, Double.NaN, "__name__", "up");
    put(1_001, Double.NEGATIVE_INFINITY, "__name__", "up");
    put(1_000, 1, "__name__", "with.dots", "k.v", "x");
    store.content.add(Labels.of("__name__", "hits_total"), 3_000, 2_500, 7);
    store.content.add(Labels.of("__name__", "hits_total"), 4_000, 0, 8);
    assertThat(all(ExportFormat.OPENMETRICS).text())
        .isEqualTo(
            """
            # TYPE hits counter
            hits_total 7 3
            hits_created 2.500 3
            hits_total 8 4
            # TYPE load gauge
            # HELP load How \\"busy\\".\\n
            load{host="a"} 1e+21 1.500
            load{host="b\\"\\\\\\n"} 1.5 2
            up NaN 1
            up -Inf 1.0010000000000001
            {"with.dots","k.v"="x"} 1 1
            # EOF
            """);
  }

  @Test
  void json_lines_are_those_of_victoriametrics() throws IOException {
    put(1_000, Double.NaN, "__name__", "up", "job", "a\"\n");
    put(2_000, Double.POSITIVE_INFINITY, "__name__", "up", "job", "a\"\n");
    put(3_000, -0.0, "__name__", "up", "job", "a\"\n");
    put(4_000, 0.1, "__name__", "up", "job", "a\"\n");
    assertThat(all(ExportFormat.JSONL).text())
        .isEqualTo(
            "{\"metric\":{\"__name__\":\"up\",\"job\":\"a\\\"\\u000a\"},"
                + "\"values\":[null,\"Infinity\",-0,0.1],\"timestamps\":[1000,2000,3000,4000]}\n");
  }

  @Test
  void a_long_series_has_several_lines() throws IOException {
    for (int i = 0; i < 25_000; i++) {
      put(i, i, "__name__", "up");
    }
    Exported exported = all(ExportFormat.JSONL);
    assertThat(exported.text().lines()).hasSize(3);
    assertThat(exported.report()).isEqualTo(new ExportReport(1, 25_000, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void what_the_format_cannot_say_is_counted() throws IOException {
    put(1_000, StaleMarker.VALUE, "__name__", "up");
    put(1_000, 1, "job", "nameless");
    store.content.add(Labels.of("__name__", "gauge"), 3_000, 2_500, 7);
    SampleColumns histogram = new SampleColumns();
    histogram.add(1, 0, 3, NativeHistogram.builder(true).total(1, 3).build());
    store.content.add(Labels.of("__name__", "h"), histogram);
    Exported exported = all(ExportFormat.OPENMETRICS);
    assertThat(exported.text()).isEqualTo("gauge 7 3\n# EOF\n");
    assertThat(exported.report()).isEqualTo(new ExportReport(1, 1, 1, 1, 1, 1, 0, 0));
  }

  @Test
  void exemplars_stand_beside_the_next_sample() throws IOException {
    put(1_000, 1, "__name__", "hits_total");
    put(2_000, 2, "__name__", "hits_total");
    put(3_000, 3, "__name__", "hits_total");
    picked.add(new Exemplar(Labels.of("trace_id", "a\"b", "x.y", "z"), 0.5, 900));
    picked.add(new Exemplar(Labels.of("trace_id", "lost"), 0.6, 2_500));
    picked.add(new Exemplar(Labels.empty(), 0.7, 3_000));
    picked.add(new Exemplar(Labels.of("trace_id", "late"), 0.8, 3_001));
    Exported exported = all(ExportFormat.OPENMETRICS);
    assertThat(exported.text())
        .isEqualTo(
            """
            hits_total 1 1 # {trace_id="a\\"b","x.y"="z"} 0.5 0.900
            hits_total 2 2
            hits_total 3 3 # {} 0.7 3
            # EOF
            """);
    assertThat(exported.report()).isEqualTo(new ExportReport(1, 3, 0, 0, 0, 0, 2, 2));
    assertThat(all(ExportFormat.JSONL).report().exemplarsLeftOut()).isEqualTo(4);
  }

  @Test
  void selectors_are_joined_and_the_range_is_kept() throws IOException {
    put(1, 1, "__name__", "a", "k", "1");
    put(2, 2, "__name__", "a", "k", "1");
    put(3, 3, "__name__", "a", "k", "1");
    put(2, 4, "__name__", "b", "k", "1");
    put(2, 5, "__name__", "c", "k", "1");
    List<List<LabelMatcher>> selectors =
        List.of(
            List.of(LabelMatcher.equal("__name__", "a")),
            List.of(
                LabelMatcher.equal("k", "1"),
                LabelMatcher.of(LabelMatcher.Operator.NOT_EQUAL, "__name__", "c")));
    assertThat(export(ExportFormat.OPENMETRICS, new TimeRange(2, 3), selectors).text())
        .isEqualTo("a{k=\"1\"} 2 0.002\na{k=\"1\"} 3 0.003\nb{k=\"1\"} 4 0.002\n# EOF\n");
  }

  @Test
  void a_counter_whose_family_is_taken_is_not_typed() throws IOException {
    put(1, 1, "__name__", "x");
    store.content.add(Labels.of("__name__", "x_total"), 1_000, 500, 7);
    assertThat(all(ExportFormat.OPENMETRICS).text()).doesNotContain("# TYPE");
    assertThat(all(ExportFormat.OPENMETRICS).report().starts()).isEqualTo(1);
  }

  @Seeds(200)
  void seconds_read_back_as_the_same_millisecond_the_way_prometheus_reads(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      long timeMs = random.nextLong(4_000_000_000_000L) >> random.nextInt(30);
      timeMs = random.nextInt(5) == 0 ? -timeMs : timeMs;
      String text = OpenMetricsWriter.seconds(timeMs);
      assertThat((long) (Double.parseDouble(text) * 1000)).as(text).isEqualTo(timeMs);
    }
  }
}
