package dev.mangru.model.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary.Rejection;
import dev.mangru.model.time.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [MetricStore] must do. An implementation's test extends this and supplies itself.
public abstract class MetricStoreContract {

  /// The store's clock stands here.
  protected static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  /// [#NOW] in milliseconds.
  protected static final long T = NOW.toEpochMilli();

  /// The retention of the store under test.
  protected static final Duration RETENTION = Duration.ofDays(30);

  /// How far ahead of the clock it accepts samples.
  protected static final Duration MAX_AHEAD = Duration.ofMinutes(10);

  /// How many series it accepts.
  protected static final int MAX_SERIES = 50;

  private MetricStore store;

  /// An empty store whose clock stands at [#NOW], with [#RETENTION], [#MAX_AHEAD] and
  /// [#MAX_SERIES].
  protected abstract MetricStore open() throws Exception;

  /// The store under test.
  protected final MetricStore store() {
    return store;
  }

  @BeforeEach
  void open_the_store() throws Exception {
    store = open();
  }

  @AfterEach
  void close_the_store() {
    store.close();
  }

  private static Labels series(String... labels) {
    return Labels.of(labels).toBuilder().set(Labels.METRIC_NAME, "up").build();
  }

  private AppendSummary append(Labels labels, long timestampMs, double value) {
    Appender appender = store.appender();
    appender.append(labels, timestampMs, value);
    return appender.commit();
  }

  private AppendResult rejection(Labels labels, long timestampMs, double value) {
    AppendSummary summary = append(labels, timestampMs, value);
    assertThat(summary.accepted()).isZero();
    assertThat(summary.rejected()).isEqualTo(1);
    Rejection rejection = summary.examples().getFirst();
    assertThat((Object) rejection.labels()).isEqualTo(labels);
    assertThat(rejection.timestampMs()).isEqualTo(timestampMs);
    return rejection.reason();
  }

  private static List<String> samples(SampleCursor cursor) {
    List<String> samples = new ArrayList<>();
    while (cursor.next()) {
      samples.add(cursor.timestampMs() + "=" + cursor.value());
    }
    return samples;
  }

  private List<String> select(TimeRange range, LabelMatcher... matchers) {
    try (Querier querier = store.querier(range)) {
      return querier.select(List.of(matchers)).stream()
          .filter(one -> one.samples().next()) // others may be among them
          .map(one -> one.labels() + " " + samples(one.samples()))
          .toList();
    }
  }

  private List<String> names(LabelMatcher... matchers) {
    try (Querier querier = store.querier(TimeRange.ALL)) {
      return querier.select(List.of(matchers)).stream()
          .map(one -> one.labels().get("a") + one.labels().get("b"))
          .toList();
    }
  }

  @Test
  void what_is_committed_can_be_read() {
    Appender appender = store.appender();
    appender.append(series("a", "1"), T, 1);
    appender.append(series("a", "1"), T + 1, 2);
    appender.append(series("a", "2"), T, 3);
    assertThat(select(TimeRange.ALL)).isEmpty();
    AppendSummary summary = appender.commit();
    assertThat(summary).isEqualTo(new AppendSummary(3, 0, List.of()));
    assertThat(select(TimeRange.ALL))
        .containsExactly(
            "up{a=\"1\"} [" + T + "=1.0, " + (T + 1) + "=2.0]", "up{a=\"2\"} [" + T + "=3.0]");
  }

  @Test
  void an_empty_batch_is_accepted() {
    assertThat(store.appender().commit()).isEqualTo(new AppendSummary(0, 0, List.of()));
  }

  @Test
  void both_ends_of_a_range_are_inside() {
    for (int i = 0; i < 5; i++) {
      append(series(), T + i, i);
    }
    assertThat(select(new TimeRange(T + 1, T + 3)))
        .containsExactly("up [" + (T + 1) + "=1.0, " + (T + 2) + "=2.0, " + (T + 3) + "=3.0]");
  }

  @Test
  void a_series_without_a_sample_in_the_range_has_nothing_to_read() {
    append(series("a", "1"), T, 1);
    append(series("a", "1"), T + 100, 1);
    append(series("a", "2"), T + 50, 1);
    assertThat(select(new TimeRange(T + 1, T + 99)))
        .containsExactly("up{a=\"2\"} [" + (T + 50) + "=1.0]");
    try (Querier querier = store.querier(new TimeRange(T + 1, T + 99))) {
      assertThat(querier.labelValues("a", List.of())).contains("2");
    }
  }

  @Test
  void nan_payloads_survive_bit_for_bit() {
    long[] bits = {
      StaleMarker.BITS,
      StaleMarker.NORMAL_NAN_BITS,
      0x7ff8dead_beef0001L,
      0xfff0000000000001L,
      Double.doubleToRawLongBits(-0.0),
      Double.doubleToRawLongBits(Double.NEGATIVE_INFINITY),
      1L
    };
    for (int i = 0; i < bits.length; i++) {
      append(series(), T + i, Double.longBitsToDouble(bits[i]));
    }
    try (Querier querier = store.querier(TimeRange.ALL)) {
      SampleCursor cursor = querier.select(List.of()).getFirst().samples();
      for (long wanted : bits) {
        assertThat(cursor.next()).isTrue();
        assertThat(Double.doubleToRawLongBits(cursor.value())).isEqualTo(wanted);
      }
      assertThat(cursor.next()).isFalse();
    }
  }

  @Test
  void an_exact_repeat_of_the_newest_sample_is_accepted_and_stored_once() {
    append(series(), T, StaleMarker.VALUE);
    assertThat(append(series(), T, StaleMarker.VALUE).accepted()).isEqualTo(1);
    assertThat(select(TimeRange.ALL)).containsExactly("up [" + T + "=NaN]");
  }

  @Test
  void another_value_at_the_same_time_is_a_conflict() {
    append(series(), T, 1);
    assertThat(rejection(series(), T, 2)).isEqualTo(new AppendResult.Conflict());
    append(series("a", "nan"), T, StaleMarker.VALUE);
    assertThat(rejection(series("a", "nan"), T, Double.NaN)).isEqualTo(new AppendResult.Conflict());
    append(series("a", "zero"), T, 0.0);
    assertThat(rejection(series("a", "zero"), T, -0.0)).isEqualTo(new AppendResult.Conflict());
  }

  @Test
  void an_older_sample_is_out_of_order_even_with_a_value_stored_before() {
    append(series(), T, 1);
    append(series(), T + 10, 1);
    assertThat(rejection(series(), T, 1)).isEqualTo(new AppendResult.OutOfOrder(T + 10));
  }

  @Test
  void one_batch_may_be_accepted_in_part() {
    Appender appender = store.appender();
    appender.append(series("a", "1"), T, 1);
    appender.append(series("a", "1"), T - 1, 2);
    appender.append(series("a", "2"), T, 3);
    AppendSummary summary = appender.commit();
    assertThat(summary.accepted()).isEqualTo(2);
    assertThat(summary.examples())
        .containsExactly(new Rejection(series("a", "1"), T - 1, new AppendResult.OutOfOrder(T)));
  }

  @Test
  void the_retention_bounds_the_past_and_the_clock_the_future() {
    long oldest = T - RETENTION.toMillis();
    long newest = T + MAX_AHEAD.toMillis();
    assertThat(rejection(series(), oldest - 1, 1)).isEqualTo(new AppendResult.TooOld(oldest));
    assertThat(rejection(series(), newest + 1, 1)).isEqualTo(new AppendResult.TooFarAhead(newest));
    assertThat(rejection(series(), Long.MIN_VALUE, 1)).isEqualTo(new AppendResult.TooOld(oldest));
    assertThat(rejection(series(), Long.MAX_VALUE, 1))
        .isEqualTo(new AppendResult.TooFarAhead(newest));
    assertThat(append(series(), oldest, 1).accepted()).isEqualTo(1);
    assertThat(append(series(), newest, 1).accepted()).isEqualTo(1);
    assertThat(select(TimeRange.ALL))
        .containsExactly("up [" + oldest + "=1.0, " + newest + "=1.0]");
  }

  @Test
  void one_series_more_than_the_limit_is_refused_and_the_others_go_on() {
    for (int i = 0; i < MAX_SERIES; i++) {
      append(series("a", "s" + i), T, 1);
    }
    assertThat(rejection(series("a", "one more"), T, 1))
        .isEqualTo(new AppendResult.TooManySeries(MAX_SERIES));
    assertThat(append(series("a", "s0"), T + 1, 1).accepted()).isEqualTo(1);
  }

  @Test
  void at_most_ten_rejections_are_told_one_by_one() {
    Appender appender = store.appender();
    for (int i = 0; i < 25; i++) {
      appender.append(series(), T - i, 1);
    }
    AppendSummary summary = appender.commit();
    assertThat(summary.rejected()).isEqualTo(24);
    assertThat(summary.examples()).hasSize(AppendSummary.MAX_EXAMPLES);
    assertThat(summary.examples().getFirst().timestampMs()).isEqualTo(T - 1);
  }

  @Test
  void matchers_select_by_label() {
    for (String a : List.of("x", "y", "")) {
      for (String b : List.of("1", "2", "")) {
        append(series("a", a, "b", b), T, 1);
      }
    }
    assertThat(names(LabelMatcher.equal("a", "x"))).containsExactly("x", "x1", "x2");
    assertThat(names(LabelMatcher.equal("a", ""))).containsExactly("", "1", "2");
    assertThat(names(LabelMatcher.equal("a", "z"))).isEmpty();
    assertThat(names(LabelMatcher.equal("none", ""))).hasSize(9);
    assertThat(names(of(LabelMatcher.Operator.NOT_EQUAL, "a", "x"), LabelMatcher.equal("b", "1")))
        .containsExactly("y1", "1");
    assertThat(names(of(LabelMatcher.Operator.NOT_EQUAL, "a", "")))
        .containsExactly("x", "x1", "x2", "y", "y1", "y2");
    assertThat(names(of(LabelMatcher.Operator.REGEX, "b", "1|2"), LabelMatcher.equal("a", "y")))
        .containsExactly("y1", "y2");
    assertThat(names(of(LabelMatcher.Operator.REGEX, "b", ".+")))
        .containsExactly("x1", "x2", "y1", "y2", "1", "2");
    assertThat(names(of(LabelMatcher.Operator.REGEX, "b", "1|"), LabelMatcher.equal("a", "y")))
        .containsExactly("y", "y1");
    assertThat(names(of(LabelMatcher.Operator.NOT_REGEX, "b", "1|2")))
        .containsExactly("", "x", "y");
    assertThat(names(of(LabelMatcher.Operator.NOT_REGEX, "b", "")))
        .containsExactly("x1", "x2", "y1", "y2", "1", "2");
  }

  private static LabelMatcher of(LabelMatcher.Operator operator, String name, String value) {
    return LabelMatcher.of(operator, name, value);
  }

  @Test
  void label_names_and_values_are_those_of_the_selected_series() {
    append(series("a", "1"), T, 1);
    append(series("b", "2", "z", "3"), T, 1);
    append(Labels.of(Labels.METRIC_NAME, "other", "b", "\uE000", "ä", "4"), T, 1);
    append(series("b", "😀"), T, 1);
    try (Querier querier = store.querier(TimeRange.ALL)) {
      assertThat(querier.labelNames(List.of())).containsExactly("__name__", "a", "b", "z", "ä");
      assertThat(querier.labelNames(List.of(LabelMatcher.equal("b", "2"))))
          .containsExactly("__name__", "b", "z");
      assertThat(querier.labelValues("b", List.of())).containsExactly("2", "\uE000", "😀");
      assertThat(querier.labelValues("b", List.of(LabelMatcher.equal("__name__", "up"))))
          .containsExactly("2", "😀");
      assertThat(querier.labelValues("none", List.of())).isEmpty();
    }
  }

  @Test
  void a_series_whose_samples_were_all_refused_does_not_exist() {
    rejection(series("a", "never"), T - RETENTION.toMillis() - 1, 1);
    try (Querier querier = store.querier(TimeRange.ALL)) {
      assertThat(querier.select(List.of())).isEmpty();
      assertThat(querier.labelNames(List.of())).isEmpty();
    }
  }

  @Test
  void a_cursor_seeks_to_the_first_sample_at_or_after_a_time() {
    for (int i = 0; i < 1_000; i++) {
      append(series(), T - 1_000_000 + 1_000L * i, i);
    }
    long first = T - 1_000_000;
    try (Querier querier = store.querier(new TimeRange(first + 5_000, first + 800_000))) {
      SampleCursor cursor = querier.select(List.of()).getFirst().samples();
      assertThat(cursor.seek(first)).isTrue();
      assertThat(cursor.value()).isEqualTo(5);
      assertThat(cursor.seek(first + 500_001)).isTrue();
      assertThat(cursor.value()).isEqualTo(501);
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.value()).isEqualTo(502);
      assertThat(cursor.seek(first + 800_000)).isTrue();
      assertThat(cursor.value()).isEqualTo(800);
      assertThat(cursor.seek(first + 800_001)).isFalse();
      assertThat(cursor.next()).isFalse();
    }
  }

  @Test
  void a_closed_store_refuses_work_and_may_be_closed_again() {
    Appender appender = store.appender();
    appender.append(series(), T, 1);
    store.close();
    assertThatThrownBy(appender::commit).isInstanceOf(MangruException.class);
    assertThatThrownBy(() -> store.querier(TimeRange.ALL)).isInstanceOf(MangruException.class);
    store.close();
  }
}
