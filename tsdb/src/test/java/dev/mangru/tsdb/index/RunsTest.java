package dev.mangru.tsdb.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

class RunsTest {

  private static BitSet bits(Random random, int limit) {
    BitSet bits = new BitSet();
    int runs = random.nextInt(1 + random.nextInt(60));
    for (int i = 0; i < runs; i++) {
      int first = random.nextInt(limit);
      bits.set(first, Math.min(limit, first + 1 + random.nextInt(1 + random.nextInt(40))));
    }
    return bits;
  }

  private static Runs runs(BitSet bits) {
    Runs.Builder builder = new Runs.Builder(0);
    for (int first = bits.nextSetBit(0); first >= 0; first = bits.nextSetBit(first)) {
      int end = bits.nextClearBit(first);
      int cut = first + (end - first) / 2;
      builder.add(first, cut); // touching runs are joined
      builder.add(cut, end);
      first = end;
    }
    return builder.build();
  }

  private static BitSet bits(Runs runs) {
    BitSet bits = new BitSet();
    for (int number : runs.toArray()) {
      bits.set(number);
    }
    return bits;
  }

  @Seeds(500)
  void sets_behave_as_bit_sets_do(long seed) {
    Random random = new Random(seed);
    int limit = 10 + (int) seed * 5;
    List<BitSet> sets = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      sets.add(bits(random, limit));
    }
    BitSet left = sets.get(0);
    BitSet right = sets.get(1);

    BitSet and = (BitSet) left.clone();
    and.and(right);
    assertThat(bits(Runs.and(runs(left), runs(right)))).isEqualTo(and);
    assertThat(bits(Runs.and(runs(right), runs(left)))).isEqualTo(and);

    BitSet minus = (BitSet) left.clone();
    minus.andNot(right);
    assertThat(bits(Runs.minus(runs(left), runs(right)))).isEqualTo(minus);

    BitSet or = new BitSet();
    sets.forEach(or::or);
    Runs all = Runs.or(sets.stream().map(RunsTest::runs).toList());
    assertThat(bits(all)).isEqualTo(or);
    assertThat(all.size()).isEqualTo(or.cardinality());
    assertThat(all.isEmpty()).isEqualTo(or.isEmpty());
    for (int i = 1; i < all.runs(); i++) {
      assertThat(all.first(i)).isGreaterThan(all.end(i - 1));
    }

    List<Integer> walked = new ArrayList<>();
    Runs.Cursor cursor = all.cursor();
    while (cursor.next()) {
      walked.add(cursor.number());
    }
    assertThat(cursor.next()).isFalse();
    assertThat(walked).isEqualTo(or.stream().boxed().toList());
    for (int i = 0; i < 50; i++) {
      int number = random.nextInt(limit + 50);
      assertThat(all.contains(number)).isEqualTo(or.get(number));
    }
  }
}
