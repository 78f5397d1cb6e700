package dev.mangru.alerts.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.rule.RuleFileParser;
import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertBook;
import dev.mangru.model.alert.AlertSink;
import dev.mangru.model.alert.AlertState;
import dev.mangru.model.alert.RuleGroupStatus;
import dev.mangru.model.alert.RuleStatus;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuleEngineTest {

  private static final Labels A = Labels.of("pod", "a");
  private static final Labels B = Labels.of("pod", "b");

  /// Evaluations at multiples of 10 s, whatever the group is called.
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  @TempDir Path folder;

  private final ScriptedQuery query = new ScriptedQuery();
  private final SampleLog store = new SampleLog();
  private final SinkLog sink = new SinkLog();
  private final AtomicLong nanos = new AtomicLong();
  private AlertJournal journal = AlertJournal.inMemory();
  private RuleEngineOptions options =
      RuleEngineOptions.defaults()
          .withDefaultInterval(INTERVAL)
          .withWaiting(Duration.ofSeconds(30), Duration.ofSeconds(20));
  private RuleTemplates templates = new PlainTemplates();
  private RuleEngine engine = engine();

  private RuleEngine engine() {
    return new RuleEngine(query, store, templates, sink, journal, options, nanos::get);
  }

  @BeforeEach
  void durable() throws IOException {
    engine.close();
    journal = AlertJournal.open(Disk.REAL, folder);
    engine = engine();
  }

  @AfterEach
  void close() {
    engine.close();
    journal.close();
  }

  private void restart() throws IOException {
    engine.close();
    journal.close();
    journal = AlertJournal.open(Disk.REAL, folder);
    engine = engine();
  }

  private static RuleFile.Outcome file(String name, String text) {
    return new RuleFileParser(_ -> {}, (_, _) -> {}).parse(name, text);
  }

  private void load(String rules) {
    load(rules, 0);
  }

  private void load(String rules, long seconds) {
    engine.reload(
        List.of(file("f.yml", "groups:\n  - name: g\n    rules:\n" + rules.indent(6))),
        Instant.ofEpochSecond(seconds));
  }

  /// The group's own place in its interval.
  private static long slot(long seconds) {
    return seconds * 1000 + RuleKey.offsetMs("f.yml", "g", INTERVAL.toMillis());
  }

  private void tick(long seconds) {
    engine.tick(Instant.ofEpochMilli(slot(seconds)));
  }

  private List<String> transitions() {
    List<String> found = new ArrayList<>();
    for (AlertBook.Transition each :
        engine.transitions(Instant.EPOCH, Instant.ofEpochSecond(1_000_000), 1_000).reversed()) {
      found.add(
          (each.at().toEpochMilli() - slot(0)) / 1000
              + "s "
              + each.labels().get("pod")
              + " "
              + each.from().word()
              + ">"
              + each.to().word());
    }
    return found;
  }

  private RuleStatus.Evaluation evaluation(String rule) {
    return engine.groups().stream()
        .flatMap(group -> group.rules().stream())
        .filter(each -> each.name().equals(rule))
        .findFirst()
        .orElseThrow()
        .evaluation();
  }

  private List<Alert> alerts() {
    return engine.groups().stream()
        .flatMap(group -> group.rules().stream())
        .flatMap(rule ->
            rule instanceof RuleStatus.Alerting alerting
                ? alerting.alerts().stream()
                : Stream.empty())
        .toList();
  }

  @Test
  void an_alert_is_pending_then_fires_then_is_resolved() {
    load("- alert: Down\n  expr: x\n  for: 20s\n  annotations: {value: '{{value}}'}\n");
    query.has("x", A);
    tick(0);
    assertThat(sink.take()).isEmpty();
    tick(10);
    tick(20);
    AlertSink.Posted fired = sink.take().getFirst();
    assertThat((Object) fired.labels()).isEqualTo(Labels.of("alertname", "Down", "pod", "a"));
    assertThat((Object) fired.annotations()).isEqualTo(Labels.of("value", "1.0"));
    assertThat(fired.startsAt()).isEqualTo(Instant.ofEpochMilli(slot(20)));
    assertThat(fired.endsAt()).isEqualTo(Instant.ofEpochMilli(slot(20)).plusSeconds(240));
    assertThat(fired.generatorUrl()).isEqualTo("/graph?g0.expr=x&g0.tab=1");
    query.has("x");
    tick(30);
    AlertSink.Posted resolved = sink.take().getFirst();
    assertThat(resolved.resolved(Instant.ofEpochMilli(slot(30)))).isTrue();
    assertThat(transitions())
        .containsExactly("0s a inactive>pending", "20s a pending>firing", "30s a firing>resolved");
  }

  @Test
  void alerts_are_series_that_end_with_a_stale_marker() {
    load("- alert: Down\n  expr: x\n  for: 10s\n");
    query.has("x", A);
    tick(0);
    tick(10);
    query.has("x");
    tick(20);
    Labels alert = Labels.of("__name__", "ALERTS", "alertname", "Down", "pod", "a");
    assertThat(store.text(alert.toBuilder().set("alertstate", "pending").build()))
        .isEqualTo(slot(0) / 1000 + "s:1.0 " + slot(10) / 1000 + "s:stale");
    assertThat(store.text(alert.toBuilder().set("alertstate", "firing").build()))
        .isEqualTo(slot(10) / 1000 + "s:1.0 " + slot(20) / 1000 + "s:stale");
    assertThat(
            store.text(Labels.of("__name__", "ALERTS_FOR_STATE", "alertname", "Down", "pod", "a")))
        .contains("s:" + Math.floorDiv(slot(0), 1000L) + ".0", "s:stale");
  }

  @Test
  void a_record_that_goes_is_marked_and_a_failure_marks_nothing() {
    load("- record: r\n  expr: x\n  labels: {l: v}\n");
    query.has("x", A, B);
    tick(0);
    query.answer(
        "x",
        (_, _) -> {
          throw new MangruException(ErrorCode.EXECUTION, "many-to-many matching not allowed");
        });
    tick(10);
    assertThat(evaluation("r").health()).isEqualTo(RuleStatus.Health.ERR);
    assertThat(evaluation("r").error()).isEqualTo("many-to-many matching not allowed");
    query.has("x", A);
    tick(20);
    assertThat(store.text(Labels.of("__name__", "r", "pod", "a", "l", "v")))
        .isEqualTo(slot(0) / 1000 + "s:1.0 " + slot(20) / 1000 + "s:1.0");
    assertThat(store.text(Labels.of("__name__", "r", "pod", "b", "l", "v")))
        .isEqualTo(slot(0) / 1000 + "s:1.0 " + slot(20) / 1000 + "s:stale");
    assertThat(evaluation("r").health()).isEqualTo(RuleStatus.Health.OK);
  }

  @Test
  void a_rule_sees_what_the_one_before_it_recorded_and_others_share_a_commit() {
    load("- record: r\n  expr: x\n- record: s\n  expr: y\n- record: t\n  expr: r + 1\n");
    query.has("x", A);
    query.has("y", A);
    List<String> seen = new ArrayList<>();
    query.answer(
        "r + 1",
        (time, _) -> {
          seen.add(store.text(Labels.of("__name__", "r", "pod", "a")));
          return ScriptedQuery.vector(time, 2);
        });
    tick(0);
    assertThat(seen).containsExactly(slot(0) / 1000 + "s:1.0");
    assertThat(store.commits()).isEqualTo(1);
  }

  @Test
  void two_elements_that_become_one_are_an_error_in_upstreams_words() {
    load(
        "- record: r\n  expr: x\n  labels: {pod: p}\n- alert: Al\n  expr: x\n  labels: {pod: p}\n");
    query.has("x", A, B);
    tick(0);
    assertThat(evaluation("r").error())
        .isEqualTo("vector contains metrics with the same labelset after applying rule labels");
    assertThat(evaluation("Al").error())
        .isEqualTo("vector contains metrics with the same labelset after applying alert labels");
  }

  @Test
  void keep_firing_for_outlasts_a_gap() {
    load("- alert: Down\n  expr: x\n  keep_firing_for: 20s\n");
    query.has("x", A);
    tick(0);
    query.has("x");
    tick(10);
    tick(20);
    assertThat(alerts()).singleElement().extracting(Alert::state).isEqualTo(AlertState.FIRING);
    query.has("x", A);
    tick(30);
    query.has("x");
    tick(40);
    tick(50);
    tick(60);
    assertThat(transitions()).containsExactly("0s a inactive>firing", "60s a firing>resolved");
  }

  @Test
  void a_firing_alert_is_sent_again_each_minute_even_while_its_query_fails() {
    load("- alert: Down\n  expr: x\n");
    query.has("x", A);
    tick(0);
    assertThat(sink.take()).hasSize(1);
    query.answer(
        "x",
        (_, _) -> {
          throw new MangruException(ErrorCode.TIMEOUT, "query timed out");
        });
    for (int second = 10; second < 60; second += 10) {
      tick(second);
      assertThat(sink.take()).isEmpty();
    }
    tick(60);
    assertThat(sink.take())
        .singleElement()
        .extracting(AlertSink.Posted::endsAt)
        .isEqualTo(Instant.ofEpochMilli(slot(60)).plusSeconds(240));
    assertThat(transitions()).containsExactly("0s a inactive>firing");
  }

  @Test
  void what_the_sink_did_not_take_is_sent_with_the_next_tick() {
    load("- alert: Down\n  expr: x\n");
    query.has("x", A);
    sink.broken(true);
    tick(0);
    sink.broken(false);
    engine.tick(Instant.ofEpochMilli(slot(0) + 1000));
    assertThat(sink.take()).hasSize(1);
  }

  @Test
  void a_resolved_alert_is_kept_for_a_quarter_of_an_hour() {
    load("- alert: Down\n  expr: x\n");
    query.has("x", A);
    tick(0);
    query.has("x");
    tick(10);
    sink.take();
    tick(100);
    assertThat(sink.take()).hasSize(1);
    tick(10 + 15 * 60);
    assertThat(sink.take()).hasSize(1);
    tick(20 + 15 * 60);
    tick(200 + 15 * 60);
    assertThat(sink.take()).isEmpty();
    assertThat(journal.alive()).isEmpty();
  }

  @Test
  void a_limit_of_alerts_is_an_error_and_drops_them_as_upstream_does() {
    engine.reload(
        List.of(
            file(
                "f.yml",
                "groups: [{name: g, limit: 1, rules: [{alert: Down, expr: x}, {record: r, expr: x}]}]")),
        Instant.EPOCH);
    query.has("x", A, B);
    tick(0);
    assertThat(evaluation("Down").error()).isEqualTo("exceeded limit of 1 with 2 alerts");
    assertThat(evaluation("r").error()).isEqualTo("exceeded limit of 1 with 2 series");
    assertThat(alerts()).isEmpty();
    assertThat(sink.take()).isEmpty();
  }

  @Test
  void ten_thousand_elements_over_the_limit_are_an_error_and_change_nothing() {
    options = options.withMaxSeriesPerRule(100);
    engine.close();
    engine = engine();
    load("- alert: Down\n  expr: x\n- alert: Other\n  expr: y\n");
    query.has("x", A);
    query.has("y", B);
    tick(0);
    Labels[] many =
        IntStream.range(0, 10_100).mapToObj(i -> Labels.of("pod", "p" + i)).toArray(Labels[]::new);
    query.has("x", many);
    tick(10);
    assertThat(evaluation("Down").health()).isEqualTo(RuleStatus.Health.ERR);
    assertThat(evaluation("Down").error()).contains("10100 elements", "limit of 100");
    assertThat(evaluation("Other").health()).isEqualTo(RuleStatus.Health.OK);
    assertThat(alerts()).extracting(alert -> alert.labels().get("pod")).containsExactly("a", "b");
  }

  @Test
  void a_query_that_hangs_is_seen_and_harms_no_other_group() throws InterruptedException {
    options = options.withWaiting(Duration.ofSeconds(30), Duration.ofMillis(200));
    engine.close();
    engine = engine();
    engine.reload(
        List.of(
            file("f.yml", "groups: [{name: g, rules: [{alert: Hangs, expr: h}]}]"),
            file("e.yml", "groups: [{name: g, rules: [{record: r, expr: x}]}]")),
        Instant.EPOCH);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    query.answer(
        "h",
        (time, limits) -> {
          asked.countDown();
          while (!limits.cancellation().requested()) {
            try {
              if (released.await(5, TimeUnit.MILLISECONDS)) {
                break;
              }
            } catch (InterruptedException e) {
              throw new MangruException(ErrorCode.CANCELED, "interrupted", e);
            }
          }
          throw new MangruException(ErrorCode.CANCELED, "query was canceled");
        });
    query.has("x", A);
    tick(0);
    tick(10);
    assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
    nanos.addAndGet(Duration.ofSeconds(29).toNanos());
    tick(20);
    assertThat(evaluation("Hangs").health()).isEqualTo(RuleStatus.Health.UNKNOWN);
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(evaluation("Hangs").health()).isEqualTo(RuleStatus.Health.ERR);
    assertThat(evaluation("Hangs").error()).contains("running for 31 s");
    assertThat(evaluation("r").health()).isEqualTo(RuleStatus.Health.OK);
    tick(30);
    for (int i = 0; i < 1000 && evaluation("Hangs").at() == null; i++) {
      assertThat(released.await(5, TimeUnit.MILLISECONDS)).isFalse();
    }
    assertThat(evaluation("Hangs").error()).isEqualTo("query was canceled");
    tick(40);
    RuleGroupStatus hanging =
        engine.groups().stream().filter(g -> g.file().equals("f.yml")).findFirst().orElseThrow();
    assertThat(hanging.missed()).isGreaterThanOrEqualTo(2);
    released.countDown();
  }

  @Test
  void a_template_that_fails_says_so_in_its_place_and_in_the_rules_error_and_the_alert_fires() {
    load("- alert: Down\n  expr: x\n  annotations: {bad: '{{fail}}', good: 'pod {{label pod}}'}\n");
    query.has("x", A);
    tick(0);
    assertThat((Object) alerts().getFirst().annotations())
        .isEqualTo(
            Labels.of(
                "bad",
                "<error expanding template: error executing template __alert_Down>",
                "good",
                "pod a"));
    assertThat(alerts().getFirst().state()).isEqualTo(AlertState.FIRING);
    assertThat(evaluation("Down").error()).startsWith("annotation \"bad\": error executing");
  }

  @Test
  void missed_evaluations_are_counted_and_skipped() {
    load("- record: r\n  expr: x\n");
    query.has("x", A);
    tick(0);
    tick(40);
    assertThat(engine.groups().getFirst().missed()).isEqualTo(3);
    assertThat(store.text(Labels.of("__name__", "r", "pod", "a")))
        .isEqualTo(slot(0) / 1000 + "s:1.0 " + slot(40) / 1000 + "s:1.0");
  }

  @Test
  void a_full_store_is_an_error_of_the_rules_and_alerts_go_on() {
    load("- alert: Down\n  expr: x\n");
    query.has("x", A);
    store.full(true);
    tick(0);
    assertThat(evaluation("Down").error()).isEqualTo("results were not stored: the disk is full");
    assertThat(sink.take()).hasSize(1);
  }

  @Test
  void external_labels_are_added_where_there_is_none() {
    options = options.withExternal(Labels.of("cluster", "c", "pod", "other"), "http://m/");
    engine.close();
    engine = engine();
    load("- alert: Down\n  expr: x\n");
    query.has("x", A);
    tick(0);
    AlertSink.Posted posted = sink.take().getFirst();
    assertThat((Object) posted.labels())
        .isEqualTo(Labels.of("alertname", "Down", "cluster", "c", "pod", "a"));
    assertThat(posted.generatorUrl()).isEqualTo("http://m/graph?g0.expr=x&g0.tab=1");
  }

  // ---- reloads
  // -------------------------------------------------------------------------------------

  @Test
  void a_rule_that_is_loaded_again_keeps_its_alerts_even_with_other_annotations() {
    load("- alert: Down\n  expr: x\n  for: 30s\n");
    query.has("x", A);
    tick(0);
    tick(10);
    load(
        "- alert: New\n  expr: y\n- alert: Down\n  expr: x\n  for: 20s\n  annotations: {a: b}\n",
        15);
    tick(20);
    assertThat(transitions()).containsExactly("0s a inactive>pending", "20s a pending>firing");
    assertThat((Object) alerts().getFirst().annotations()).isEqualTo(Labels.of("a", "b"));
  }

  @Test
  void a_rule_that_is_gone_resolves_its_alerts_and_ends_its_series() {
    load("- alert: Down\n  expr: x\n- record: r\n  expr: x\n");
    query.has("x", A);
    tick(0);
    sink.take();
    load("- alert: Down\n  expr: x > 1\n", 5);
    tick(10);
    assertThat(sink.take()).singleElement().matches(p -> p.resolved(Instant.ofEpochSecond(10)));
    assertThat(transitions()).hasSize(2).last().asString().endsWith("firing>resolved");
    assertThat(store.text(Labels.of("__name__", "r", "pod", "a"))).endsWith("s:stale");
    tick(20 + 15 * 60 + 100);
    assertThat(journal.alive()).isEmpty();
  }

  @Test
  void a_file_that_no_longer_parses_goes_on_in_its_old_version_and_is_told_of() {
    load("- alert: Down\n  expr: x\n");
    query.has("x", A);
    tick(0);
    engine.reload(List.of(file("f.yml", "groups:\n  - nme: g\n")), Instant.ofEpochSecond(5));
    assertThat(engine.problems())
        .contains(
            new AlertBook.FileProblem(
                "f.yml", 2, 5, "field nme not found in type rulefmt.RuleGroup"));
    tick(10);
    assertThat(alerts()).hasSize(1);
    assertThat(transitions()).containsExactly("0s a inactive>firing");
    load("- alert: Down\n  expr: x\n", 15);
    tick(20);
    assertThat(engine.problems()).isEmpty();
    assertThat(transitions()).containsExactly("0s a inactive>firing");
  }

  // ---- restarts
  // ------------------------------------------------------------------------------------

  @Test
  void after_a_restart_every_alert_is_as_it_was() throws IOException {
    String rules =
        """
        - alert: P
          expr: p
          for: 1h
        - alert: F
          expr: f
        - alert: K
          expr: k
          keep_firing_for: 1h
        """;
    load(rules);
    query.has("p", A);
    query.has("f", A);
    query.has("k", A);
    tick(0);
    query.has("k");
    tick(10);
    List<Alert> before = alerts();
    restart();
    load(rules, 12);
    assertThat(alerts()).isEqualTo(before);
    sink.take();
    engine.tick(Instant.ofEpochMilli(slot(13)));
    assertThat(sink.take()).hasSize(2);
    tick(20);
    assertThat(alerts()).isEqualTo(before);
    assertThat(transitions()).hasSize(3);
  }

  @Test
  void an_empty_result_soon_after_a_start_resolves_nothing() throws IOException {
    load("- alert: Down\n  expr: x\n- alert: Slow\n  expr: y\n  for: 1h\n");
    query.has("x", A);
    query.has("y", A);
    tick(0);
    restart();
    load("- alert: Down\n  expr: x\n- alert: Slow\n  expr: y\n  for: 1h\n", 11);
    query.hasNothing("x", 1);
    query.hasNothing("y", 1);
    tick(11);
    tick(20);
    tick(40);
    assertThat(alerts()).hasSize(2);
    tick(50);
    assertThat(alerts()).isEmpty();
  }

  @Test
  void a_query_without_any_sample_resolves_nothing_until_the_lookback_has_passed()
      throws IOException {
    load("- alert: Down\n  expr: x\n");
    query.has("x", A);
    tick(0);
    restart();
    load("- alert: Down\n  expr: x\n", 11);
    query.hasNothing("x", 0);
    tick(11);
    tick(100);
    tick(200);
    tick(300);
    assertThat(alerts()).hasSize(1);
    tick(320);
    assertThat(alerts()).isEmpty();
  }

  @Test
  void an_alert_seen_again_after_a_start_is_resolved_at_once_when_it_goes() throws IOException {
    load("- alert: Down\n  expr: x\n");
    query.has("x", A);
    tick(0);
    restart();
    load("- alert: Down\n  expr: x\n", 5);
    tick(10);
    query.has("x");
    tick(20);
    assertThat(transitions()).containsExactly("0s a inactive>firing", "20s a firing>resolved");
  }

  @Test
  void a_resolution_that_was_not_sent_before_the_crash_is_sent_after_it() throws IOException {
    load("- alert: Down\n  expr: x\n");
    query.has("x", A);
    tick(0);
    query.has("x");
    sink.broken(true);
    tick(10);
    sink.broken(false);
    sink.take();
    restart();
    load("- alert: Down\n  expr: x\n", 15);
    tick(20);
    assertThat(sink.take())
        .singleElement()
        .matches(posted -> posted.endsAt().equals(Instant.ofEpochMilli(slot(10))));
  }

  @Test
  void alerts_of_a_file_that_does_not_parse_at_the_start_stay_and_are_sent() throws IOException {
    load("- alert: Down\n  expr: x\n");
    query.has("x", A);
    tick(0);
    restart();
    sink.take();
    engine.reload(List.of(file("f.yml", "groups: [x")), Instant.ofEpochMilli(slot(5)));
    tick(10);
    assertThat(sink.take())
        .singleElement()
        .matches(p -> !p.resolved(Instant.ofEpochMilli(slot(10))));
    load("- alert: Down\n  expr: x\n", 15);
    tick(20);
    assertThat(transitions()).containsExactly("0s a inactive>firing");
    assertThat(alerts()).hasSize(1);
  }

  @Test
  void alerts_of_a_rule_that_is_gone_after_a_restart_are_resolved() throws IOException {
    load("- alert: Down\n  expr: x\n- alert: Waits\n  expr: x\n  for: 1h\n");
    query.has("x", A);
    tick(0);
    restart();
    sink.take();
    load("- alert: Else\n  expr: y\n", 5);
    tick(10);
    assertThat(sink.take())
        .singleElement()
        .matches(p -> p.resolved(Instant.ofEpochMilli(slot(10))));
    assertThat(transitions()).anyMatch(t -> t.endsWith("firing>resolved"));
    assertThat(transitions()).anyMatch(t -> t.endsWith("pending>inactive"));
  }

  @Test
  void the_clock_may_be_set_back() {
    load("- alert: Down\n  expr: x\n");
    query.has("x", A);
    tick(3600);
    query.has("x");
    tick(10);
    tick(20);
    assertThat(transitions()).last().asString().endsWith("firing>resolved");
  }

  @Test
  void after_a_standstill_an_empty_result_resolves_nothing_until_data_had_time_to_come() {
    load("- alert: Down\n  expr: x\n- alert: Slow\n  expr: y\n  for: 2h\n");
    query.has("x", A);
    query.has("y", A);
    tick(0);
    tick(10);
    query.hasNothing("x", 0);
    query.hasNothing("y", 0);
    for (int seconds = 3_600; seconds < 3_900; seconds += 10) {
      tick(seconds);
      assertThat(alerts()).as("after %s s", seconds).hasSize(2);
    }
    tick(3_900);
    assertThat(alerts()).isEmpty();
  }

  @Test
  void templates_that_take_too_long_for_many_elements_are_cut_off_and_the_alerts_fire() {
    PlainTemplates plain = new PlainTemplates();
    List<String> expanded = new ArrayList<>();
    templates =
        new RuleTemplates() {
          @Override
          public void check(String alert, String text) {
            plain.check(alert, text);
          }

          @Override
          public String expand(String alert, String template, Input input) {
            expanded.add(template);
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
            return plain.expand(alert, template, input);
          }
        };
    engine.close();
    engine = engine();
    load("- alert: Down\n  expr: x\n  annotations: {a: 'pod {{label pod}}'}\n");
    query.has("x", pods(100, ""));
    tick(0);
    assertThat(alerts()).hasSize(100).allMatch(each -> each.state() == AlertState.FIRING);
    assertThat(expanded).hasSize(3);
    assertThat(evaluation("Down").error())
        .isEqualTo("annotation \"a\": the rule's templates have taken more than 5 s");
  }

  @Test
  void templates_that_make_too_much_are_cut_off_and_the_alerts_survive_a_restart()
      throws IOException {
    String rules = "- alert: Down\n  expr: x\n  annotations: {a: 'pod {{label pod}}'}\n";
    load(rules);
    query.has("x", pods(24, "x".repeat(1 << 20)));
    tick(0);
    assertThat(evaluation("Down").error()).contains("made more than 16777216 characters");
    List<Alert> before = alerts();
    assertThat(before).hasSize(24).allMatch(each -> each.state() == AlertState.FIRING);
    restart();
    load(rules, 5);
    assertThat(alerts()).isEqualTo(before);
  }

  private static Labels[] pods(int count, String prefix) {
    return IntStream.range(0, count)
        .mapToObj(i -> Labels.of("pod", prefix + i))
        .toArray(Labels[]::new);
  }
}
