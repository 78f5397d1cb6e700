package dev.mangru.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SampleBatchTest {

  private record Sample(Labels labels, long timestampMs, double value, long startMs) {}

  @Seeds(60)
  void gives_back_what_was_added_in_order(long seed) {
    Random random = new Random(seed);
    SampleBatch batch = new SampleBatch();
    List<Sample> expected = new ArrayList<>();
    for (int i = 0; i < seed * 60; i++) {
      Sample sample =
          new Sample(
              Labels.of("__name__", "m" + random.nextInt(50)),
              random.nextLong(),
              random.nextDouble(),
              random.nextBoolean() ? random.nextLong() : SampleBatch.NO_START);
      expected.add(sample);
      batch.add(sample.labels, sample.timestampMs, sample.value, sample.startMs);
    }
    if (random.nextBoolean() && !expected.isEmpty()) {
      int kept = random.nextInt(expected.size());
      batch.truncate(kept);
      expected = expected.subList(0, kept);
    }

    List<Sample> got = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      got.add(
          new Sample(
              batch.labels(i), batch.timestampMs(i), batch.value(i), batch.startTimestampMs(i)));
    }
    assertThat(got).isEqualTo(expected);
  }

  @Test
  void a_cleared_batch_is_empty_and_can_be_filled_again() {
    SampleBatch batch = new SampleBatch();
    batch.add(Labels.of("__name__", "a"), 1, 2);
    batch.describe("a", MetricType.GAUGE, "An a.");
    batch.clear();

    assertThat(batch.isEmpty()).isTrue();
    assertThat(batch.metadata()).isEmpty();
    assertThatThrownBy(() -> batch.labels(0)).isInstanceOf(IndexOutOfBoundsException.class);

    batch.add(Labels.of("__name__", "b"), 3, StaleMarker.VALUE);
    assertThat(batch.labels(0).metricName()).isEqualTo("b");
    assertThat(StaleMarker.is(batch.value(0))).isTrue();
    assertThat(batch.startTimestampMs(0)).isEqualTo(SampleBatch.NO_START);
  }

  @Test
  void another_batch_is_appended_with_its_metadata() {
    SampleBatch one = new SampleBatch();
    one.add(Labels.of("__name__", "a"), 1, 2);
    one.describe("a", MetricType.GAUGE, "Old.");
    SampleBatch two = new SampleBatch();
    two.add(Labels.of("__name__", "a", "x", "y"), 3, 4, 1);
    two.describe("a", MetricType.COUNTER, "New.");

    one.addAll(two);

    assertThat(one.size()).isEqualTo(2);
    assertThat(one.startTimestampMs(1)).isEqualTo(1);
    assertThat(one.metadata().get("a")).isEqualTo(new MetricMetadata(MetricType.COUNTER, "New."));
  }

  @Test
  void a_batch_cannot_be_truncated_to_more_than_it_holds() {
    assertThatThrownBy(() -> new SampleBatch().truncate(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 samples to 1");
  }
}
