package dev.mangru.tsdb.v1.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

class PostingsTest {

  @Seeds(300)
  void lists_intersect_and_unite_as_sets_do(long seed) {
    Random random = new Random(seed);
    Set<Integer> left = set(random, (int) seed);
    Set<Integer> right = set(random, (int) seed);
    TreeSet<Integer> both = new TreeSet<>(left);
    both.retainAll(right);
    TreeSet<Integer> any = new TreeSet<>(left);
    any.addAll(right);
    assertThat(numbers(Postings.intersect(list(left), list(right))))
        .containsExactlyElementsOf(both);
    assertThat(numbers(Postings.union(List.of(list(left), list(right)))))
        .containsExactlyElementsOf(any);
    assertThat(left).allMatch(list(left)::contains);
  }

  private static Set<Integer> set(Random random, int size) {
    Set<Integer> set = new TreeSet<>();
    int count = random.nextInt(size + 1);
    for (int i = 0; i < count; i++) {
      set.add(random.nextInt(random.nextBoolean() ? 50 : 5_000));
    }
    return set;
  }

  private static Postings list(Set<Integer> set) {
    return Postings.of(set.stream().mapToInt(Integer::intValue).toArray());
  }

  private static List<Integer> numbers(Postings list) {
    return IntStream.range(0, list.size()).map(list::get).boxed().toList();
  }
}
