package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.FloatHistogram.Side;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.tsdb.conformance.MemoryStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Native histograms among floats: every minute `h` observes ten values between 1 and 2 and ten
/// between 2 and 4; `f` counts floats, and `m` turns from float to histogram at the third minute.
class NativeHistogramsTest {

  private static final long MINUTE = 60_000;

  private final MemoryStore store = new MemoryStore();
  private final PromqlEngine engine = new PromqlEngine(store, PromqlOptions.defaults());

  @BeforeEach
  void load() {
    Appender appender = store.appender();
    for (int minute = 0; minute < 10; minute++) {
      NativeHistogram histogram = histogram(10 * minute).toNative();
      long time = minute * MINUTE;
      appender.append(
          Labels.of("__name__", "h", "job", "api"), time, SampleCursor.NO_START, histogram);
      appender.append(Labels.of("__name__", "f", "job", "api"), time, minute);
      if (minute < 3) {
        appender.append(Labels.of("__name__", "m"), time, minute);
      } else {
        appender.append(Labels.of("__name__", "m"), time, SampleCursor.NO_START, histogram);
      }
    }
    appender.commit();
  }

  /// `each` observations in (1, 2] and as many in (2, 4].
  private static FloatHistogram histogram(double each) {
    return new FloatHistogram(
        0,
        ResetHint.UNKNOWN,
        0,
        0,
        2 * each,
        5 * each,
        new Side(new int[] {1, 2}, new double[] {each, each}),
        Side.NONE,
        new double[0]);
  }

  private QueryResult ask(String expression, long timeMs) {
    return engine.instant(expression, timeMs, MetricQuery.Options.defaults());
  }

  private List<QueryValue.Sample> samples(String expression) {
    return ((QueryValue.Vector) ask(expression, 9 * MINUTE).value()).samples();
  }

  @Test
  void a_selector_gives_the_histogram() {
    QueryValue.Sample sample = samples("h").getFirst();

    assertThat(sample.histogram()).isEqualTo(histogram(90));
    assertThat(sample.value()).isNaN();
  }

  @ParameterizedTest
  @CsvSource({
    "histogram_count(h), 180",
    "histogram_sum(h), 450",
    "histogram_avg(h), 2.5",
    "'histogram_quantile(0.25, h)', 1.4142135623730951",
    "'histogram_quantile(0.5, h)', 2",
    "'histogram_fraction(0, 2, h)', 0.5",
    "histogram_count(rate(h[5m]) * 60), 20",
    "histogram_count(sum(h) / 2), 90",
    "histogram_count(-h), -180",
    "histogram_count(h - h), 0",
    "count(h), 1",
    "count_over_time(h[5m]), 5",
    "changes(h[5m]), 4",
    "resets(h[5m]), 0",
    "scalar(h) == bool scalar(h), 0",
    "histogram_count(sum(h == h)), 180",
  })
  void numbers_are_made_of_histograms(String expression, double expected) {
    QueryValue value = ask(expression, 9 * MINUTE).value();
    double got =
        switch (value) {
          case QueryValue.Scalar scalar -> scalar.value();
          case QueryValue.Vector vector -> vector.samples().getLast().value();
          case QueryValue.Text _, QueryValue.Matrix _ -> throw new AssertionError(value);
        };

    assertThat(got).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"abs(h)", "h > 1", "h + 1", "max(h)", "h ^ h", "max_over_time(h[5m])"})
  void what_has_no_meaning_for_histograms_has_no_result(String expression) {
    assertThat(samples(expression)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "max(h), infos, ignored histogram in max aggregation (1:5)",
    "h + 1, infos, 'incompatible sample types encountered for binary operator \"+\": histogram + float (1:1)'",
    "'sum({job=\"api\"})', warnings, encountered a mix of histograms and floats for aggregation (1:5)",
    "rate(m[10m]), warnings, 'encountered a mix of histograms and floats for metric name \"m\" (1:6)'",
    "delta(h[5m]), warnings, 'this native histogram metric is not a gauge: \"h\" (1:7)'",
    "max_over_time(m[10m]), infos, 'ignored histograms in a range containing both floats and histograms for metric name \"m\" (1:15)'",
  })
  void what_is_left_out_is_said(String expression, String kind, String text) {
    QueryResult result = ask(expression, 9 * MINUTE);

    assertThat(kind.equals("infos") ? result.infos() : result.warnings())
        .singleElement()
        .asString()
        .endsWith(text);
  }

  @Test
  void a_range_query_tells_floats_and_histograms_of_one_series_apart() {
    QueryResult result = engine.range("m", 0, 4 * MINUTE, MINUTE, MetricQuery.Options.defaults());
    QueryValue.Points points = ((QueryValue.Matrix) result.value()).series().getFirst();

    assertThat(points.count()).isEqualTo(5);
    assertThat(points.values()[2]).isEqualTo(2);
    assertThat(points.histogram(2)).isNull();
    assertThat(points.histogram(3)).isEqualTo(histogram(30));
  }

  @ParameterizedTest
  @ValueSource(strings = {"absent(h)", "absent_over_time(h[5m])"})
  void what_is_there_is_not_absent(String expression) {
    assertThat(samples(expression)).isEmpty();
    assertThat(((QueryValue.Vector) ask(expression, 60 * MINUTE).value()).samples()).hasSize(1);
  }

  @Test
  void histograms_of_a_shown_range_stay_counted() {
    MetricQuery.Options limits =
        new MetricQuery.Options(Duration.ofMinutes(1), null, 310, new Cancellation());

    assertThatThrownBy(() -> engine.instant("{__name__=~\"h|m\"}[10m]", 9 * MINUTE, limits))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining("too many samples");
    assertThat(engine.instant("h[10m]", 9 * MINUTE, limits).warnings()).isEmpty();
  }

  @Test
  void one_histogram_at_many_steps_is_held_once() {
    FloatHistogram one = histogram(1);

    assertThat(StepSeries.weight(new FloatHistogram[] {one, one, null, one}))
        .isEqualTo(StepSeries.weight(new FloatHistogram[] {one}))
        .isPositive();
  }
}
