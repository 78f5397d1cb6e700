package dev.mangru.alerts.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.slo.Objective;
import dev.mangru.model.slo.Objective.Indicator;
import dev.mangru.model.slo.SloStatus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SloEngineTest {

  private static final Labels GOOD = Labels.of("__name__", "requests_total", "code", "200");
  private static final Labels BAD = Labels.of("__name__", "requests_total", "code", "500");
  private static final Labels UP = Labels.of("__name__", "up", "instance", "a");
  private static final Objective RATIO =
      new Objective(
          "requests",
          "requests are answered",
          0.99,
          new Indicator.Ratio("requests_total{code=\"200\"}", "requests_total"));
  private static final Objective SLICE =
      new Objective("up", "the node is up", 0.999, new Indicator.TimeSlice("up == 1"));

  /// Nothing is late here, so ticks count up to the very moment, in whole seconds.
  private static final SloOptions PROMPT =
      new SloOptions(
          Duration.ofSeconds(10),
          Duration.ZERO,
          Duration.ofMinutes(1),
          Duration.ZERO,
          Duration.ofDays(1),
          3,
          Duration.ofSeconds(5));

  private final MemoryMetricStore store = new MemoryMetricStore();
  private final SelectorQuery query = new SelectorQuery(store);
  private SloEngine engine = new SloEngine(List.of(RATIO, SLICE), query, store, PROMPT);

  private void tick(long second) {
    engine.tick(Instant.ofEpochSecond(second));
  }

  private void restart() {
    engine = new SloEngine(List.of(RATIO, SLICE), query, store, PROMPT);
  }

  private void sample(Labels series, long second, double value) {
    store.add(series, second * 1_000, value);
  }

  private SloStatus requests() {
    return engine.statuses().getFirst();
  }

  private SloStatus up() {
    return engine.statuses().get(1);
  }

  private static SloStatus.Window window(SloStatus status, String name) {
    return status.windows().stream().filter(w -> w.name().equals(name)).findFirst().orElseThrow();
  }

  private double counted(String series, String objective) {
    return store.samples(Labels.of("__name__", series, "slo", objective)).lastEntry().getValue();
  }

  @Test
  void before_the_first_tick_nothing_is_known() {
    assertThat(engine.statuses())
        .hasSize(2)
        .allSatisfy(status -> {
          assertThat(status.burnRate1h()).isNull();
          assertThat(status.windows())
              .extracting(SloStatus.Window::name)
              .containsExactly("1h", "1d", "30d", "1y");
          assertThat(status.windows())
              .allSatisfy(w -> {
                assertThat(w.availability()).isNull();
                assertThat(w.measured()).isZero();
              });
        });
  }

  @Test
  void what_happened_before_the_first_tick_does_not_count() {
    sample(GOOD, 995, 1_000);
    sample(BAD, 995, 500);
    tick(1_000);
    sample(GOOD, 1_005, 1_090);
    sample(BAD, 1_005, 510);
    tick(1_010);

    assertThat(window(requests(), "1h").availability()).isCloseTo(0.9, within(1e-12));
    assertThat(window(requests(), "1h").measured()).isEqualTo(Duration.ofSeconds(10));
    assertThat(requests().burnRate1h()).isCloseTo(10, within(1e-9));
    assertThat(counted("mangru_slo_total", "requests")).isEqualTo(100);
  }

  @Test
  void the_first_error_of_a_new_series_counts() {
    sample(GOOD, 995, 1_000);
    tick(1_000);
    sample(GOOD, 1_005, 1_009);
    sample(BAD, 1_005, 1);
    tick(1_010);

    assertThat(window(requests(), "1h").availability()).isCloseTo(0.9, within(1e-12));
  }

  @Test
  void in_the_first_minutes_a_first_sample_is_a_starting_point() {
    SloOptions twoMinutes =
        new SloOptions(
            PROMPT.tickInterval(),
            PROMPT.settle(),
            PROMPT.overlap(),
            Duration.ofMinutes(2),
            PROMPT.catchUp(),
            PROMPT.maxSeries(),
            PROMPT.queryTimeout());
    engine = new SloEngine(List.of(RATIO), query, store, twoMinutes);
    tick(1_000);
    sample(GOOD, 1_005, 1_000_000);
    tick(1_010);
    sample(GOOD, 1_015, 1_000_007);
    tick(1_020);
    assertThat(counted("mangru_slo_total", "requests")).isEqualTo(7);

    for (int second = 1_030; second <= 1_120; second += 10) {
      tick(second);
    }
    sample(BAD, 1_125, 3);
    tick(1_130);
    assertThat(counted("mangru_slo_total", "requests")).isEqualTo(10);
  }

  private static Labels ofPod(String name, String code) {
    return Labels.of("__name__", name, "job", "shop", "instance", "10.0.0.1:80", "code", code);
  }

  @Test
  void an_old_process_seen_for_the_first_time_brings_no_past() {
    tick(1_000_000);
    sample(ofPod("requests_total", "200"), 1_000_005, 5_000);
    sample(ofPod("process_start_time_seconds", ""), 1_000_005, 900_000);
    tick(1_000_010);
    assertThat(counted("mangru_slo_total", "requests")).isZero();

    // From now on it is known, so its first error is new.
    sample(ofPod("requests_total", "200"), 1_000_015, 5_009);
    sample(ofPod("requests_total", "500"), 1_000_015, 1);
    sample(ofPod("process_start_time_seconds", ""), 1_000_015, 900_000);
    tick(1_000_020);
    assertThat(counted("mangru_slo_total", "requests")).isEqualTo(10);
    assertThat(counted("mangru_slo_good_total", "requests")).isEqualTo(9);
  }

  @Test
  void a_young_process_counts_from_its_start() {
    tick(1_000_000);
    sample(ofPod("requests_total", "200"), 1_000_005, 12);
    sample(ofPod("process_start_time_seconds", ""), 1_000_005, 999_990);
    tick(1_000_010);
    assertThat(counted("mangru_slo_total", "requests")).isEqualTo(12);
  }

  @Test
  void a_reset_counts_from_zero_and_stale_markers_count_nothing() {
    sample(GOOD, 999, 50);
    tick(1_000);
    sample(GOOD, 1_002, 60); // +10
    sample(GOOD, 1_004, 3); // reset: +3
    sample(GOOD, 1_006, StaleMarker.VALUE);
    sample(GOOD, 1_008, 5); // +2
    tick(1_010);

    assertThat(counted("mangru_slo_good_total", "requests")).isEqualTo(15);
  }

  @Test
  void a_sample_that_arrives_after_its_tick_is_counted_by_the_next() {
    sample(GOOD, 999, 50);
    tick(1_000);
    tick(1_010);
    sample(GOOD, 1_009, 55);
    tick(1_020);
    assertThat(counted("mangru_slo_good_total", "requests")).isEqualTo(5);

    tick(1_030);
    assertThat(counted("mangru_slo_good_total", "requests")).isEqualTo(5);
  }

  @Test
  void a_restart_counts_what_others_collected_meanwhile_and_nothing_twice() {
    sample(GOOD, 999, 50);
    tick(1_000);
    sample(GOOD, 1_005, 60); // +10
    tick(1_010);
    sample(GOOD, 1_020, 70); // +10, while down
    sample(GOOD, 1_130, 4); // +4, while down, after a reset
    restart();
    tick(1_200);

    assertThat(counted("mangru_slo_good_total", "requests")).isEqualTo(24);
    assertThat(window(requests(), "1h").measured()).isEqualTo(Duration.ofSeconds(200));
    // The time without ticks has its points, a minute apart, so windows stay exact.
    assertThat(store.samples(Labels.of("__name__", "mangru_slo_total", "slo", "requests")))
        .containsEntry(1_070_000L, 20.0)
        .containsEntry(1_130_000L, 24.0);
  }

  @Test
  void after_a_restart_a_series_that_was_away_is_not_new() {
    sample(GOOD, 999, 1_000);
    tick(1_000);
    for (int second = 1_010; second <= 10_000; second += 10) {
      tick(second);
    }
    restart();
    tick(10_010);
    sample(GOOD, 10_015, 1_001);
    tick(10_020);

    assertThat(counted("mangru_slo_good_total", "requests")).isEqualTo(1);
  }

  @Test
  void a_long_time_without_ticks_is_counted_an_hour_per_tick() {
    sample(GOOD, 999, 0);
    tick(1_000);
    for (int hour = 1; hour <= 3; hour++) {
      sample(GOOD, 1_000 + hour * 3_600 - 1, hour * 100);
    }
    restart();
    long now = 1_000 + 3 * 3_600;
    tick(now);
    assertThat(counted("mangru_slo_good_total", "requests")).isEqualTo(100);
    tick(now + 10);
    tick(now + 20);
    tick(now + 30);
    assertThat(counted("mangru_slo_good_total", "requests")).isEqualTo(300);
    assertThat(window(requests(), "1h").availability()).isEqualTo(1);
  }

  @Test
  void time_slices_are_good_while_the_condition_has_a_result() {
    tick(1_000);
    for (int second = 1_010; second <= 1_100; second += 10) {
      sample(UP, second, second <= 1_070 ? 1 : 0);
      tick(second);
    }

    assertThat(window(up(), "1h").availability()).isCloseTo(0.7, within(1e-12));
    assertThat(window(up(), "1h").measured()).isEqualTo(Duration.ofSeconds(100));
    assertThat(up().burnRate1h()).isCloseTo(300, within(1e-9));
    SloStatus.Window year = window(up(), "1y");
    // 31,536 seconds are allowed in a year at 99.9 %, and 30 were bad.
    assertThat(year.budgetLeft()).isCloseTo(1 - 30 / 31_536.0, within(1e-9));
    assertThat(year.budgetLeftTime()).isEqualTo(Duration.ofSeconds(31_506));
  }

  @Test
  void time_without_ticks_is_neither_good_nor_bad_for_a_slice() {
    sample(UP, 1_000, 1);
    tick(1_000);
    tick(1_010);
    tick(1_040); // 30 s: just within three ticks
    tick(1_071); // 31 s: unknown
    assertThat(window(up(), "1h").measured()).isEqualTo(Duration.ofSeconds(40));

    restart();
    tick(1_500); // the condition's sample is too old by now, yet this is not known to be bad
    assertThat(window(up(), "1h").availability()).isEqualTo(1);
    assertThat(window(up(), "1h").measured()).isEqualTo(Duration.ofSeconds(40));

    tick(1_510);
    assertThat(window(up(), "1h").availability()).isCloseTo(0.8, within(1e-12));
  }

  @Test
  void time_before_the_first_result_of_a_condition_is_unknown() {
    tick(1_000);
    tick(1_010);
    assertThat(window(up(), "1h").availability()).isNull();
    assertThat(up().problem()).contains("has had no result yet");
    sample(UP, 1_020, 1);
    tick(1_020);
    sample(UP, 1_030, 0);
    tick(1_030);
    assertThat(window(up(), "1h").availability()).isCloseTo(0.5, within(1e-12));
    assertThat(window(up(), "1h").measured()).isEqualTo(Duration.ofSeconds(20));
    assertThat(up().problem()).isNull();
  }

  @Test
  void a_window_forgets_what_left_it() {
    sample(UP, 990, 1);
    tick(980);
    tick(990);
    sample(UP, 1_000, 0);
    tick(1_000);
    for (int second = 1_010; second <= 1_000 + 3_700; second += 10) {
      sample(UP, second, second <= 1_100 ? 0 : 1);
      tick(second);
      double bad = Math.max(0, Math.min(1_100, second) - Math.max(990, second - 3_600));
      double length = Math.min(3_600, second - 980);
      assertThat(window(up(), "1h").availability())
          .as("at %s", second)
          .isCloseTo(1 - bad / length, within(1e-12));
    }
    assertThat(window(up(), "1h").availability()).isEqualTo(1);
    assertThat(window(up(), "1d").availability()).isCloseTo(1 - 110.0 / 3_720, within(1e-12));
  }

  @Test
  void what_retention_dropped_is_not_counted_into_a_window() {
    sample(UP, 1_000, 1);
    tick(1_000);
    for (int second = 1_010; second <= 1_200; second += 10) {
      sample(UP, second, 1);
      tick(second);
    }
    store.dropBefore(1_100_000);
    restart();
    sample(UP, 1_210, 0);
    tick(1_210);

    assertThat(window(up(), "1y").measured()).isEqualTo(Duration.ofSeconds(110));
    assertThat(window(up(), "1y").availability()).isCloseTo(1 - 10 / 110.0, within(1e-12));
  }

  @Test
  void a_query_that_fails_leaves_other_objectives_alone_and_loses_no_event() {
    sample(GOOD, 999, 50);
    sample(UP, 1_000, 1);
    tick(1_000);
    query.breakQueries("requests_total[");
    sample(GOOD, 1_005, 60);
    tick(1_010);
    assertThat(requests().problem()).contains("broken on purpose");
    assertThat(up().problem()).isNull();
    assertThat(window(up(), "1h").measured()).isEqualTo(Duration.ofSeconds(10));
    assertThat(engine.failures()).isEqualTo(1);

    query.mendQueries();
    tick(1_020);
    assertThat(requests().problem()).isNull();
    // The good selector was read before the total one failed, and still counts once.
    assertThat(counted("mangru_slo_good_total", "requests")).isEqualTo(10);
    assertThat(counted("mangru_slo_total", "requests")).isEqualTo(10);
  }

  @Test
  void a_store_that_refuses_for_a_while_loses_no_event() {
    sample(GOOD, 999, 50);
    tick(1_000);
    store.failCommits(2);
    for (int second = 1_010; second <= 1_030; second += 10) {
      sample(GOOD, second, 50 + (second - 1_000));
      tick(second);
      assertThat(requests().problem()).isEqualTo(second < 1_030 ? "the disk is full" : null);
    }
    assertThat(counted("mangru_slo_total", "requests")).isEqualTo(30);
    assertThat(engine.lostPoints()).isEqualTo(4);
  }

  @Test
  void a_restart_after_a_refused_write_counts_again_from_what_is_stored() {
    sample(GOOD, 999, 50);
    tick(1_000);
    store.failCommits(1);
    sample(GOOD, 1_005, 60);
    tick(1_010);
    restart();
    tick(1_020);
    assertThat(counted("mangru_slo_total", "requests")).isEqualTo(10);
  }

  @Test
  void a_condition_that_is_a_number_is_refused_by_name() {
    engine =
        new SloEngine(
            List.of(new Objective("odd", "", 0.9, new Indicator.TimeSlice("1"))),
            query,
            store,
            PROMPT);
    tick(1_000);
    tick(1_010);
    assertThat(engine.statuses().getFirst().problem())
        .isEqualTo("`1` is not a condition: it must give an instant vector, as `up == 1` does");
  }

  @Test
  void more_series_than_the_limit_are_refused_by_number() {
    tick(1_000);
    for (int i = 0; i < 4; i++) {
      sample(Labels.of("__name__", "requests_total", "pod", "p" + i), 1_005, 1);
    }
    tick(1_010);
    assertThat(requests().problem())
        .isEqualTo("`requests_total` selects 4 series, the limit is 3; narrow it with matchers");
  }

  @Test
  void a_selector_without_series_is_a_notice() {
    tick(1_000);
    tick(1_010);
    assertThat(requests().problem()).contains("`requests_total` selects no series now");
    assertThat(window(requests(), "1h").availability()).isNull();
    assertThat(engine.failures()).isZero();
  }

  @Test
  void a_clock_that_goes_back_counts_nothing_twice() {
    sample(UP, 1_000, 1);
    tick(1_000);
    tick(1_010);
    tick(1_005);
    assertThat(up().problem()).isNull();
    tick(900);
    assertThat(up().problem()).contains("the clock is PT1M50S behind");
    tick(1_020);
    assertThat(window(up(), "1h").measured()).isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void names_must_differ_and_be_few() {
    assertThatThrownBy(() -> new SloEngine(List.of(SLICE, SLICE), query, store))
        .isInstanceOf(MangruException.class)
        .hasMessage("two objectives are named up; names must differ");
    List<Objective> many = new ArrayList<>();
    IntStream.rangeClosed(0, SloEngine.MAX_OBJECTIVES)
        .forEach(i -> many.add(new Objective("o" + i, "", 0.9, SLICE.indicator())));
    assertThatThrownBy(() -> new SloEngine(many, query, store))
        .isInstanceOf(MangruException.class)
        .hasMessage("1001 objectives are more than the limit of 1000");
  }

  @Test
  void a_tick_in_normal_life_reads_the_store_only_for_its_queries() {
    tick(1_000);
    sample(UP, 1_000, 1);
    sample(GOOD, 1_000, 1);
    tick(1_010);
    tick(1_020);
    int readsBefore = store.reads();
    int queriesBefore = query.queries();
    for (int second = 1_030; second <= 1_130; second += 10) {
      tick(second);
    }
    assertThat(query.queries() - queriesBefore).isEqualTo(11 * 3);
    assertThat(store.reads() - readsBefore).isEqualTo(query.queries() - queriesBefore);
  }

  @Test
  void metrics_tell_what_the_statuses_tell() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    new SloMetrics(engine).bindTo(registry);
    assertThat(gauge(registry, "mangru.slo.availability.ratio")).isNaN();
    sample(UP, 1_000, 1);
    tick(1_000);
    tick(1_010);
    assertThat(gauge(registry, "mangru.slo.availability.ratio")).isEqualTo(1);
    assertThat(gauge(registry, "mangru.slo.budget.left.ratio")).isEqualTo(1);
    assertThat(registry.get("mangru.slo.ticks").functionCounter().count()).isEqualTo(2);
    assertThat(registry.get("mangru.slo.burn.rate").tag("slo", "up").gauge().value()).isZero();
  }

  private static double gauge(SimpleMeterRegistry registry, String name) {
    return registry.get(name).tag("slo", "up").tag("window", "30d").gauge().value();
  }
}
