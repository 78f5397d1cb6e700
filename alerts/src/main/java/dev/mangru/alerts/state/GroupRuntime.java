package dev.mangru.alerts.state;

import dev.mangru.alerts.rule.Rule;
import dev.mangru.alerts.rule.RuleGroup;
import dev.mangru.model.alert.Alert;
import dev.mangru.model.alert.AlertSink;
import dev.mangru.model.alert.RuleGroupStatus;
import dev.mangru.model.alert.RuleStatus;
import dev.mangru.model.alert.RuleStatus.Evaluation;
import dev.mangru.model.alert.RuleStatus.Health;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One group while it runs. [#begin] and [#evaluate] are called by one thread at a time; everything
/// else by any.
///
/// Queries and templates run outside the lock, so that whoever wants to know, send or reload never
/// waits for them. What an evaluation found is dropped if the group was retired meanwhile.
final class GroupRuntime {

  private static final Logger LOG = LoggerFactory.getLogger(GroupRuntime.class);

  private final String file;
  private final RuleGroup group;
  private final Duration interval;
  private final Duration queryOffset;
  private final long offsetMs;
  private final EvaluationContext context;
  private final List<RuleRuntime> rules;
  private final ReentrantLock lock = new ReentrantLock();
  private final ReentrantLock sending = new ReentrantLock();

  // Guarded by lock.
  private boolean retired;
  private boolean running;
  private @Nullable Long lastSlotMs;

  /// Series of rules that are no more, for the next evaluation to mark.
  private Set<Labels> orphans = Set.of();

  private final AtomicLong missed = new AtomicLong();
  private volatile @Nullable Instant lastEvaluation;
  private volatile Duration lastTook = Duration.ZERO;
  private volatile @Nullable Running current;

  /// A rule whose query is under way.
  private record Running(RuleRuntime rule, long sinceNanos, Cancellation cancellation) {}

  GroupRuntime(String file, RuleGroup group, EvaluationContext context, List<RuleRuntime> rules) {
    this.file = file;
    this.group = group;
    this.context = context;
    this.rules = List.copyOf(rules);
    this.interval =
        group.interval() == null ? context.options().defaultInterval() : group.interval();
    this.queryOffset =
        group.queryOffset() == null ? context.options().queryOffset() : group.queryOffset();
    this.offsetMs = RuleKey.offsetMs(file, group.name(), interval.toMillis());
  }

  String file() {
    return file;
  }

  String name() {
    return group.name();
  }

  List<RuleRuntime> rules() {
    return rules;
  }

  /// Held by whoever sends alerts of this group.
  ReentrantLock sending() {
    return sending;
  }

  // ---- time
  // --------------------------------------------------------------------------------------

  /// The time to evaluate at, if one has come that was not evaluated yet, and nothing is under way.
  /// The first is the first after the group was loaded: one before it may have been evaluated by an
  /// earlier process.
  OptionalLong begin(Instant now) {
    lock.lock();
    try {
      long intervalMs = interval.toMillis();
      long nowMs = now.toEpochMilli();
      long slot = Math.floorDiv(nowMs - offsetMs, intervalMs) * intervalMs + offsetMs;
      Long last = lastSlotMs;
      if (last == null || slot < last - intervalMs) {
        // Just loaded, or the clock was set back by more than an interval.
        lastSlotMs = slot == nowMs ? slot - intervalMs : slot;
        last = lastSlotMs;
      }
      if (slot <= last || running || retired) {
        return OptionalLong.empty();
      }
      long skipped = (slot - last) / intervalMs - 1;
      missed.addAndGet(skipped);
      context.counters().missed.add(skipped);
      lastSlotMs = slot;
      running = true;
      return OptionalLong.of(slot);
    } finally {
      lock.unlock();
    }
  }

  /// Goes on where an earlier version of this group stands.
  void takeOver(GroupRuntime earlier) {
    earlier.lock.lock();
    try {
      if (earlier.interval.equals(interval)) {
        lastSlotMs = earlier.lastSlotMs;
        missed.set(earlier.missed.get());
        lastEvaluation = earlier.lastEvaluation;
        lastTook = earlier.lastTook;
      }
    } finally {
      earlier.lock.unlock();
    }
  }

  /// Lets no alert be resolved before its data had time to come in again.
  void doubt() {
    lock.lock();
    try {
      for (RuleRuntime rule : rules) {
        if (rule instanceof RuleRuntime.Alerting alerting) {
          alerting.alerts().doubt();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// Lets the next evaluation mark these series as ended, unless it writes them.
  void adopt(Set<Labels> series) {
    lock.lock();
    try {
      Set<Labels> all = new HashSet<>(orphans);
      all.addAll(series);
      orphans = all;
    } finally {
      lock.unlock();
    }
  }

  /// Ends this version of the group; an evaluation under way changes nothing any more.
  void retire() {
    lock.lock();
    try {
      retired = true;
      Running now = current;
      if (now != null) {
        now.cancellation().request();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Asks a query that has run longer than it may to end. The engine does so by itself; this is for
  /// one that does not.
  void cancelOverdue() {
    Running now = current;
    if (now != null && overdue(now)) {
      now.cancellation().request();
    }
  }

  private boolean overdue(Running now) {
    return context.ticker().read() - now.sinceNanos() > context.options().queryTimeout().toNanos();
  }

  // ---- evaluation
  // --------------------------------------------------------------------------------

  /// Evaluates all rules in order at one time, and hands what is to be sent to `send`.
  void evaluate(long slotMs, Function<GroupRuntime, Boolean> send, Instant startedAt) {
    long began = context.ticker().read();
    lastEvaluation = Instant.ofEpochMilli(slotMs);
    SeriesWriter writer = new SeriesWriter(context.store());
    Set<Labels> returned = new HashSet<>();
    long sampleMs = slotMs - queryOffset.toMillis();
    try {
      for (RuleRuntime rule : rules) {
        if (isRetired()) {
          return;
        }
        if (mayRead(rule.rule(), writer)) {
          writer.flush();
        }
        one(rule, slotMs, sampleMs, startedAt, writer, returned);
      }
      markOrphans(sampleMs, writer, returned);
      writer.flush();
    } finally {
      lastTook = Duration.ofNanos(context.ticker().read() - began);
      ended();
    }
    var _ = send.apply(this);
  }

  private void ended() {
    lock.lock();
    try {
      running = false;
    } finally {
      lock.unlock();
    }
  }

  private boolean isRetired() {
    lock.lock();
    try {
      return retired;
    } finally {
      lock.unlock();
    }
  }

  private static boolean mayRead(Rule rule, SeriesWriter writer) {
    return writer.mayBeReadBy(rule.expression())
        || (rule instanceof Rule.Alerting alerting
            && (alerting.annotations().values().stream().anyMatch(text -> text.contains("query"))
                || alerting.labels().toMap().values().stream()
                    .anyMatch(text -> text.contains("query"))));
  }

  private void one(
      RuleRuntime rule,
      long slotMs,
      long sampleMs,
      Instant startedAt,
      SeriesWriter writer,
      Set<Labels> returned) {
    long began = context.ticker().read();
    Cancellation cancellation = new Cancellation();
    current = new Running(rule, began, cancellation);
    context.counters().evaluations.increment();
    String problem = null;
    String notice = null;
    try {
      EvaluationContext.Elements elements =
          context.elements(rule.rule().expression(), sampleMs, cancellation);
      requireFew(elements.samples().size());
      switch (rule) {
        case RuleRuntime.Recording recording ->
            record(recording, elements, sampleMs, writer, returned);
        case RuleRuntime.Alerting alerting ->
            notice =
                alert(
                    alerting,
                    elements,
                    new Times(slotMs, sampleMs, startedAt),
                    cancellation,
                    writer,
                    returned);
      }
    } catch (MangruException e) {
      problem = e.text();
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("group", group.name())
          .addKeyValue("rule", rule.rule().name())
          .setCause(e)
          .log("a rule could not be evaluated");
      problem = "internal error: " + e;
    } finally {
      current = null;
    }
    if (problem != null) {
      context.counters().failures.increment();
      // A failed evaluation writes nothing and ends nothing: its series are not orphans.
      returned.addAll(rule.written());
    }
    long took = context.ticker().read() - began;
    context.counters().evaluationNanos.add(took);
    rule.evaluated(
        new Evaluation(
            problem == null ? Health.OK : Health.ERR,
            problem == null ? notice : problem,
            Instant.ofEpochMilli(slotMs),
            Duration.ofNanos(took)));
  }

  private void requireFew(int elements) {
    int most = context.options().maxSeriesPerRule();
    if (elements > most) {
      throw new MangruException(
          ErrorCode.QUERY_LIMIT,
          "the result has "
              + elements
              + " elements, more than the limit of "
              + most
              + " for one rule: aggregate away the label that makes so many");
    }
  }

  private void record(
      RuleRuntime.Recording rule,
      EvaluationContext.Elements elements,
      long sampleMs,
      SeriesWriter writer,
      Set<Labels> returned) {
    Map<Labels, QueryValue.Sample> series =
        RecordingEvaluation.series(rule.rule(), elements.samples(), group.limit());
    write(rule, series, sampleMs, writer, returned);
  }

  private void write(
      RuleRuntime rule,
      Map<Labels, QueryValue.Sample> series,
      long sampleMs,
      SeriesWriter writer,
      Set<Labels> returned) {
    returned.addAll(series.keySet());
    Set<Labels> before = rule.written();
    writer.add(
        sampleMs,
        series,
        before,
        problem -> {
          Set<Labels> now = new HashSet<>(series.keySet());
          if (problem != null) {
            now.addAll(before);
            context.counters().failures.increment();
            Evaluation last = rule.evaluation();
            rule.evaluated(new Evaluation(Health.ERR, problem, last.at(), last.took()));
          }
          rule.written(now);
        });
  }

  /// When an evaluation takes place.
  private record Times(long slotMs, long sampleMs, Instant startedAt) {}

  /// Returns what is wrong with a template, which does not keep the rule from alerting.
  private @Nullable String alert(
      RuleRuntime.Alerting rule,
      EvaluationContext.Elements found,
      Times times,
      Cancellation cancellation,
      SeriesWriter writer,
      Set<Labels> returned) {
    AlertingEvaluation evaluation =
        new AlertingEvaluation(
            rule.rule(),
            context.options(),
            context.templates(),
            (expression, timeMs) -> context.elements(expression, timeMs, cancellation).samples(),
            times.sampleMs(),
            context.ticker());
    Map<Labels, ActiveAlerts.Element> elements = evaluation.elements(found.samples());
    Instant at = Instant.ofEpochMilli(times.slotMs());
    Duration sinceStart = Duration.between(times.startedAt(), at);
    ActiveAlerts.Policy policy =
        new ActiveAlerts.Policy(
            rule.rule().hold(),
            rule.rule().keepFiring(),
            context.options().resolvedRetention(),
            mayResolveRestored(sinceStart, found.samplesRead()));
    lock.lock();
    try {
      if (retired) {
        return null;
      }
      List<AlertChange> changes = rule.alerts().decide(elements, at, policy);
      commit(rule, changes, elements);
      List<Alert> active = rule.alerts().pendingAndFiring();
      if (group.limit() > 0 && active.size() > group.limit()) {
        commit(rule, rule.alerts().drop(at), Map.of());
        throw new MangruException(
            ErrorCode.QUERY_LIMIT,
            "exceeded limit of " + group.limit() + " with " + active.size() + " alerts");
      }
      write(rule, AlertingEvaluation.series(active), times.sampleMs(), writer, returned);
    } finally {
      lock.unlock();
    }
    if (evaluation.templateProblem() != null) {
      context.counters().templateFailures.increment();
    }
    return evaluation.templateProblem();
  }

  /// Whether an empty result may end an alert that was restored at the start: only once data had
  /// time to come in again.
  private boolean mayResolveRestored(Duration sinceStart, long samplesRead) {
    Duration grace = context.options().restoreGrace();
    Duration twoIntervals = interval.multipliedBy(2);
    Duration needed = grace.isZero() || grace.compareTo(twoIntervals) > 0 ? grace : twoIntervals;
    return sinceStart.compareTo(needed) >= 0
        && (samplesRead > 0 || sinceStart.compareTo(context.options().noDataGrace()) >= 0);
  }

  private void commit(
      RuleRuntime.Alerting rule,
      List<AlertChange> changes,
      Map<Labels, ActiveAlerts.Element> elements) {
    context.counters().transitions.add(changes.size());
    // On disk or not, life goes on: a full disk must not silence an alert. The journal tells.
    var _ = context.journal().record(changes);
    rule.alerts().apply(changes, elements);
    rule.publish();
  }

  private void markOrphans(long sampleMs, SeriesWriter writer, Set<Labels> returned) {
    Set<Labels> ended;
    lock.lock();
    try {
      ended = new HashSet<>(orphans);
      orphans = Set.of();
    } finally {
      lock.unlock();
    }
    ended.removeAll(returned);
    if (!ended.isEmpty()) {
      writer.add(sampleMs, Map.of(), ended, _ -> {});
    }
  }

  // ---- what others see and get
  // -------------------------------------------------------------------

  /// Alerts to send now; they count as sent.
  List<AlertSink.Posted> due(Instant now) {
    lock.lock();
    try {
      List<AlertSink.Posted> due = new ArrayList<>();
      if (!retired) {
        for (RuleRuntime rule : rules) {
          if (rule instanceof RuleRuntime.Alerting alerting) {
            due.addAll(Posting.due(alerting, interval, now, context.options()));
          }
        }
      }
      return due;
    } finally {
      lock.unlock();
    }
  }

  /// Lets everything be sent again.
  void unsent() {
    lock.lock();
    try {
      for (RuleRuntime rule : rules) {
        if (rule instanceof RuleRuntime.Alerting alerting) {
          alerting.alerts().unsent();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  RuleGroupStatus status() {
    List<RuleStatus> statuses = new ArrayList<>(rules.size());
    Running now = current;
    for (RuleRuntime rule : rules) {
      statuses.add(
          now != null && now.rule() == rule && overdue(now)
              ? rule.status(hanging(rule, now))
              : rule.status());
    }
    return new RuleGroupStatus(
        group.name(),
        file,
        interval,
        group.limit(),
        queryOffset,
        lastEvaluation,
        lastTook,
        missed.get(),
        statuses);
  }

  private Evaluation hanging(RuleRuntime rule, Running now) {
    Duration took = Duration.ofNanos(context.ticker().read() - now.sinceNanos());
    return new Evaluation(
        Health.ERR,
        "the query has been running for "
            + took.toSeconds()
            + " s, longer than the "
            + context.options().queryTimeout().toSeconds()
            + " s it may take, and does not end",
        rule.evaluation().at(),
        took);
  }
}
