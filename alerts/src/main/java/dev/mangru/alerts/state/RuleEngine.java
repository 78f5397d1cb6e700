package dev.mangru.alerts.state;

import dev.mangru.alerts.rule.Rule;
import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.rule.RuleFileError;
import dev.mangru.alerts.rule.RuleGroup;
import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertBook;
import dev.mangru.model.alert.AlertSink;
import dev.mangru.model.alert.RuleGroupStatus;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Evaluates rule groups on ticks, and carries their alerts over failures, reloads and crashes.
///
/// **Time.** Each group has its own place in its interval (a hash of file and name), so groups
/// spread. A tick begins every group whose time has come, each on a virtual thread, and waits for
/// them a little; a group that takes longer goes on, and what it misses meanwhile is counted. Rules
/// of a group run in order, and each sees what those before it recorded.
///
/// **What ends an alert.** Only an evaluation that worked and does not have its element. One that
/// fails, hangs or finds too much changes nothing, and what fires is sent again all the same, so
/// that nobody downstream takes silence for health. After a start, alerts come from the journal as
/// they were; they are not resolved by an empty result before their data had time to come in again
/// ([RuleEngineOptions#restoreGrace], [RuleEngineOptions#noDataGrace]), unless their element was
/// seen meanwhile. The same holds after a standstill: a machine that slept has no fresh data
/// either.
///
/// **Reloads.** A rule that is still there keeps its alerts. One that is gone, or whose expression
/// or labels were edited, has its firing alerts resolved. A file that does not parse leaves its
/// last good version running; if there is none, what the journal holds of it stays as it is.
///
/// Thread-safe: ticks and reloads wait for each other; everything of [AlertBook] answers from
/// memory.
public final class RuleEngine implements AlertBook, AutoCloseable {

  /// Most groups. Chosen: ten times what kube-prometheus brings.
  public static final int MAX_GROUPS = 2_000;

  /// Without a tick for so long, the process or its machine stood still, or the clock was set
  /// forward; less than the lookback, so what was scraped before is still seen until then. Chosen.
  private static final Duration STANDSTILL = Duration.ofMinutes(2);

  /// Most alerts handed over at once.
  private static final int MAX_BATCH = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(RuleEngine.class);

  private final EvaluationContext context;
  private final AlertSink sink;
  private final ExecutorService executor;
  private final RuleCounters counters = new RuleCounters();
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final Map<RuleKey, List<Alert>> restored = new LinkedHashMap<>();
  private Set<Labels> ended = new HashSet<>();
  private @Nullable Instant startedAt;
  private @Nullable Instant lastTick;

  private volatile List<GroupRuntime> groups = List.of();

  /// Rules that are no more and still have alerts to tell of.
  private volatile List<GroupRuntime> departed = List.of();

  private volatile List<FileProblem> problems = List.of();
  private volatile boolean sinkFails;

  /// An engine without rules; [#reload] brings them.
  ///
  /// @param journal holds the alerts of earlier processes; the caller closes it after this engine
  public RuleEngine(
      MetricQuery query,
      MetricStore store,
      RuleTemplates templates,
      AlertSink sink,
      AlertJournal journal,
      RuleEngineOptions options,
      Ticker ticker) {
    this.sink = sink;
    this.context =
        new EvaluationContext(query, store, templates, journal, options, ticker, counters);
    this.restored.putAll(journal.alive());
    this.executor =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("rules-", 0).factory());
  }

  // ---- rules
  // -------------------------------------------------------------------------------------

  /// Puts other rules in force.
  ///
  /// @param files every rule file there is, parsed or refused; a file that is missing is gone
  /// @throws MangruException `BAD_DATA` if there are too many groups; then nothing has changed
  public void reload(List<RuleFile.Outcome> files, Instant now) {
    lock.lock();
    try {
      new Reload(files, now).run();
    } finally {
      lock.unlock();
    }
  }

  /// One exchange of rules, under the engine's lock.
  private final class Reload {
    private final List<RuleFile.Outcome> files;
    private final Instant now;
    private final Map<RuleKey, RuleRuntime> earlier = new LinkedHashMap<>();
    private final Map<List<String>, GroupRuntime> earlierGroups = new HashMap<>();
    private final Set<String> refused = new HashSet<>();
    private final List<GroupRuntime> next = new ArrayList<>();
    private final List<FileProblem> found = new ArrayList<>();
    private final Set<RuleKey> used = new HashSet<>();

    Reload(List<RuleFile.Outcome> files, Instant now) {
      this.files = files;
      this.now = now;
    }

    void run() {
      List<GroupRuntime> old = groups;
      long wanted =
          files.stream()
              .mapToLong(file ->
                  file instanceof RuleFile.Outcome.Parsed parsed
                      ? parsed.rules().groups().size()
                      : 0)
              .sum();
      if (wanted > MAX_GROUPS) {
        throw MangruException.badData(
            wanted + " rule groups are more than the limit of " + MAX_GROUPS);
      }
      for (RuleFile.Outcome file : files) {
        if (file instanceof RuleFile.Outcome.Refused) {
          refused.add(file.file());
        }
      }
      for (GroupRuntime group : old) {
        if (!refused.contains(group.file())) {
          group.retire();
          earlierGroups.put(List.of(group.file(), group.name()), group);
          group.rules().forEach(rule -> earlier.put(rule.key(), rule));
        }
      }
      for (RuleFile.Outcome file : files) {
        switch (file) {
          case RuleFile.Outcome.Parsed parsed -> load(parsed);
          case RuleFile.Outcome.Refused bad -> keep(bad, old);
        }
      }
      depart();
      groups = List.copyOf(next);
      problems = List.copyOf(found);
    }

    private void keep(RuleFile.Outcome.Refused bad, List<GroupRuntime> old) {
      for (RuleFileError error : bad.errors()) {
        found.add(new FileProblem(bad.file(), error.line(), error.column(), error.message()));
      }
      old.stream().filter(group -> group.file().equals(bad.file())).forEach(next::add);
    }

    private void load(RuleFile.Outcome.Parsed parsed) {
      for (RuleGroup group : parsed.rules().groups()) {
        String file = parsed.rules().name();
        List<RuleRuntime> rules = new ArrayList<>();
        Map<RuleKey, Integer> equal = new HashMap<>();
        for (Rule rule : group.rules()) {
          RuleKey first = RuleKey.of(file, group.name(), rule, 0);
          int before = equal.merge(first, 1, Integer::sum) - 1;
          RuleKey key = before == 0 ? first : RuleKey.of(file, group.name(), rule, before);
          used.add(key);
          rules.add(runtime(key, rule));
        }
        GroupRuntime loaded = new GroupRuntime(file, group, context, rules);
        GroupRuntime same = earlierGroups.remove(List.of(file, group.name()));
        if (same != null) {
          loaded.takeOver(same);
          same.rules().stream()
              .filter(rule -> !used.contains(rule.key()))
              .forEach(rule -> loaded.adopt(rule.written()));
        }
        next.add(loaded);
      }
    }

    private RuleRuntime runtime(RuleKey key, Rule rule) {
      RuleRuntime before = earlier.get(key);
      RuleRuntime made =
          switch (rule) {
            case Rule.Recording recording -> new RuleRuntime.Recording(key, recording);
            case Rule.Alerting alerting -> {
              ActiveAlerts alerts = new ActiveAlerts(key);
              if (before instanceof RuleRuntime.Alerting known) {
                alerts.takeFrom(known.alerts());
              }
              for (GroupRuntime gone : departed) {
                if (gone.rules().getFirst() instanceof RuleRuntime.Alerting back
                    && back.key().equals(key)
                    && !restored.containsKey(key)) {
                  alerts.takeFrom(back.alerts());
                }
              }
              List<Alert> fromJournal = restored.remove(key);
              if (fromJournal != null) {
                fromJournal.forEach(alerts::restore);
              }
              RuleRuntime.Alerting runtime = new RuleRuntime.Alerting(key, alerting, alerts);
              if (fromJournal != null) {
                // What an earlier process wrote of them ends when they do.
                runtime.written(
                    new HashSet<>(AlertingEvaluation.series(alerts.pendingAndFiring()).keySet()));
              }
              yield runtime;
            }
          };
      if (before != null) {
        made.evaluated(before.evaluation());
        made.written(before.written());
      }
      return made;
    }

    /// Ends what is not there any more.
    private void depart() {
      List<GroupRuntime> leaving = new ArrayList<>(departed);
      earlierGroups
          .values()
          .forEach(group -> group.rules().forEach(rule -> ended.addAll(rule.written())));
      earlier.forEach((key, rule) -> {
        if (!used.contains(key) && rule instanceof RuleRuntime.Alerting alerting) {
          end(alerting.alerts());
          leaving.add(alone(key, alerting.rule(), alerting.alerts()));
        }
      });
      List<RuleKey> known = new ArrayList<>(restored.keySet());
      for (RuleKey key : known) {
        ActiveAlerts alerts = new ActiveAlerts(key);
        // A file that does not parse says nothing about its alerts: they stay as they were.
        boolean stays = refused.contains(key.file());
        List<Alert> fromJournal = restored.remove(key);
        if (fromJournal != null) {
          fromJournal.forEach(alerts::restore);
        }
        if (!stays) {
          end(alerts);
        } else {
          restored.put(key, fromJournal == null ? List.of() : fromJournal);
        }
        Rule.Alerting nameOnly =
            new Rule.Alerting(
                key.name(), "", Labels.empty(), Duration.ZERO, Duration.ZERO, Map.of(), 0);
        leaving.removeIf(group -> group.rules().getFirst().key().equals(key));
        leaving.add(alone(key, nameOnly, alerts));
      }
      leaving.removeIf(group -> used.contains(group.rules().getFirst().key()) || isEmpty(group));
      departed = List.copyOf(leaving);
    }

    private void end(ActiveAlerts alerts) {
      List<AlertChange> changes = alerts.end(now, context.options().resolvedRetention());
      counters.transitions.add(changes.size());
      var _ = context.journal().record(changes);
      alerts.apply(changes, Map.of());
    }

    private GroupRuntime alone(RuleKey key, Rule.Alerting rule, ActiveAlerts alerts) {
      return new GroupRuntime(
          key.file(),
          new RuleGroup(key.group(), null, null, 0, List.of(rule)),
          context,
          List.of(new RuleRuntime.Alerting(key, rule, alerts)));
    }
  }

  private static boolean isEmpty(GroupRuntime group) {
    return group.rules().getFirst() instanceof RuleRuntime.Alerting alerting
        && alerting.alerts().isEmpty();
  }

  // ---- ticks
  // -------------------------------------------------------------------------------------

  /// Evaluates what is due, sends what is to be sent, and returns. Call it every second. Never
  /// throws for a failing query, store, sink or disk.
  public void tick(Instant now) {
    lock.lock();
    try {
      Instant started = startedAt(now);
      markEnded(now);
      List<GroupRuntime> all = groups;
      all.forEach(GroupRuntime::cancelOverdue);
      List<Runnable> due = new ArrayList<>();
      for (GroupRuntime group : all) {
        OptionalLong slot = group.begin(now);
        if (slot.isPresent()) {
          due.add(() -> group.evaluate(slot.getAsLong(), each -> sendDue(each, now), started));
        }
      }
      runAll(due);
      for (GroupRuntime group : all) {
        var _ = sendDue(group, now);
      }
      farewell(now);
      context.journal().maintain();
    } finally {
      lock.unlock();
    }
  }

  /// Evaluates every group once at exactly `at`, one after the other in the order of the files, on
  /// the caller's thread: for unit tests of rules.
  public void evaluateAll(Instant at) {
    lock.lock();
    try {
      Instant started = startedAt == null ? at : startedAt;
      startedAt = started;
      for (GroupRuntime group : groups) {
        group.evaluate(at.toEpochMilli(), each -> sendDue(each, at), started);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Since when data have come in: the start, the end of the last standstill, or the time to which
  /// the clock was set back.
  private Instant startedAt(Instant now) {
    Instant before = lastTick;
    lastTick = now;
    Instant known = startedAt;
    boolean stood = before != null && Duration.between(before, now).compareTo(STANDSTILL) > 0;
    if (stood) {
      groups.forEach(GroupRuntime::doubt);
    }
    if (known == null || stood || known.isAfter(now)) {
      known = now;
      startedAt = now;
    }
    return known;
  }

  private void runAll(List<Runnable> due) {
    CountDownLatch done = new CountDownLatch(due.size());
    for (Runnable work : due) {
      executor.execute(() -> {
        try {
          work.run();
        } finally {
          done.countDown();
        }
      });
    }
    try {
      if (!done.await(context.options().patience().toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.debug("{} rule groups go on after the tick", done.getCount());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Marks series of groups that are gone.
  private void markEnded(Instant now) {
    if (ended.isEmpty()) {
      return;
    }
    SeriesWriter writer = new SeriesWriter(context.store());
    writer.add(
        now.toEpochMilli(),
        Map.of(),
        ended,
        problem -> {
          if (problem != null) {
            LOG.atWarn().addKeyValue("problem", problem).log("series of rules that are gone");
          }
        });
    writer.flush();
    ended = new HashSet<>();
  }

  /// Sends what rules that are gone still have to say, and forgets those who have said it.
  private void farewell(Instant now) {
    List<GroupRuntime> stay = new ArrayList<>();
    for (GroupRuntime group : departed) {
      var _ = sendDue(group, now);
      if (!(group.rules().getFirst() instanceof RuleRuntime.Alerting alerting)) {
        continue;
      }
      if (!restored.containsKey(alerting.key())) {
        List<AlertChange> changes =
            alerting.alerts().end(now, context.options().resolvedRetention());
        var _ = context.journal().record(changes);
        alerting.alerts().apply(changes, Map.of());
      }
      if (!alerting.alerts().isEmpty()) {
        stay.add(group);
      }
    }
    departed = List.copyOf(stay);
  }

  private boolean sendDue(GroupRuntime group, Instant now) {
    // One at a time: what a tick found to fire must not arrive after what an evaluation found to be
    // over since.
    group.sending().lock();
    try {
      return send(group, now);
    } finally {
      group.sending().unlock();
    }
  }

  private boolean send(GroupRuntime group, Instant now) {
    List<AlertSink.Posted> due = group.due(now);
    try {
      for (int i = 0; i < due.size(); i += MAX_BATCH) {
        sink.send(List.copyOf(due.subList(i, Math.min(due.size(), i + MAX_BATCH))), now);
      }
      counters.sent.add(due.size());
      if (!due.isEmpty() && sinkFails) {
        sinkFails = false;
        LOG.info("alerts are taken again");
      }
      return true;
    } catch (RuntimeException e) {
      counters.sendFailures.increment();
      group.unsent();
      if (!sinkFails) {
        sinkFails = true;
        LOG.atError().setCause(e).log("alerts are not taken; they are sent again with each tick");
      }
      return false;
    }
  }

  // ---- the book
  // ----------------------------------------------------------------------------------

  @Override
  public List<RuleGroupStatus> groups() {
    return groups.stream()
        .map(GroupRuntime::status)
        .sorted(Comparator.comparing(RuleGroupStatus::file).thenComparing(RuleGroupStatus::name))
        .toList();
  }

  @Override
  public List<FileProblem> problems() {
    return problems;
  }

  @Override
  public List<Transition> transitions(Instant from, Instant to, int limit) {
    return context.journal().transitions(from, to, limit);
  }

  /// What rules have done so far.
  RuleCounters counters() {
    return counters;
  }

  /// The journal's failures.
  long journalFailures() {
    return context.journal().failures();
  }

  /// Begins nothing any more, and lets what is under way end by itself.
  @Override
  public void close() {
    groups.forEach(GroupRuntime::retire);
    executor.shutdown();
  }
}
