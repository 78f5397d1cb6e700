package dev.mangru.model.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LabelsTest {

  private static final List<String> NAMES =
      List.of("__name__", "B", "a", "job", "z", "é", "\uE000");

  @Seeds(100)
  void changes_of_labels_agree_with_a_sorted_map(long seed) {
    Random random = new Random(seed);
    Map<String, String> map = new TreeMap<>(Labels::compareUtf8);
    Labels labels = Labels.empty();
    for (int i = 0; i < 40; i++) {
      String name = NAMES.get(random.nextInt(NAMES.size()));
      switch (random.nextInt(3)) {
        case 0 -> {
          String value = "v" + random.nextInt(3);
          map.put(name, value);
          labels = labels.with(name, value);
        }
        case 1 -> {
          map.remove(name);
          labels = random.nextBoolean() ? labels.without(List.of(name)) : labels.with(name, "");
        }
        default -> {
          map.remove(Labels.METRIC_NAME);
          labels = labels.withoutMetricName();
        }
      }
      assertThat((Object) labels).isEqualTo(Labels.of(map));
    }
  }

  @Test
  void what_changes_nothing_makes_nothing_new() {
    Labels labels = Labels.of("a", "1", "b", "2");

    assertThat((Object) labels.withoutMetricName()).isSameAs(labels);
    assertThat((Object) labels.with("c", "")).isSameAs(labels);
    assertThat((Object) labels.keep(List.of("a", "b"))).isSameAs(labels);
  }

  @Test
  void labels_are_ordered_pairwise_by_name_then_value() {
    List<Labels> ascending =
        List.of(
            Labels.empty(),
            Labels.of("a", "1"),
            Labels.of("a", "1", "b", "0"),
            Labels.of("a", "2"),
            Labels.of("a", "\uE000"),
            Labels.of("a", "\uD83D\uDE00"));

    assertThat(ascending).isSorted();
    assertThat(ascending.reversed().stream().sorted().toList()).isEqualTo(ascending);
  }
}
