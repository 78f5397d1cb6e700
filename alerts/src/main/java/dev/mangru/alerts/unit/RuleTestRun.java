package dev.mangru.alerts.unit;

import dev.mangru.alerts.rule.PromDuration;
import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.state.AlertJournal;
import dev.mangru.alerts.state.RuleEngine;
import dev.mangru.alerts.state.RuleEngineOptions;
import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertState;
import dev.mangru.model.alert.RuleGroupStatus;
import dev.mangru.model.alert.RuleStatus;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.SampleText;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Runs one group of tests: feeds its series, evaluates the rules, compares alerts on the way and
/// expressions at the end. Confined to one thread. Source: prometheus `cmd/promtool/unittest.go`.
final class RuleTestRun {

  /// Evaluations of one group. Chosen: a year in minutes.
  private static final long MAX_EVALUATIONS = 600_000;

  private final RuleTestKit kit;
  private final RuleTestOptions options;
  private final RuleTestFile file;
  private final RuleTestFile.Group group;
  private final List<RuleFile.Outcome> rules;
  private final List<String> failures = new ArrayList<>();
  private int checks;

  RuleTestRun(
      RuleTestKit kit,
      RuleTestOptions options,
      RuleTestFile file,
      RuleTestFile.Group group,
      List<RuleFile.Outcome> rules) {
    this.kit = kit;
    this.options = options;
    this.file = file;
    this.group = group;
    this.rules = rules;
  }

  List<String> failures() {
    return failures;
  }

  int checks() {
    return checks;
  }

  void run() {
    List<RuleTestKit.Values> series = new ArrayList<>();
    for (RuleTestFile.InputSeries input : group.inputSeries()) {
      try {
        series.add(kit.series(input.series(), input.values()));
      } catch (IllegalArgumentException | MangruException e) {
        failures.add("input series " + input.series() + ": " + e.getMessage());
      }
    }
    if (!failures.isEmpty()) {
      return;
    }
    try (MetricStore store = kit.store()) {
      MetricQuery query = kit.query(store, options.features());
      RuleEngineOptions settings =
          RuleEngineOptions.defaults()
              .withDefaultInterval(group.interval())
              .withExternal(Labels.of(group.externalLabels()), group.externalUrl());
      try (RuleEngine engine =
          new RuleEngine(
              query,
              store,
              kit.templates(),
              (_, _) -> {},
              AlertJournal.inMemory(),
              settings,
              Ticker.SYSTEM)) {
        engine.reload(rules, group.start());
        if (evaluate(engine, store, series)) {
          group.expressionTests().forEach(test -> compare(test, query));
        }
      }
    }
  }

  // ---- evaluations
  // -------------------------------------------------------------------------------

  /// Evaluates until the last time that anything is expected at; false if a rule failed.
  private boolean evaluate(RuleEngine engine, MetricStore store, List<RuleTestKit.Values> series) {
    long startMs = group.start().toEpochMilli();
    long stepMs = file.evaluationInterval().toMillis();
    long endMs = startMs + lastTime().toMillis();
    if ((endMs - startMs) / stepMs > MAX_EVALUATIONS) {
      failures.add(
          "more than " + MAX_EVALUATIONS + " evaluations: use a longer evaluation_interval");
      return false;
    }
    Map<Duration, List<RuleTestFile.AlertTest>> pending = new TreeMap<>();
    for (RuleTestFile.AlertTest test : group.alertTests()) {
      pending.computeIfAbsent(test.evalTime(), _ -> new ArrayList<>()).add(test);
    }
    int fed = 0;
    for (long at = startMs; at <= endMs; at += stepMs) {
      fed = feed(store, series, fed, at);
      engine.evaluateAll(Instant.ofEpochMilli(at));
      if (ruleFailed(engine, at - startMs)) {
        return false;
      }
      long from = at - startMs;
      pending
          .entrySet()
          .removeIf(entry -> {
            long time = entry.getKey().toMillis();
            boolean due = from <= time && time < from + stepMs;
            if (due) {
              entry.getValue().forEach(test -> compare(test, engine));
            }
            return due;
          });
    }
    return true;
  }

  private Duration lastTime() {
    return Stream.concat(
            group.alertTests().stream().map(RuleTestFile.AlertTest::evalTime),
            group.expressionTests().stream().map(RuleTestFile.ExpressionTest::evalTime))
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  /// Stores all values up to a time; returns how many of each series are stored.
  private int feed(MetricStore store, List<RuleTestKit.Values> series, int fed, long untilMs) {
    long startMs = group.start().toEpochMilli();
    long stepMs = group.interval().toMillis();
    int until = (int) Math.min(Integer.MAX_VALUE, (untilMs - startMs) / stepMs + 1);
    Appender appender = store.appender();
    boolean any = false;
    for (RuleTestKit.Values each : series) {
      for (int i = fed; i < Math.min(until, each.samples().size()); i++) {
        QueryValue.Sample sample = each.samples().get(i);
        if (sample != null) {
          appender.append(each.labels(), startMs + i * stepMs, sample);
          any = true;
        }
      }
    }
    if (any) {
      var _ = appender.commit();
    }
    return until;
  }

  private boolean ruleFailed(RuleEngine engine, long sinceStartMs) {
    boolean failed = false;
    for (RuleGroupStatus status : engine.groups()) {
      for (RuleStatus rule : status.rules()) {
        if (rule.evaluation().health() == RuleStatus.Health.ERR) {
          failures.add(
              "rule: "
                  + rule.name()
                  + ", time: "
                  + PromDuration.format(Duration.ofMillis(sinceStartMs))
                  + ", err: "
                  + rule.evaluation().error());
          failed = true;
        }
      }
    }
    return failed;
  }

  // ---- comparisons
  // -------------------------------------------------------------------------------

  private record Shown(Labels labels, Labels annotations) {}

  private void compare(RuleTestFile.AlertTest test, RuleEngine engine) {
    checks++;
    List<Shown> got = new ArrayList<>();
    for (RuleGroupStatus status : engine.groups()) {
      for (RuleStatus rule : status.rules()) {
        if (rule instanceof RuleStatus.Alerting alerting
            && alerting.name().equals(test.alertname())) {
          for (Alert alert : alerting.alerts()) {
            if (alert.state() == AlertState.FIRING) {
              got.add(new Shown(alert.labels(), alert.annotations()));
            }
          }
        }
      }
    }
    List<Shown> expected = new ArrayList<>();
    for (RuleTestFile.ExpectedAlert alert : test.expected()) {
      Map<String, String> labels = new LinkedHashMap<>(alert.labels());
      labels.put("alertname", test.alertname());
      expected.add(new Shown(Labels.of(labels), Labels.of(alert.annotations())));
    }
    Comparator<Shown> order = Comparator.comparing(Shown::labels).thenComparing(Shown::annotations);
    got.sort(order);
    expected.sort(order);
    if (!got.equals(expected)) {
      failures.add(
          "alertname: "
              + test.alertname()
              + ", time: "
              + PromDuration.format(test.evalTime())
              + ",\n  exp: "
              + shown(expected)
              + "\n  got: "
              + shown(got));
    }
  }

  private static String shown(List<Shown> alerts) {
    if (alerts.isEmpty()) {
      return "nothing";
    }
    StringBuilder text = new StringBuilder();
    for (Shown alert : alerts) {
      text.append(text.isEmpty() ? "" : "\n       ")
          .append("labels: ")
          .append(alert.labels())
          .append(", annotations: ")
          .append(alert.annotations());
    }
    return text.toString();
  }

  private void compare(RuleTestFile.ExpressionTest test, MetricQuery query) {
    String where =
        "expr: \"" + test.expression() + "\", time: " + PromDuration.format(test.evalTime());
    checks++;
    List<Wanted> expected = new ArrayList<>();
    List<QueryValue.Sample> got;
    boolean same;
    try {
      for (RuleTestFile.ExpectedSample sample : test.expected()) {
        expected.add(new Wanted(kit.labels(sample.labels()), sample.value(), sample.histogram()));
      }
      long at = group.start().plus(test.evalTime()).toEpochMilli();
      QueryValue value =
          query.instant(test.expression(), at, MetricQuery.Options.defaults()).value();
      got =
          switch (value) {
            case QueryValue.Vector(List<QueryValue.Sample> samples) -> new ArrayList<>(samples);
            case QueryValue.Scalar(long time, double number) ->
                new ArrayList<>(List.of(new QueryValue.Sample(Labels.empty(), time, number)));
            case QueryValue.Text _, QueryValue.Matrix _ ->
                throw MangruException.badData("rule result is not a vector or scalar");
          };
      expected.sort(Comparator.comparing(Wanted::labels));
      got.sort(Comparator.comparing(QueryValue.Sample::labels));
      same = same(expected, got);
    } catch (MangruException | IllegalArgumentException e) {
      failures.add(where + ", err: " + e.getMessage());
      return;
    }
    if (!same) {
      failures.add(
          where
              + ",\n  exp: "
              + shown(expected.stream().map(Wanted::toString))
              + "\n  got: "
              + shown(got.stream().map(RuleTestRun::text)));
    }
  }

  /// An element that is expected.
  ///
  /// @param histogram in promtool's notation; empty for a float
  private record Wanted(Labels labels, double value, String histogram) {
    @Override
    public String toString() {
      return labels + " " + (histogram.isEmpty() ? SampleText.exponent(value) : histogram);
    }
  }

  private boolean same(List<Wanted> expected, List<QueryValue.Sample> got) {
    if (expected.size() != got.size()) {
      return false;
    }
    for (int i = 0; i < got.size(); i++) {
      if (!expected.get(i).labels().equals(got.get(i).labels())
          || !same(expected.get(i), got.get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean same(Wanted expected, QueryValue.Sample got) {
    FloatHistogram histogram = got.histogram();
    if (expected.histogram().isEmpty() || histogram == null) {
      return expected.histogram().isEmpty()
          && histogram == null
          && same(expected.value(), got.value());
    }
    return kit.isHistogram(expected.histogram(), histogram);
  }

  private boolean same(double expected, double got) {
    boolean equal = expected == got || (Double.isNaN(expected) && Double.isNaN(got));
    return equal
        || (file.fuzzyCompare()
            && (Math.nextUp(expected) == got || Math.nextDown(expected) == got));
  }

  private static String text(QueryValue.Sample sample) {
    FloatHistogram histogram = sample.histogram();
    return sample.labels()
        + " "
        + (histogram == null ? SampleText.exponent(sample.value()) : histogram.toString());
  }

  private static String shown(Stream<String> samples) {
    String text = String.join(", ", samples.toList());
    return text.isEmpty() ? "nil" : text;
  }
}
