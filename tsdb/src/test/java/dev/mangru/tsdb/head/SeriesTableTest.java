package dev.mangru.tsdb.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.tsdb.index.Cardinality;
import dev.mangru.tsdb.index.Runs;
import dev.mangru.tsdb.index.SeriesView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SeriesTableTest {

  private static final String[] NAMES = {
    "__name__", "job", "instance", "pod", "le", "é", "\u4e16\u754c", "\ud83d\ude00", "\ue000", "z"
  };

  /// What the table should say, the long way round.
  private static final class Naive {
    final Map<Labels, Integer> refs = new HashMap<>();
    final TreeMap<Integer, Labels> series = new TreeMap<>();
    int end;

    int findOrAdd(Labels labels) {
      Integer known = refs.get(labels);
      if (known != null) {
        return known;
      }
      refs.put(labels, end);
      series.put(end, labels);
      return end++;
    }

    List<Integer> select(List<LabelMatcher> matchers, int end) {
      List<Integer> selected = new ArrayList<>();
      series
          .headMap(end)
          .forEach((ref, labels) -> {
            if (LabelMatcher.allMatch(matchers, labels)) {
              selected.add(ref);
            }
          });
      return selected;
    }

    List<String> names(List<Integer> refs) {
      Set<String> names = new TreeSet<>(Labels::compareUtf8);
      refs.forEach(ref -> series.get(ref).forEach(label -> names.add(label.name())));
      return List.copyOf(names);
    }

    List<String> values(String name, List<Integer> refs) {
      Set<String> values = new TreeSet<>(Labels::compareUtf8);
      refs.forEach(ref -> values.add(series.get(ref).get(name)));
      values.remove("");
      return List.copyOf(values);
    }
  }

  private static String value(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> "";
      case 1 -> "\ud83d\ude00" + random.nextInt(3);
      case 2 -> "\ud800"; // half a pair
      case 3 -> "?";
      case 4 -> "x\udc00y";
      case 5 -> "é" + random.nextInt(4);
      case 6 -> "a".repeat(random.nextInt(300));
      case 7 -> "pod-" + random.nextInt(1000);
      default -> "v" + random.nextInt(4);
    };
  }

  private static Labels labels(Random random) {
    Labels.Builder builder = Labels.builder();
    int count = random.nextInt(NAMES.length + 1);
    for (int i = 0; i < count; i++) {
      builder.set(NAMES[random.nextInt(NAMES.length)], value(random));
    }
    if (random.nextInt(200) == 0) {
      for (int i = 0; i < 70; i++) {
        builder.set("many" + i, "v" + random.nextInt(2));
      }
    }
    return builder.build();
  }

  private static LabelMatcher matcher(Random random) {
    String name = random.nextInt(10) == 0 ? "nowhere" : NAMES[random.nextInt(NAMES.length)];
    Operator operator = List.of(Operator.values()).get(random.nextInt(4));
    boolean pattern = operator == Operator.REGEX || operator == Operator.NOT_REGEX;
    String[] patterns = {
      "",
      ".*",
      ".+",
      "v1|v2",
      "v(1|3)|",
      "v.*",
      "pod-1.*",
      "pod-[0-9]+",
      "a+",
      "(?i)V1",
      "é.",
      "v[12]?",
      "\\?",
      "pod-5|pod-6|v1",
      "(v|pod-)1",
      "v1?",
      "va*1",
      "\ud83d\ude00.",
      "(a|v1)*",
      "po{1}d.*|v1"
    };
    return LabelMatcher.of(
        operator, name, pattern ? patterns[random.nextInt(patterns.length)] : value(random));
  }

  private static List<Integer> list(Runs runs) {
    List<Integer> all = new ArrayList<>();
    for (int number : runs.toArray()) {
      all.add(number);
    }
    return all;
  }

  @Seeds(60)
  void says_what_naive_maps_say(long seed) {
    Random random = new Random(seed);
    SeriesTable table = new SeriesTable();
    Naive naive = new Naive();
    Labels near = Labels.empty();
    for (int i = 0; i < 10 + 30 * seed; i++) {
      // Half of the series are a neighbour of the one before, as a target's are.
      near =
          random.nextBoolean()
              ? labels(random)
              : near.toBuilder().set(NAMES[random.nextInt(NAMES.length)], value(random)).build();
      assertThat(table.find(near)).isEqualTo(naive.refs.getOrDefault(near, -1));
      assertThat(table.findOrAdd(near)).isEqualTo(naive.findOrAdd(near));
      if (random.nextInt(300) == 0) {
        Set<Integer> live = new HashSet<>();
        naive
            .series
            .keySet()
            .removeIf(ref -> {
              if (random.nextInt(3) == 0) {
                naive.refs.remove(naive.series.get(ref));
                return true;
              }
              live.add(ref);
              return false;
            });
        table.retainOnly(live::contains);
      }
    }
    assertThat(table.endRef()).isEqualTo(naive.end);
    assertThat(table.activeSeries()).isEqualTo(naive.series.size());
    check(table.view(), naive, random);
    check(table.view(random.nextInt(naive.end + 1)), naive, random);
  }

  private static void check(SeriesView view, Naive naive, Random random) {
    int end = view.endNumber();
    naive
        .series
        .headMap(end)
        .forEach((ref, labels) -> {
          assertThat((Object) view.labels(ref)).isEqualTo(labels);
          assertThat(view.find(labels)).isEqualTo(ref);
        });
    for (int i = 0; i < 40; i++) {
      List<LabelMatcher> matchers = new ArrayList<>();
      for (int m = random.nextInt(4); m > 0; m--) {
        matchers.add(matcher(random));
      }
      List<Integer> expected = naive.select(matchers, end);
      assertThat(list(view.select(matchers))).as("%s", matchers).isEqualTo(expected);
      assertThat(view.names(matchers)).isEqualTo(naive.names(expected));
      String name = NAMES[random.nextInt(NAMES.length)];
      assertThat(view.values(name, matchers)).as(name).isEqualTo(naive.values(name, expected));
    }
    assertThat(view.values("nowhere")).isEmpty();
  }

  @Seeds(30)
  void a_cardinality_report_counts_as_one_would_by_hand(long seed) {
    Random random = new Random(seed);
    SeriesTable table = new SeriesTable();
    Naive naive = new Naive();
    for (int i = 0; i < 5 + 10 * seed; i++) {
      Labels labels = labels(random);
      table.findOrAdd(labels);
      naive.findOrAdd(labels);
    }
    Map<String, Long> metrics = new HashMap<>();
    Map<String, Long> pairs = new HashMap<>();
    Map<String, Long> bytes = new HashMap<>();
    Map<String, Set<String>> values = new HashMap<>();
    for (Labels labels : naive.series.values()) {
      for (Label label : labels) {
        pairs.merge(label.name() + "=" + label.value(), 1L, Long::sum);
        bytes.merge(label.name(), utf8Bytes(label.value()), Long::sum);
        values.computeIfAbsent(label.name(), _ -> new HashSet<>()).add(label.value());
        if (label.name().equals(Labels.METRIC_NAME)) {
          metrics.merge(label.value(), 1L, Long::sum);
        }
      }
    }
    Map<String, Long> valueCounts = new HashMap<>();
    values.forEach((name, all) -> valueCounts.put(name, (long) all.size()));
    int limit = random.nextInt(12);
    assertThat(table.cardinality(limit))
        .isEqualTo(
            new Cardinality(
                naive.series.size(),
                pairs.size(),
                top(metrics, limit),
                top(valueCounts, limit),
                top(bytes, limit),
                top(pairs, limit)));
  }

  private static long utf8Bytes(String text) {
    // Half a pair keeps three bytes, where the JDK's coder gives one question mark.
    long halves =
        text.codePoints()
            .filter(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
            .count();
    return text.getBytes(StandardCharsets.UTF_8).length + 2 * halves;
  }

  private static List<Cardinality.Count> top(Map<String, Long> counts, int limit) {
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry::getKey, Labels::compareUtf8))
        .limit(limit)
        .map(entry -> new Cardinality.Count(entry.getKey(), entry.getValue()))
        .toList();
  }

  @Test
  void a_dropped_series_comes_back_under_a_new_ref() {
    SeriesTable table = new SeriesTable();
    Labels a = Labels.of("__name__", "a");
    Labels b = Labels.of("__name__", "b");
    table.findOrAdd(a);
    table.findOrAdd(b);
    table.remember(1, 2, 0);
    table.remember(3, 4, 1);
    table.setNewest(1, 1000, 7, 5, 1);

    assertThat(table.drop(2, ref -> ref == 0)).isEqualTo(1);
    assertThat(table.flags(0)).isEqualTo(SeriesTable.DROPPED);
    assertThat(table.find(1, 2, 0)).isEqualTo(-1);
    assertThat(SeriesTable.ref(table.find(3, 4, 0))).isEqualTo(1);
    assertThat(table.activeSeries()).isEqualTo(1);
    assertThat(table.find(a)).isEqualTo(-1);
    assertThat(table.findOrAdd(a, false)).isEqualTo(-1);
    assertThat(table.findOrAdd(a)).isEqualTo(2);

    SeriesView before = table.view();
    table.compact();
    assertThat((Object) before.labels(0)).isEqualTo(a);
    assertThatThrownBy(() -> table.labels(0)).hasMessage("there is no series 0");
    assertThat((Object) table.labels(1)).isEqualTo(b);
    assertThat((Object) table.labels(2)).isEqualTo(a);
    assertThat(list(table.select(List.of(), table.endRef()))).containsExactly(1, 2);
    assertThat(table.activeSeries()).isEqualTo(2);
    assertThat(table.newestMs(1)).isEqualTo(1000);
    assertThat(table.newestBits(1)).isEqualTo(7);
    assertThat(table.lastRow(1)).isEqualTo(5);
    assertThat(table.flags(1)).isEqualTo(1);
  }

  @Test
  void a_series_starts_without_a_newest_sample_and_without_a_row() {
    SeriesTable table = new SeriesTable();
    int ref = table.findOrAdd(Labels.of("a", "b"));
    assertThat(table.newestMs(ref)).isEqualTo(Long.MIN_VALUE);
    assertThat(table.lastRow(ref)).isEqualTo(-1);
    assertThat(table.flags(ref)).isZero();
  }

  @Test
  void the_cache_of_hashes_is_emptied_when_it_outgrows_the_series() {
    SeriesTable table = new SeriesTable();
    int ref = table.findOrAdd(Labels.of("a", "b"));
    long[] hashes = new Random(2).longs((1 << 16) + 1).toArray();
    for (int i = 0; i < hashes.length; i++) {
      table.remember(hashes[i], i, ref);
    }
    assertThat(table.hashResets()).isEqualTo(1);
    assertThat(table.find(hashes[1], 1, -1)).isEqualTo(-1);
    assertThat(SeriesTable.ref(table.find(hashes[1 << 16], 1 << 16, 70_000))).isEqualTo(ref);
  }

  @Test
  void hits_are_predicted_in_the_order_of_first_sight() {
    SeriesTable table = new SeriesTable();
    Random random = new Random(1);
    long[] hashes = random.longs(20_000).toArray();
    for (int i = 0; i < hashes.length; i += 2) {
      int ref = table.findOrAdd(Labels.of("i", "" + i));
      table.remember(hashes[i], hashes[i + 1], ref);
    }
    int guess = 0;
    for (int i = 0; i < hashes.length; i += 2) {
      long hit = table.find(hashes[i], hashes[i + 1], guess);
      assertThat(SeriesTable.entry(hit)).isEqualTo(guess);
      assertThat(SeriesTable.ref(hit)).isEqualTo(i / 2);
      assertThat(table.find(hashes[i], hashes[i + 1], random.nextInt(30_000))).isEqualTo(hit);
      assertThat(table.find(hashes[i], hashes[i + 1] + 1, guess)).isEqualTo(-1);
      guess = SeriesTable.entry(hit) + 1;
    }
  }
}
