package dev.mangru.tsdb.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.RandomSeries.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class BlockFileTest {

  private static final List<String> NAMES =
      List.of("__name__", "le", "instance", "job", "pod", "A", "zone", "label_1", "absent");

  private static final List<String> EXPRESSIONS =
      List.of(
          ".*",
          ".+",
          "",
          "a",
          "a|b",
          "a|",
          "metric_.*",
          "metric_[12]",
          "metric_1|metric_3",
          "pod-é-.",
          "10\\.0\\.0\\.1:9100|10\\.0\\.0\\.2:9100",
          "job-.?",
          "0\\..*",
          "(a|b)",
          "1.*|2.*",
          "job-0|",
          "\\+Inf",
          "[(]|a",
          "\uD83D\uDE00?",
          "metric_4?",
          "2{1}.*",
          ".*0",
          ".*1.*",
          ".*\\.0\\.2.*",
          ".*metric.+",
          "pod-.*",
          ".*a|b.*",
          ".*\\.*",
          "1\\.*");

  private static final List<String> VALUES =
      List.of("", "metric_1", "metric_3", "1", "a", "\uE000", "10.0.0.1:9100", "job-0", "nothing");

  private static final List<LabelMatcher.Operator> OPERATORS =
      List.of(LabelMatcher.Operator.values());

  private final CrashDisk disk = new CrashDisk(0);
  private final Path path = disk.root().resolve("000001.blk");

  static void write(CrashDisk disk, Path path, Map<Labels, List<Sample>> series)
      throws IOException {
    try (BlockWriter writer = new BlockWriter(disk, path, RandomSeries.SEALED)) {
      for (Map.Entry<Labels, List<Sample>> entry : series.entrySet()) {
        writer.add(entry.getKey(), RandomSeries.columns(entry.getValue()));
      }
      writer.finish();
    }
  }

  @Seeds(80)
  void every_series_and_range_comes_back_bit_for_bit(long seed) throws IOException {
    RandomSeries random = new RandomSeries(seed);
    NavigableMap<Labels, List<Sample>> series = random.byLabels(1 + 2 * (int) seed);
    write(disk, path, series);
    BlockFile block = BlockFile.open(disk, path);
    assertThat(block.series()).isEqualTo(series.size());
    assertThat(block.samples()).isEqualTo(RandomSeries.count(series));
    ChunkCursor cursor = block.cursor();
    SampleColumns columns = new SampleColumns();
    int number = 0;
    for (Map.Entry<Labels, List<Sample>> entry : series.entrySet()) {
      assertThat((Object) block.labels(number)).isEqualTo(entry.getKey());
      assertThat(block.find(entry.getKey())).isEqualTo(number);
      assertThat(cursor.seek(number)).isTrue();
      columns.clear();
      cursor.read(TimeRange.ALL, columns);
      assertThat(RandomSeries.list(columns)).isEqualTo(entry.getValue());
      TimeRange range = random.range(entry.getValue());
      columns.clear();
      cursor.read(range, columns);
      assertThat(RandomSeries.list(columns))
          .isEqualTo(RandomSeries.inside(entry.getValue(), range));
      number++;
    }
    assertThat(cursor.next()).isFalse();
    assertThat(block.find(Labels.of("no", "such"))).isNegative();
    block.release();
  }

  @Seeds(80)
  void every_matcher_selects_what_it_selects_one_by_one(long seed) throws IOException {
    RandomSeries series = new RandomSeries(seed);
    List<Labels> all = new ArrayList<>();
    NavigableMap<Labels, List<Sample>> content = series.byLabels(1 + 2 * (int) seed);
    content.keySet().forEach(all::add);
    write(disk, path, content);
    BlockFile block = BlockFile.open(disk, path);
    Random random = new Random(seed);
    for (int i = 0; i < 40; i++) {
      List<LabelMatcher> matchers = new ArrayList<>();
      for (int m = random.nextInt(4); m > 0; m--) {
        matchers.add(matcher(random));
      }
      List<Labels> wanted =
          all.stream().filter(labels -> LabelMatcher.allMatch(matchers, labels)).toList();
      List<Labels> found = new ArrayList<>();
      for (int number : block.select(matchers)) {
        found.add(block.labels(number));
      }
      assertThat(found).as("%s", matchers).isEqualTo(wanted);
      summaries(block, matchers, wanted, NAMES.get(random.nextInt(NAMES.size())));
      TimeRange range = series.range(content.get(all.getFirst()));
      List<Labels> overlapping = new ArrayList<>();
      for (int number : block.select(matchers, range)) {
        overlapping.add(block.labels(number));
      }
      assertThat(overlapping)
          .containsAll(
              wanted.stream()
                  .filter(labels -> !RandomSeries.inside(content.get(labels), range).isEmpty())
                  .toList());
      assertThat(wanted).containsAll(overlapping);
    }
    block.release();
  }

  private static LabelMatcher matcher(Random random) {
    LabelMatcher.Operator operator = OPERATORS.get(random.nextInt(OPERATORS.size()));
    boolean regex =
        operator == LabelMatcher.Operator.REGEX || operator == LabelMatcher.Operator.NOT_REGEX;
    List<String> values = regex ? EXPRESSIONS : VALUES;
    return LabelMatcher.of(
        operator,
        NAMES.get(random.nextInt(NAMES.size())),
        values.get(random.nextInt(values.size())));
  }

  private static void summaries(
      BlockFile block, List<LabelMatcher> matchers, List<Labels> wanted, String name)
      throws IOException {
    TreeSet<String> names = new TreeSet<>(Labels::compareUtf8);
    TreeMap<String, Integer> counts = new TreeMap<>(Labels::compareUtf8);
    for (Labels labels : wanted) {
      for (Label label : labels) {
        names.add(label.name());
      }
      counts.merge(labels.get(name), 1, Integer::sum);
    }
    assertThat(block.labelNames(matchers)).isEqualTo(new ArrayList<>(names));
    assertThat(new ArrayList<>(block.countByValue(name, matchers).entrySet()))
        .isEqualTo(new ArrayList<>(counts.entrySet()));
    counts.remove("");
    assertThat(block.labelValues(name, matchers)).isEqualTo(new ArrayList<>(counts.keySet()));
  }

  @Test
  void series_out_of_order_are_refused() throws IOException {
    SampleColumns columns = new SampleColumns();
    columns.add(1_000, 1);
    try (BlockWriter writer = new BlockWriter(disk, path, RandomSeries.SEALED)) {
      writer.add(Labels.of("a", "2"), columns);
      assertThatThrownBy(() -> writer.add(Labels.of("a", "1"), columns))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("{a=\"1\"} comes after {a=\"2\"}");
    }
    assertThat(disk.exists(path)).isFalse();
  }

  @Test
  void a_block_of_one_series_without_labels() throws IOException {
    SampleColumns columns = new SampleColumns();
    columns.add(1_000, 1);
    try (BlockWriter writer = new BlockWriter(disk, path, RandomSeries.SEALED)) {
      writer.add(Labels.empty(), columns);
      writer.finish();
    }
    BlockFile block = BlockFile.open(disk, path);
    assertThat((Object) block.labels(0)).isEqualTo(Labels.empty());
    assertThat(block.select(List.of(LabelMatcher.equal("a", "")))).containsExactly(0);
    assertThat(block.select(List.of(LabelMatcher.equal("a", "1")))).isEmpty();
    assertThat(block.labelNames()).isEmpty();
    assertThat(block.labelValues("a")).isEmpty();
    assertThat(block.countByMetricName()).isEqualTo(Map.of("", 1));
    block.release();
  }
}
