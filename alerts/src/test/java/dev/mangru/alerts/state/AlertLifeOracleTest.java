package dev.mangru.alerts.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.rule.RuleFileParser;
import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertBook;
import dev.mangru.model.alert.RuleGroupStatus;
import dev.mangru.model.alert.RuleStatus;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/// Random results, failing queries, full stores, reloads, restarts and power cuts against
/// [NaiveAlerts], which knows none of them.
///
/// An evaluation during which the power is cut either happened or did not, for each rule by itself;
/// which of the two is read off the restarted engine, and everything after must follow from it.
class AlertLifeOracleTest {

  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final int RULES = 3;
  private static final Path FOLDER = Path.of("/crash-disk/alerts");

  private final ScriptedQuery query = new ScriptedQuery();
  private final SampleLog store = new SampleLog();
  private final SinkLog sink = new SinkLog();
  private CrashDisk disk = new CrashDisk(0);
  private AlertJournal journal = AlertJournal.inMemory();
  private RuleEngine engine = start();

  private RuleEngine start() {
    RuleEngineOptions usual = RuleEngineOptions.defaults();
    // No grace: this test's data is complete at once, and the oracle has no notion of a start.
    RuleEngineOptions options =
        new RuleEngineOptions(
            INTERVAL,
            Duration.ZERO,
            usual.queryTimeout(),
            usual.maxSamples(),
            usual.maxSeriesPerRule(),
            usual.resendDelay(),
            usual.resolvedRetention(),
            Duration.ZERO,
            Duration.ZERO,
            Labels.empty(),
            "",
            Duration.ofSeconds(20));
    return new RuleEngine(
        query, store, new PlainTemplates(), sink, journal, options, Ticker.SYSTEM);
  }

  private void open(List<RuleFile.Outcome> rules, Instant now) throws IOException {
    journal = AlertJournal.open(disk, FOLDER, 2_000);
    engine = start();
    engine.reload(rules, now);
    // The engine waits for the next evaluation time; a tick before it sets its clock.
    engine.tick(now);
  }

  @Seeds(150)
  void transitions_are_those_of_an_engine_that_never_restarts(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    disk = new CrashDisk(seed);
    StringBuilder text = new StringBuilder("groups:\n  - name: g\n    rules:\n");
    List<NaiveAlerts> oracles = new ArrayList<>();
    for (int i = 0; i < RULES; i++) {
      long hold = random.nextInt(4) * 10L;
      long keep = random.nextInt(3) * 15L;
      text.append(
          "      - {alert: R%d, expr: x%d, for: %ds, keep_firing_for: %ds}\n"
              .formatted(i, i, hold, keep));
      oracles.add(new NaiveAlerts(hold * 1000, keep * 1000));
    }
    List<RuleFile.Outcome> rules =
        List.of(new RuleFileParser(_ -> {}, (_, _) -> {}).parse("f.yml", text.toString()));
    long offset = RuleKey.offsetMs("f.yml", "g", INTERVAL.toMillis());
    long slot = 1_000_000_000_000L + offset;
    slot -= Math.floorMod(slot - offset, INTERVAL.toMillis());
    open(rules, Instant.ofEpochMilli(slot - 1));
    int steps = 20 + (int) Math.min(120, seed);
    for (int step = 0; step < steps; step++, slot += INTERVAL.toMillis()) {
      Map<Integer, Set<String>> results = results(random);
      List<NaiveAlerts> before = oracles.stream().map(NaiveAlerts::copy).toList();
      for (Map.Entry<Integer, Set<String>> result : results.entrySet()) {
        oracles.get(result.getKey()).evaluate(result.getValue(), slot);
      }
      store.full(random.nextInt(10) == 0);
      sink.broken(random.nextInt(10) == 0);
      int fate = random.nextInt(12);
      if (fate == 0) {
        disk.powerOffAt(random.nextInt(6));
      }
      engine.tick(Instant.ofEpochMilli(slot));
      if (fate == 0) {
        engine.close();
        disk = disk.reboot();
        open(rules, Instant.ofEpochMilli(slot + 1));
        for (int i = 0; i < RULES; i++) {
          List<String> found = shown(i);
          boolean happened =
              found.equals(oracles.get(i).shown()) && log(i).equals(oracles.get(i).log());
          if (!happened) {
            oracles.set(i, before.get(i));
          }
        }
      } else if (fate == 1) {
        engine.close();
        journal.close();
        open(rules, Instant.ofEpochMilli(slot + 1));
      } else if (fate == 2) {
        engine.reload(rules, Instant.ofEpochMilli(slot + 1));
      }
      for (int i = 0; i < RULES; i++) {
        assertThat(shown(i))
            .as("seed %s, step %s, rule %s", seed, step, i)
            .isEqualTo(oracles.get(i).shown());
        assertThat(log(i))
            .as("seed %s, step %s, rule %s", seed, step, i)
            .isEqualTo(oracles.get(i).log());
      }
    }
    engine.close();
    journal.close();
  }

  /// What each rule's query finds; a rule that is missing fails.
  private Map<Integer, Set<String>> results(SplittableRandom random) {
    Map<Integer, Set<String>> results = new LinkedHashMap<>();
    for (int i = 0; i < RULES; i++) {
      if (random.nextInt(8) == 0) {
        query.answer(
            "x" + i,
            (_, _) -> {
              throw new MangruException(ErrorCode.TIMEOUT, "query timed out");
            });
        continue;
      }
      Set<String> found = new TreeSet<>();
      for (int pod = 0; pod < 3; pod++) {
        if (random.nextInt(3) > 0) {
          found.add("p" + pod);
        }
      }
      results.put(i, found);
      query.answer("x" + i, (time, _) -> answer(found, time));
    }
    return results;
  }

  private static QueryResult answer(Set<String> pods, long time) {
    List<QueryValue.Sample> samples = new ArrayList<>();
    pods.forEach(pod -> samples.add(new QueryValue.Sample(Labels.of("pod", pod), time, 1)));
    return new QueryResult(new QueryValue.Vector(samples), List.of(), List.of(), 1);
  }

  private List<String> shown(int rule) {
    List<String> shown = new ArrayList<>();
    for (RuleGroupStatus group : engine.groups()) {
      if (group.rules().get(rule) instanceof RuleStatus.Alerting alerting) {
        for (Alert alert : alerting.alerts()) {
          shown.add(
              NaiveAlerts.text(
                  alert.labels().get("pod"),
                  alert.state().word(),
                  alert.activeAt().toEpochMilli(),
                  alert.firedAt() == null ? -1 : alert.firedAt().toEpochMilli(),
                  alert.keepFiringSince() == null ? -1 : alert.keepFiringSince().toEpochMilli()));
        }
      }
    }
    return shown;
  }

  /// The timeline of one rule; what happened at the same time in the order of the oracle.
  private List<String> log(int rule) {
    record Entry(long at, boolean inactive, String pod, String text) {}

    List<Entry> found = new ArrayList<>();
    for (AlertBook.Transition each :
        engine.transitions(Instant.EPOCH, Instant.ofEpochSecond(10_000_000_000L), 100_000)) {
      if (each.labels().get("alertname").equals("R" + rule)) {
        long at = each.at().toEpochMilli();
        String pod = each.labels().get("pod");
        found.add(
            new Entry(
                at,
                !each.to().word().equals("inactive"),
                pod,
                at + " " + pod + " " + each.from().word() + ">" + each.to().word()));
      }
    }
    return found.stream()
        .sorted(
            Comparator.comparingLong(Entry::at)
                .thenComparing(Entry::inactive)
                .thenComparing(Entry::pod))
        .map(Entry::text)
        .toList();
  }
}
