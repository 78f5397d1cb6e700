package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Corners that random queries found us to differ from a real Prometheus in.
class PrometheusEdgesTest {

  private static final Labels X = Labels.of("__name__", "x");

  private static SeriesBook book() {
    return new SeriesBook()
        .with(Labels.of("__name__", "x", "i", "1"), 1, 2, 3)
        .with(Labels.of("__name__", "x", "i", "2"), 1, 2, 3);
  }

  @Test
  void infinities_win_over_nan_when_values_are_clamped() {
    SeriesBook book = new SeriesBook().with(X, Double.NEGATIVE_INFINITY);

    assertThat(book.at(0, "clamp_max(x, NaN)")).isEqualTo("{} -Inf");
    assertThat(book.at(0, "clamp_min(-x, NaN)")).isEqualTo("{} +Inf");
    assertThat(book.at(0, "clamp_min(x, NaN)")).isEqualTo("{} NaN");
  }

  @Test
  void the_calendar_goes_as_far_as_seconds_do() {
    SeriesBook book = new SeriesBook();

    assertThat(book.at(0, "year(vector(1e18))")).isEqualTo("{} 31688740476");
    assertThat(book.at(0, "day_of_year(vector(-1e18))")).isEqualTo("{} 69");
    assertThat(book.at(0, "day_of_week(vector(-1e17))")).isEqualTo("{} 4");
    assertThat(book.at(0, "month(vector(951782400))")).as("29 February 2000").isEqualTo("{} 2");
    assertThat(book.at(0, "day_of_year(vector(951868800))")).isEqualTo("{} 61");
    assertThat(book.at(0, "year(vector(NaN))")).isEqualTo("{} NaN");
  }

  @Test
  void errors_inside_an_aggregation_name_it() {
    assertError("sum([5m])", "1:5: parse error: unexpected \"[\" in aggregation");
    assertError("sum(abs(x) y)", "1:12: parse error: unexpected identifier \"y\" in aggregation");
    assertError("abs(x y)", "1:7: parse error: unexpected identifier \"y\"");
  }

  @Test
  void a_comma_before_what_is_no_argument_is_the_error() {
    assertError(
        "rate(x,[1m])", "1:7: parse error: trailing commas not allowed in function call args");
  }

  @Test
  void nothing_has_no_position() {
    assertError("", "unknown position: parse error: no expression found in input");
  }

  @Test
  void a_duration_that_cannot_be_is_refused_before_anything_is_read() {
    PromqlEngine engine = book().engine(PromqlOptions.everything());

    assertThatThrownBy(() ->
            engine.instant("absent(nothing) or rate(x[1m-2m])", 0, MetricQuery.Options.defaults()))
        .isInstanceOfSatisfying(
            MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA))
        .hasMessageEndingWith("duration must be greater than 0");
  }

  @Test
  void series_that_share_a_partner_are_shown_with_all_labels() {
    assertThatThrownBy(() -> book().at(2, "vector(1) + on () x"))
        .hasMessageContaining(
            "match group {} on the right hand-side of the operation:"
                + " [{__name__=\"x\", i=\"1\"}, {__name__=\"x\", i=\"2\"}];many-to-many");
  }

  @Test
  void annotations_point_to_where_the_same_was_said_last() {
    assertThat(book().ask("rate(x[5m]) + rate(x[6m])", 120_000).infos())
        .containsExactly(
            "PromQL info: metric might not be a counter, name does not end in"
                + " _total/_sum/_count/_bucket: \"x\" (1:20)");
  }

  @Test
  void annotations_point_into_parentheses_and_to_the_start_for_computed_ranges() {
    assertThat(book().ask("quantile((2), x)", 120_000).warnings())
        .singleElement()
        .asString()
        .endsWith("(1:11)");
    assertThat(book().ask("abs(rate(((x[5m]))))", 120_000).infos())
        .singleElement()
        .asString()
        .endsWith("(1:12)");
    assertThat(book().ask("abs(rate(x[5m:1m]))", 120_000).infos())
        .singleElement()
        .asString()
        .endsWith("(1:1)");
  }

  @Test
  void the_last_equality_of_a_label_tells_what_is_absent() {
    assertThat(book().at(0, "absent(y{i=~\"1.*\", i=\"2\"})")).isEqualTo("{i=\"2\"} 1");
    assertThat(book().at(0, "absent(y{i=\"2\", i=~\"1.*\"})")).isEqualTo("{} 1");
  }

  @Test
  void counts_that_do_not_ascend_make_no_fraction_negative() {
    SeriesBook book =
        new SeriesBook()
            .with(Labels.of("__name__", "h", "le", "10"), 5)
            .with(Labels.of("__name__", "h", "le", "+Inf"), 4);

    assertThat(book.at(0, "histogram_fraction(100, Inf, h)")).isEqualTo("{} 0");
  }

  @Test
  void limit_ratio_picks_by_xxhash() {
    assertThat(hash("")).isEqualTo(0xEF46DB3751D8E999L);
    assertThat(hash("a")).isEqualTo(0xD24EC4F1A98C6E5BL);
    assertThat(hash("abc")).isEqualTo(0x44BC2CF5AD770999L);
    assertThat(LabelsHash.fraction(X)).isBetween(0.0, 1.0);
  }

  private static long hash(String text) {
    return LabelsHash.xxh64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertError(String query, String message) {
    assertThatThrownBy(() -> new SeriesBook().at(0, query)).hasMessage(message);
  }
}
