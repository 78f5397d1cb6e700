package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.Seeds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

class LabelGrouperTest {

  private static final List<String> NAMES = List.of("__name__", "a", "b", "c", "job", "le");

  @Seeds(200)
  void numbers_are_those_of_a_map_from_kept_labels(long seed) {
    Random random = new Random(seed);
    List<String> grouping = new ArrayList<>();
    for (String name : NAMES) {
      if (random.nextInt(3) == 0) {
        grouping.add(name);
        grouping.add(name);
      }
    }
    boolean without = random.nextBoolean();
    LabelGrouper grouper = new LabelGrouper(grouping, without);
    Map<Labels, Integer> numbers = new LinkedHashMap<>();
    for (int i = 0; i < 500; i++) {
      Labels labels = randomLabels(random);
      Labels key = without ? labels.without(grouping) : labels.keep(grouping);
      int expected = numbers.computeIfAbsent(key, _ -> numbers.size());

      int number = grouper.number(labels);

      assertThat(number).isEqualTo(expected);
      assertThat((Object) grouper.labels(number)).isEqualTo(key);
    }
    assertThat(grouper.count()).isEqualTo(numbers.size());
  }

  /// Equal names and values are different objects half of the time.
  private static Labels randomLabels(Random random) {
    Labels.Builder labels = Labels.builder();
    for (String name : NAMES) {
      int value = random.nextInt(8);
      if (value > 0) {
        labels.set(random.nextBoolean() ? name : String.valueOf(name.toCharArray()), "v" + value);
      }
    }
    return labels.build();
  }
}
