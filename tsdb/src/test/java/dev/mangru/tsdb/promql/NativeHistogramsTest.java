package dev.mangru.tsdb.promql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.time.TimeRange;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A store with one native histogram at 0 ms, in `h`, and no float at all.
class NativeHistogramsTest {

  private static final Labels LABELS = Labels.of("__name__", "h", "job", "api");

  private final PromqlEngine engine =
      new PromqlEngine(new OneHistogram(), PromqlOptions.defaults());

  private String at(long timeMs, String expression) {
    return SeriesBook.text(
        engine.instant(expression, timeMs, MetricQuery.Options.defaults()).value());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"h", "sum(h)", "rate(h[5m])", "avg_over_time(h[5m])", "h + 1", "h[5m]", "max(h)"})
  void where_its_value_would_count_there_is_an_error_and_no_number(String expression) {
    assertThatThrownBy(() -> at(1_000, expression))
        .isInstanceOfSatisfying(
            MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EXECUTION))
        .hasMessageContaining("h{job=\"api\"}")
        .hasMessageContaining("native histograms");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "count(h)",
        "group(h)",
        "count_over_time(h[5m])",
        "present_over_time(h[5m])",
        "count by (job) (h)",
        "timestamp(h) + 1"
      })
  void where_only_its_presence_counts_it_is_counted(String expression) {
    assertThat(at(0, expression)).endsWith(" 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"absent(h)", "absent_over_time(h[5m])"})
  void what_is_there_is_not_absent(String expression) {
    assertThat(at(1_000, expression)).isEmpty();
    assertThat(at(300_000, expression)).isEqualTo("{} 1");
  }

  private record OneHistogram() implements MetricStore {

    @Override
    public Appender appender() {
      throw new IllegalStateException("read only");
    }

    @Override
    public Querier querier(TimeRange range) {
      return new View(range);
    }

    @Override
    public void close() {}
  }

  private record View(TimeRange range) implements Querier {

    @Override
    public List<Series> select(List<LabelMatcher> matchers) {
      return range.startMs() <= 0 && range.endMs() >= 0 && LabelMatcher.allMatch(matchers, LABELS)
          ? List.of(new Histogram())
          : List.of();
    }

    @Override
    public List<String> labelNames(List<LabelMatcher> matchers) {
      return List.of("__name__", "job");
    }

    @Override
    public List<String> labelValues(String name, List<LabelMatcher> matchers) {
      return List.of(LABELS.get(name));
    }

    @Override
    public void close() {}
  }

  private record Histogram() implements Querier.Series {

    @Override
    public Labels labels() {
      return LABELS;
    }

    @Override
    public SampleCursor samples() {
      throw new IllegalStateException("the engine reads columns");
    }

    @Override
    public void read(SampleColumns columns) {
      columns.clear();
      columns.add(0, SampleCursor.NO_START, 7, NativeHistogram.builder(false).total(1, 7).build());
    }
  }
}
