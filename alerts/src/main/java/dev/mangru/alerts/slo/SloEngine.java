package dev.mangru.alerts.slo;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.slo.Objective;
import dev.mangru.model.slo.SloBook;
import dev.mangru.model.slo.SloStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Measures objectives.
///
/// **The idea.** Each tick adds what happened since the last one to three cumulative series per
/// objective, kept in the metric store itself ([SloLedger]). Then every window that ends now is the
/// difference of two points, however long it is, and exact: nothing is sampled, averaged or
/// extrapolated. A year costs as little as an hour.
///
/// ```
///   total  0 ─────── 120 ─────── 310 ──✗ kill -9 ✗── 455 ─────── 498
///          ├── start of the window ──┤                            now
///          errors in the window = (Δtotal − Δgood), availability = Δgood / Δtotal
/// ```
///
/// **Ratios.** [CounterWatch] reads the raw samples of both selectors and adds up the growth of
/// every series, counter resets included. A point at time *t* says: all events in samples up to
/// *t*. Ticks count up to `now − settle`, by when samples have arrived; one that is later still is
/// counted by the next tick. After a restart counting goes on from the last stored point, and the
/// time without Mangru is counted from the samples that others collected meanwhile, an hour of it
/// per tick. So nothing is counted twice, and lost is only a sample that arrived later than
/// `settle` in the very seconds before a kill -9.
///
/// **Time slices.** The condition is asked at each tick: with a result, the time since the last
/// tick is good, without one it is bad; before the first result ever it is unknown, because a
/// target that has not reported yet is not down. Any element makes a result, so `up == 1` over many
/// targets is good while one of them is up. Longer than three ticks without an answer is unknown,
/// neither good nor bad, and `measured` tells.
///
/// A failure in one objective leaves the others alone; it is in the objective's status, in the
/// metrics, and in the log once. At most [#MAX_OBJECTIVES] objectives.
///
/// Thread-safe: one tick runs at a time, and [#statuses] answers from memory without waiting.
public final class SloEngine implements SloBook {

  /// Most objectives; chosen: at 10 s ticks three series each are 300 samples a second.
  public static final int MAX_OBJECTIVES = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(SloEngine.class);

  private final List<ObjectiveRecorder> recorders;
  private final MetricStore store;
  private final SloOptions options;
  private final Map<String, String> loggedCauses = new HashMap<>();
  private final Object tickLock = new Object();
  private final LongAdder ticks = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder lostPoints = new LongAdder();
  private volatile List<SloStatus> statuses;

  /// With [SloOptions#defaults].
  public SloEngine(List<Objective> objectives, MetricQuery query, MetricStore store) {
    this(objectives, query, store, SloOptions.defaults());
  }

  /// Reads nothing yet; the first tick does.
  ///
  /// @param objectives in the order in which statuses are given; names must differ
  /// @param query answers selectors with a range, and conditions
  /// @param store keeps the cumulative series
  /// @throws MangruException `BAD_DATA` for a name used twice, an empty one, or too many objectives
  public SloEngine(
      List<Objective> objectives, MetricQuery query, MetricStore store, SloOptions options) {
    requireValid(objectives);
    this.store = store;
    this.options = options;
    this.recorders =
        objectives.stream()
            .map(objective -> new ObjectiveRecorder(objective, query, store, options))
            .toList();
    this.statuses = recorders.stream().map(recorder -> recorder.status(null)).toList();
  }

  private static void requireValid(List<Objective> objectives) {
    if (objectives.size() > MAX_OBJECTIVES) {
      throw MangruException.badData(
          objectives.size() + " objectives are more than the limit of " + MAX_OBJECTIVES);
    }
    Set<String> names = new HashSet<>();
    for (Objective objective : objectives) {
      if (objective.name().isBlank()) {
        throw MangruException.badData("an objective has no name; its name labels its series");
      }
      if (!names.add(objective.name())) {
        throw MangruException.badData(
            "two objectives are named " + objective.name() + "; names must differ");
      }
    }
  }

  @Override
  public List<SloStatus> statuses() {
    return statuses;
  }

  /// Counts what happened since the last tick, stores it, and renews the statuses. Call it every
  /// [SloOptions#tickInterval]. Never throws for a failing query or store.
  public void tick(Instant now) {
    synchronized (tickLock) {
      ticks.increment();
      long toMs = now.minus(options.settle()).toEpochMilli();
      Map<ObjectiveRecorder, String> problems = new HashMap<>();
      Map<ObjectiveRecorder, List<SloPoint>> points = new HashMap<>();
      for (ObjectiveRecorder recorder : recorders) {
        String problem = attempt(recorder, () -> points.put(recorder, recorder.advance(toMs)));
        if (problem != null) {
          problems.put(recorder, problem);
        }
      }
      String storeProblem = write(points);
      List<SloStatus> renewed = new ArrayList<>(recorders.size());
      for (int i = 0; i < recorders.size(); i++) {
        ObjectiveRecorder recorder = recorders.get(i);
        String problem = problems.getOrDefault(recorder, storeProblem);
        renewed.add(status(recorder, problem, statuses.get(i)));
      }
      statuses = List.copyOf(renewed);
    }
  }

  private SloStatus status(
      ObjectiveRecorder recorder, @Nullable String problem, SloStatus previous) {
    List<SloStatus> fresh = new ArrayList<>(1);
    String shown = problem == null ? recorder.notice() : problem;
    String unreadable = attempt(recorder, () -> fresh.add(recorder.status(shown)));
    if (unreadable == null && problem == null) {
      recovered(recorder.objective().name());
    }
    return fresh.isEmpty()
        ? new SloStatus(previous.objective(), previous.windows(), previous.burnRate1h(), unreadable)
        : fresh.getFirst();
  }

  /// Runs one objective's part; what goes wrong there must not reach the other objectives.
  private @Nullable String attempt(ObjectiveRecorder recorder, Runnable work) {
    try {
      work.run();
      return null;
    } catch (MangruException e) {
      return failed(recorder.objective().name(), e.code().name(), e);
    } catch (RuntimeException e) {
      return failed(recorder.objective().name(), e.getClass().getSimpleName(), e);
    }
  }

  private @Nullable String write(Map<ObjectiveRecorder, List<SloPoint>> points) {
    long count = points.values().stream().mapToLong(List::size).sum();
    if (count == 0) {
      return null;
    }
    try {
      Appender appender = store.appender();
      points.forEach(
          (recorder, of) -> of.forEach(point -> recorder.ledger().append(appender, point)));
      AppendSummary summary = appender.commit();
      if (summary.rejected() == 0) {
        recovered("the store");
        return null;
      }
      lostPoints.add(summary.rejected());
      return failed(
          "the store",
          "REJECTED",
          new IllegalStateException(
              "samples not stored: " + summary.examples().getFirst().describe()));
    } catch (MangruException e) {
      // What was counted stays in memory and is part of the next point.
      lostPoints.add(count);
      return failed("the store", e.code().name(), e);
    }
  }

  private String failed(String what, String cause, RuntimeException e) {
    failures.increment();
    if (!cause.equals(loggedCauses.put(what, cause))) {
      LOG.atWarn()
          .addKeyValue("objective", what)
          .addKeyValue("cause", cause)
          .setCause(e instanceof MangruException ? null : e)
          .log("objective not measured: {}", e.getMessage());
    }
    return e instanceof MangruException known ? known.text() : e.toString();
  }

  private void recovered(String what) {
    if (loggedCauses.remove(what) != null) {
      LOG.atInfo().addKeyValue("objective", what).log("objective is measured again");
    }
  }

  /// Ticks so far.
  long ticks() {
    return ticks.sum();
  }

  /// Objectives that a tick could not measure, summed over ticks.
  long failures() {
    return failures.sum();
  }

  /// Points that the store did not take.
  long lostPoints() {
    return lostPoints.sum();
  }
}
