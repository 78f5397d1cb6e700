package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.FloatHistogram.Side;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.testkit.Seeds;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Sums of random histograms against sums of their observations, told bucket by bucket.
class HistogramSumTest {

  private static final double[] BOUNDS = {1, 2, 5, 10, 20, 50};

  private static FloatHistogram random(Random random, int schema, boolean custom) {
    Side positive = side(random, custom ? BOUNDS.length + 1 : 12, custom ? 0 : -6);
    Side negative = custom ? Side.NONE : side(random, 6, -3);
    double zero = custom ? 0 : random.nextInt(5);
    double count =
        zero + Arrays.stream(positive.counts()).sum() + Arrays.stream(negative.counts()).sum();
    return new FloatHistogram(
        custom ? NativeHistogram.CUSTOM_BUCKETS_SCHEMA : schema,
        ResetHint.UNKNOWN,
        0,
        zero,
        count,
        random.nextInt(1000),
        positive,
        negative,
        custom ? BOUNDS : new double[0]);
  }

  private static Side side(Random random, int size, int first) {
    int[] indexes = new int[size];
    double[] counts = new double[size];
    for (int i = 0; i < size; i++) {
      indexes[i] = first + i;
      counts[i] = random.nextInt(4);
    }
    return new Side(indexes, counts).compact();
  }

  private static void observe(
      Map<Integer, Double> buckets, Side side, FloatHistogram from, int schema) {
    int levels = from.custom() ? 0 : from.schema() - schema;
    for (int i = 0; i < side.size(); i++) {
      buckets.merge(
          FloatHistogram.reducedIndex(side.indexes()[i], levels), side.counts()[i], Double::sum);
    }
  }

  private static Map<Integer, Double> buckets(Side side) {
    Map<Integer, Double> buckets = new TreeMap<>();
    for (int i = 0; i < side.size(); i++) {
      buckets.put(side.indexes()[i], side.counts()[i]);
    }
    return buckets;
  }

  @Seeds(300)
  void a_sum_has_the_observations_of_its_terms(long seed) {
    Random random = new Random(seed);
    boolean custom = random.nextInt(4) == 0;
    FloatHistogram[] terms = new FloatHistogram[2 + random.nextInt(4)];
    int lowest = 8;
    for (int i = 0; i < terms.length; i++) {
      terms[i] = random(random, random.nextInt(6) - 2, custom);
      lowest = Math.min(lowest, terms[i].schema());
    }
    HistogramSum sum = new HistogramSum();
    Map<Integer, Double> above = new TreeMap<>();
    Map<Integer, Double> below = new TreeMap<>();
    double count = 0;
    for (FloatHistogram term : terms) {
      assertThat(sum.add(term)).isTrue();
      observe(above, term.positive(), term, lowest);
      observe(below, term.negative(), term, lowest);
      count += term.count();
    }
    FloatHistogram result = sum.result().compact();

    assertThat(result.schema()).isEqualTo(lowest);
    assertThat(result.count()).isEqualTo(count);
    assertThat(buckets(result.positive())).isEqualTo(above);
    assertThat(buckets(result.negative())).isEqualTo(below);

    for (int i = terms.length - 1; i > 0; i--) {
      assertThat(sum.subtract(terms[i])).isTrue();
    }
    FloatHistogram first = custom ? terms[0] : terms[0].reducedTo(lowest);
    assertThat(sum.result().compact().equalTo(first.compact())).isTrue();
  }

  @Seeds(300)
  void a_stored_histogram_comes_back_and_one_that_grew_was_not_reset(long seed) {
    Random random = new Random(seed);
    FloatHistogram one = random(random, random.nextInt(6) - 2, random.nextInt(4) == 0);
    FloatHistogram more = random(random, one.schema(), one.custom());
    HistogramSum sum = new HistogramSum();
    sum.set(one);
    sum.add(more);
    FloatHistogram grown = sum.result();

    assertThat(FloatHistogram.of(one.toNative())).isEqualTo(one);
    assertThat(HistogramResets.between(one, grown)).isFalse();
    assertThat(HistogramResets.between(grown, one)).isEqualTo(more.count() > 0);
  }

  @Test
  void exponential_and_custom_buckets_have_no_sum() {
    Random random = new Random(1);
    HistogramSum sum = new HistogramSum();
    sum.set(random(random, 0, false));
    FloatHistogram before = sum.result();

    assertThat(sum.add(random(random, 0, true))).isFalse();
    assertThat(sum.result()).isEqualTo(before);
  }

  @Test
  void a_zero_bucket_takes_in_what_a_wider_one_covers() {
    FloatHistogram narrow =
        new FloatHistogram(
            0,
            ResetHint.UNKNOWN,
            0.001,
            1,
            8,
            0,
            new Side(new int[] {-1, 0, 1}, new double[] {2, 0, 5}),
            Side.NONE,
            new double[0]);
    FloatHistogram wide =
        new FloatHistogram(0, ResetHint.UNKNOWN, 0.4, 3, 3, 0, Side.NONE, Side.NONE, new double[0]);
    HistogramSum sum = new HistogramSum();
    sum.set(narrow);
    sum.add(wide);

    // 0.4 lies in (0.25, 0.5], which has observations: the zero bucket ends at 0.5.
    assertThat(sum.result().zeroThreshold()).isEqualTo(0.5);
    assertThat(sum.result().zeroCount()).isEqualTo(6);
    assertThat(buckets(sum.result().compact().positive())).isEqualTo(Map.of(1, 5.0));
  }
}
