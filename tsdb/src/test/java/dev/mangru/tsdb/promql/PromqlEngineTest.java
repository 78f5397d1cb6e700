package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.StaleMarker;
import org.junit.jupiter.api.Test;

class PromqlEngineTest {

  private static final Labels X = Labels.of("__name__", "x");

  private static Labels http(String job, String code) {
    return Labels.of("__name__", "http_total", "job", job, "code", code);
  }

  private static SeriesBook traffic() {
    return new SeriesBook()
        .with(http("api", "200"), 0, 60, 120, 180, 240, 300)
        .with(http("api", "500"), 0, 6, 12, 18, 24, 30)
        .with(http("web", "200"), 0, 120, 240, 360, 480, 600);
  }

  @Test
  void an_instant_selector_takes_the_newest_sample_inside_the_lookback() {
    SeriesBook book = new SeriesBook().sample(X, 0, 7);

    assertThat(SeriesBook.text(book.ask("x", 299_999).value())).isEqualTo("x 7");
    assertThat(SeriesBook.text(book.ask("x", 300_000).value())).as("left-open").isEmpty();
    assertThat(SeriesBook.text(book.ask("x", -1).value())).isEmpty();
  }

  @Test
  void a_stale_marker_ends_a_series_at_once() {
    SeriesBook book = new SeriesBook().with(X, 1, 2, StaleMarker.VALUE);

    assertThat(book.over(0, 3, "x")).isEqualTo("x 1@0 2@1");
    assertThat(book.at(3, "count_over_time(x[10m])")).isEqualTo("{} 2");
  }

  @Test
  void rates_are_per_second_and_know_resets() {
    assertThat(traffic().at(5, "sum by (job) (rate(http_total[5m]))"))
        .isEqualTo("{job=\"api\"} 1.1, {job=\"web\"} 2");
    SeriesBook reset = new SeriesBook().with(X, 10, 20, 5, 15);
    assertThat(reset.at(3, "increase(x[4m])")).isEqualTo("{} 33.33333333333333");
    assertThat(reset.at(3, "resets(x[4m])")).isEqualTo("{} 1");
  }

  @Test
  void vectors_match_by_labels() {
    SeriesBook book = traffic();

    assertThat(book.at(5, "http_total{code=\"500\"} / ignoring (code) http_total{code=\"200\"}"))
        .isEqualTo("{job=\"api\"} 0.1");
    assertThat(book.at(5, "http_total / on (job) group_left sum by (job) (http_total) > 0.5"))
        .isEqualTo("{code=\"200\", job=\"api\"} 0.9090909090909091, {code=\"200\", job=\"web\"} 1");
    assertThat(book.at(5, "http_total unless http_total{job=\"api\"}"))
        .isEqualTo("http_total{code=\"200\", job=\"web\"} 600");
    assertThatThrownBy(() -> book.at(5, "sum by (job) (http_total) / on () http_total"))
        .hasMessage(
            "found duplicate series for the match group {} on the right hand-side of the operation:"
                + " [{__name__=\"http_total\", code=\"200\", job=\"api\"},"
                + " {__name__=\"http_total\", code=\"200\", job=\"web\"}"
                + "];many-to-many matching not allowed: matching labels must be unique on one side")
        .extracting(e -> ((MangruException) e).code())
        .isEqualTo(ErrorCode.EXECUTION);
  }

  @Test
  void comparisons_filter_or_answer_zero_and_one() {
    SeriesBook book = traffic();

    assertThat(book.at(5, "http_total > 100"))
        .isEqualTo(
            "http_total{code=\"200\", job=\"api\"} 300, http_total{code=\"200\", job=\"web\"} 600");
    assertThat(book.at(5, "500 < http_total"))
        .as("the vector's value, also on the right")
        .isEqualTo("http_total{code=\"200\", job=\"web\"} 600");
    assertThat(book.at(5, "http_total{job=\"web\"} > bool 1000"))
        .isEqualTo("{code=\"200\", job=\"web\"} 0");
  }

  @Test
  void classic_histograms_have_quantiles() {
    SeriesBook book = new SeriesBook();
    double[] counts = {10, 30, 60, 100};
    String[] bounds = {"0.1", "0.5", "1", "+Inf"};
    for (int i = 0; i < 4; i++) {
      book.sample(Labels.of("__name__", "d_bucket", "le", bounds[i]), 0, counts[i]);
    }

    assertThat(book.at(0, "histogram_quantile(0.2, d_bucket)")).isEqualTo("{} 0.30000000000000004");
    assertThat(book.at(0, "histogram_quantile(0.99, d_bucket)")).isEqualTo("{} 1");
    assertThat(book.ask("histogram_quantile(7, d_bucket)", 0).warnings())
        .containsExactly("PromQL warning: quantile value should be between 0 and 1, got 7 (1:20)");
  }

  @Test
  void subqueries_stand_on_the_grid_of_their_step() {
    SeriesBook book = new SeriesBook().with(X, 0, 1, 2, 3, 4, 5);

    assertThat(SeriesBook.text(book.ask("x[2m:1m]", 4 * SeriesBook.MINUTE + 30_000).value()))
        .isEqualTo("x 3@3 4@4");
    assertThat(book.at(5, "max_over_time(deriv(x[2m])[3m:1m])"))
        .isEqualTo("{} 0.016666666666666666");
  }

  @Test
  void a_part_pinned_by_at_is_the_same_at_every_step() {
    SeriesBook book = new SeriesBook().with(X, 0, 1, 2, 3);

    assertThat(book.over(0, 2, "x @ 60")).isEqualTo("x 1@0 1@1 1@2");
    assertThat(book.over(0, 2, "x @ end() - x")).isEqualTo("{} 2@0 1@1 0@2");
    assertThat(book.over(0, 2, "x offset -1m")).isEqualTo("x 1@0 2@1 3@2");
  }

  @Test
  void without_delayed_removal_names_go_at_once() {
    SeriesBook book = new SeriesBook().with(X, 1).with(Labels.of("__name__", "y"), 2);

    assertThatThrownBy(() -> book.at(0, "abs({__name__=~\"x|y\"})"))
        .as("both are {} after abs")
        .hasMessage("vector cannot contain metrics with the same labelset");
  }

  @Test
  void sums_are_compensated() {
    SeriesBook book =
        new SeriesBook()
            .with(Labels.of("__name__", "s", "i", "1"), 1e100)
            .with(Labels.of("__name__", "s", "i", "2"), 1)
            .with(Labels.of("__name__", "s", "i", "3"), -1e100);

    assertThat(book.at(0, "sum(s)")).isEqualTo("{} 1");
  }

  @Test
  void a_range_query_answers_scalars_and_vectors_only() {
    SeriesBook book = traffic();

    assertThat(book.over(0, 2, "time() / 60")).isEqualTo("{} 0@0 1@1 2@2");
    assertThatThrownBy(() -> book.over(0, 1, "http_total[5m]"))
        .hasMessage(
            "invalid expression type \"range vector\" for range query, must be Scalar or instant"
                + " Vector");
    assertThatThrownBy(() ->
            book.engine(PromqlOptions.defaults())
                .range("x", 10, 0, 1, MetricQuery.Options.defaults()))
        .hasMessage("end timestamp must not be before start time");
  }

  @Test
  void statistics_of_native_histograms_skip_floats() {
    assertThat(traffic().at(0, "histogram_avg(http_total)")).isEmpty();
  }

  @Test
  void the_answer_tells_how_many_samples_were_read() {
    assertThat(traffic().ask("sum(rate(http_total[5m]))", 5 * SeriesBook.MINUTE).samplesRead())
        .isEqualTo(15);
  }

  @Test
  void a_counter_without_a_counters_name_is_worth_a_word() {
    SeriesBook book = new SeriesBook().with(X, 1, 2);

    assertThat(book.ask("rate(x[5m])", SeriesBook.MINUTE).infos())
        .containsExactly(
            "PromQL info: metric might not be a counter, name does not end in"
                + " _total/_sum/_count/_bucket: \"x\" (1:6)");
  }

  @Test
  void strings_and_scalars_are_answers_too() {
    SeriesBook book = new SeriesBook();

    assertThat(book.ask("\"hello\"", 5).value()).isEqualTo(new QueryValue.Text(5, "hello"));
    assertThat(book.ask("1 + 2 * 3 ^ 2", 5).value()).isEqualTo(new QueryValue.Scalar(5, 19));
  }
}
