package dev.mangru.autoscaler.control;

import dev.mangru.autoscaler.control.HpaOutcome.Rescale;
import dev.mangru.autoscaler.control.ScalingCluster.WriteResult;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Horizontal autoscaling of a cluster. One [#pass] looks at every HorizontalPodAutoscaler: gather,
/// [Decide], act, record. Whoever calls it decides when; kube-controller-manager does so every 15
/// s.
///
/// [#pass] is for one thread at a time; everything else may be called from any thread.
///
/// Where the cluster gives no answer a pass leaves things as they are and says so ([#problem]):
/// nothing is concluded from silence. An autoscaler that is wrong in itself never harms another.
public final class HorizontalAutoscaler {

  /// Whether anything is written.
  public enum Mode {
    /// Compute, record, write nothing.
    OBSERVE,
    /// Be the cluster's controller: write replicas, status and events.
    REPLACE
  }

  /// What a pass did.
  ///
  /// @param autoscalers looked at
  /// @param scaled targets written
  /// @param failed autoscalers left out or not written
  /// @param problem why the pass could not be made, or not for all; null if it was
  public record PassSummary(
      int autoscalers, int scaled, int failed, @Nullable String problem, Duration took) {}

  private static final Logger LOG = LoggerFactory.getLogger(HorizontalAutoscaler.class);

  /// Autoscalers worked on at one time: kube-controller-manager's default.
  private static final int WORKERS = 5;

  /// After so many requests in a row that waited in vain a pass asks no more. Chosen: with five
  /// workers and ten seconds for a request, a pass over any number of autoscalers ends.
  private static final int SILENT = 10;

  /// A request that failed after this long was not answered. Chosen, half of its timeout.
  private static final Duration SILENCE = Duration.ofSeconds(5);

  /// Autoscalers left out that one pass logs at full voice; all of them are counted.
  private static final int MAX_TOLD = 5;

  /// An unchanged decision is recorded again after this long, so that charts have no holes.
  private static final Duration RECORD_EVERY = Duration.ofMinutes(5);

  /// Another problem is recorded after this long: texts may hold numbers that change all the time.
  private static final Duration RECORD_PROBLEM_EVERY = Duration.ofSeconds(30);

  private final ScalingCluster cluster;
  private final UsageSource usageSource;
  private final HpaJournal journal;
  private final AutoscalerMetrics metrics;
  private final HpaSettings settings;
  private final Mode mode;
  private final String clusterName;
  private final Ticker ticker;
  private final BooleanSupplier mayWrite;

  private final Map<String, Recorded> recorded = new ConcurrentHashMap<>();
  private volatile Map<String, String> contested = Map.of();
  private volatile @Nullable String problem = "no pass was made yet";

  private record Recorded(String fingerprint, String summary, Instant time) {}

  /// @param clusterName for records
  /// @param mayWrite asked before every write: whether we still are the leader
  public HorizontalAutoscaler(
      ScalingCluster cluster,
      UsageSource usageSource,
      HpaJournal journal,
      AutoscalerMetrics metrics,
      HpaSettings settings,
      Mode mode,
      String clusterName,
      Ticker ticker,
      BooleanSupplier mayWrite) {
    this.cluster = cluster;
    this.usageSource = usageSource;
    this.journal = journal;
    this.metrics = metrics;
    this.settings = settings;
    this.mode = mode;
    this.clusterName = clusterName;
    this.ticker = ticker;
    this.mayWrite = mayWrite;
  }

  /// Whether anything is written.
  public Mode mode() {
    return mode;
  }

  /// Why the last pass could not be made, or not for all; null if it was.
  public @Nullable String problem() {
    return problem;
  }

  /// Autoscalers that another controller serves too, and who that is, by `namespace/name`. Nothing
  /// is written for them.
  public Map<String, String> contested() {
    return contested;
  }

  /// Looks at every autoscaler once.
  ///
  /// @param now the time of all decisions
  public PassSummary pass(Instant now) {
    long started = ticker.read();
    String untrusted = cluster.problem(now);
    if (untrusted != null) {
      problem = untrusted;
      metrics.skippedPass();
      return new PassSummary(0, 0, 0, untrusted, elapsed(started));
    }
    PassSummary summary = run(now, started);
    problem = summary.problem();
    metrics.pass(summary.autoscalers(), summary.took());
    return summary;
  }

  private PassSummary run(Instant now, long started) {
    try {
      return new Pass(now, cluster.hpas()).run(started);
    } catch (MangruException e) {
      return new PassSummary(0, 0, 0, e.text(), elapsed(started));
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a pass over the autoscalers ended early");
      return new PassSummary(0, 0, 0, "an error of Mangru itself: " + e, elapsed(started));
    }
  }

  private Duration elapsed(long started) {
    return Duration.ofNanos(ticker.read() - started);
  }

  /// One pass under way.
  private final class Pass {

    private final Instant now;
    private final List<Hpa> hpas;
    private final UsageSource.Usage usage;
    private final Map<String, ScaleReading> scales = new ConcurrentHashMap<>();
    private final Map<String, HpaMemory> memories = new ConcurrentHashMap<>();
    private final Map<String, String> rivals = new ConcurrentHashMap<>();
    private final Set<String> unsettled = new HashSet<>();
    private final List<String> silences = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger scaled = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger toldOf = new AtomicInteger();
    private final AtomicInteger silentInARow = new AtomicInteger();
    private Neighbourhood neighbourhood = new Neighbourhood(List.of(), Map.of(), _ -> List.of());

    Pass(Instant now, List<Hpa> hpas) {
      this.now = now;
      this.hpas = hpas;
      this.usage = usageSource.at(now);
    }

    PassSummary run(long started) {
      forEach(hpas, this::readScale);
      settleEarlier();
      neighbourhood = new Neighbourhood(hpas, scales, cluster::pods);
      forEach(hpas.stream().filter(hpa -> scales.containsKey(hpa.key())).toList(), this::look);
      if (failed.get() > MAX_TOLD) {
        LOG.atWarn().addKeyValue("count", failed.get()).log("autoscalers were left out of a pass");
      }
      Set<String> alive = new HashSet<>();
      hpas.forEach(hpa -> alive.add(hpa.uid()));
      recorded.keySet().retainAll(alive);
      contested = Collections.unmodifiableMap(new TreeMap<>(rivals));
      try {
        journal.remember(memories, alive);
      } catch (MangruException e) {
        silences.add(e.text());
        LOG.atError().setCause(e).log("what a pass came to could not be kept");
      }
      return new PassSummary(
          hpas.size(),
          scaled.get(),
          failed.get(),
          silences.isEmpty() ? null : silences.getFirst(),
          elapsed(started));
    }

    /// Runs `work` for each, a few at a time. What one throws is its own; but a cluster that has
    /// not answered many in a row is not waited for by all the others.
    private void forEach(List<Hpa> each, Consumer<Hpa> work) {
      Semaphore free = new Semaphore(WORKERS);
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Hpa hpa : each) {
          threads.execute(() -> {
            free.acquireUninterruptibly();
            long began = ticker.read();
            try {
              if (silentInARow.get() >= SILENT) {
                throw new MangruException(
                    ErrorCode.UNAVAILABLE,
                    "not asked: the API server gave no answer %d times in a row".formatted(SILENT));
              }
              work.accept(hpa);
              silentInARow.set(0);
            } catch (MangruException e) {
              if (elapsed(began).compareTo(SILENCE) >= 0) {
                silentInARow.incrementAndGet();
              }
              leftOut(hpa, e.text(), e);
            } catch (RuntimeException e) {
              leftOut(hpa, "an error of Mangru itself: " + e, e);
            } finally {
              free.release();
            }
          });
        }
      }
    }

    private void leftOut(Hpa hpa, String why, RuntimeException cause) {
      failed.incrementAndGet();
      metrics.trouble();
      silences.add(hpa.key() + ": " + why);
      Level level = toldOf.incrementAndGet() <= MAX_TOLD ? Level.WARN : Level.DEBUG;
      LOG.atLevel(level)
          .addKeyValue("hpa", hpa.key())
          .setCause(cause)
          .log("an autoscaler was left out of this pass");
    }

    private void readScale(Hpa hpa) {
      scales.put(hpa.key(), cluster.readScale(hpa.namespace(), hpa.spec().target()));
    }

    /// Looks what became of writes whose end is not known: of a process that was killed, or of a
    /// cluster that fell silent.
    private void settleEarlier() {
      for (ScaleIntent intent : journal.unsettled()) {
        try {
          Scale known = scaleNow(intent);
          boolean written = known != null && known.specReplicas() == intent.to();
          Decision.ApiCall call =
              new Decision.ApiCall(
                  call(intent.target()),
                  written,
                  written
                      ? "no answer was seen; found done later"
                      : "no answer was seen; found not done later: "
                          + (known == null
                              ? "there is no such target"
                              : "the target asks for " + known.specReplicas()));
          journal.settle(
              intent.uid(),
              intent
                  .decision()
                  .withCall(call, written ? Decision.Outcome.SCALED : Decision.Outcome.FAILED),
              written);
          metrics.decided(written ? Decision.Outcome.SCALED : Decision.Outcome.FAILED);
        } catch (MangruException e) {
          // Not known yet: neither what became of the write nor, from then on, its memory.
          unsettled.add(intent.uid());
          silences.add(intent.namespace() + "/" + intent.name() + ": " + e.text());
        }
      }
    }

    private @Nullable Scale scaleNow(ScaleIntent intent) {
      ScaleReading read = scales.get(intent.namespace() + "/" + intent.name());
      boolean sameTarget =
          hpas.stream()
              .anyMatch(hpa ->
                  hpa.uid().equals(intent.uid()) && hpa.spec().target().equals(intent.target()));
      if (read == null || !sameTarget) {
        read = cluster.readScale(intent.namespace(), intent.target());
      }
      return read instanceof ScaleReading.Known(Scale known) ? known : null;
    }

    // ---- one autoscaler
    // --------------------------------------------------------------------------

    private void look(Hpa hpa) {
      if (unsettled.contains(hpa.uid())) {
        return; // what became of its last write is not known, so neither is its memory
      }
      long started = ticker.read();
      HpaInput input = gather(hpa);
      HpaOutcome outcome = Decide.decide(input);
      String rival = mode == Mode.REPLACE ? StatusRivals.of(hpa, now) : null;
      if (rival != null) {
        rivals.put(hpa.key(), rival);
      }
      if (mode == Mode.OBSERVE || rival != null || !mayWrite.getAsBoolean()) {
        observe(input, outcome, rival, started);
      } else {
        act(input, outcome, started);
      }
    }

    private HpaInput gather(Hpa hpa) {
      ScaleReading reading = scales.getOrDefault(hpa.key(), new ScaleReading.Failed("not read"));
      List<PodFacts> selected = neighbourhood.selected(hpa);
      List<MetricReading> readings =
          reading instanceof ScaleReading.Known && hpa.fault() == null
              ? hpa.spec().metrics().stream()
                  .map(metric -> read(hpa.namespace(), metric, selected))
                  .toList()
              : List.of();
      return new HpaInput(
          hpa,
          reading,
          selected,
          readings,
          neighbourhood.others(hpa),
          journal.memory(hpa.uid()).notAfter(now),
          settings,
          now);
    }

    private MetricReading read(String namespace, MetricSpec metric, List<PodFacts> selected) {
      return switch (metric) {
        case MetricSpec.Resource(String resource, MetricSpec.Target _) ->
            usage.resource(namespace, resource, null, selected);
        case MetricSpec.ContainerResource(String resource, String container, MetricSpec.Target _) ->
            usage.resource(namespace, resource, container, selected);
        case MetricSpec.Pods(MetricSpec.Metric wanted, MetricSpec.Target _) ->
            usage.pods(namespace, wanted, selected);
        case MetricSpec.OfObject(MetricSpec.Metric wanted, TargetRef object, MetricSpec.Target _) ->
            usage.object(namespace, wanted, object);
        case MetricSpec.External(MetricSpec.Metric wanted, MetricSpec.Target _) ->
            usage.external(namespace, wanted);
        case MetricSpec.Unknown(String type) ->
            new MetricReading.Failed("nobody knows the type " + type);
      };
    }

    private void observe(HpaInput input, HpaOutcome outcome, @Nullable String rival, long started) {
      HpaMemory memory = outcome.memory();
      memories.put(input.hpa().uid(), memory.with(Contest.NONE));
      boolean wants = outcome.rescale() != null;
      Decision decision =
          decision(
              input,
              outcome,
              wants ? Decision.Outcome.OBSERVED : outcome.verdict(),
              rival == null ? outcome.reason() : Condition.CONTESTED_REPLICAS,
              rival == null ? outcome.summary() : outcome.summary() + " Not written: " + rival,
              List.of(),
              started);
      recordIfNew(input, decision, outcome.status());
    }

    private void act(HpaInput input, HpaOutcome outcome, long started) {
      Rescale rescale = outcome.rescale();
      if (rescale != null && input.scale() instanceof ScaleReading.Known(Scale scale)) {
        write(input, outcome, rescale, scale, started);
        return;
      }
      Hpa hpa = input.hpa();
      memories.put(hpa.uid(), outcome.memory());
      List<Decision.ApiCall> calls = new ArrayList<>();
      writeStatus(hpa, outcome.status(), calls);
      outcome.events().forEach(event -> cluster.tell(hpa, event, now));
      recordIfNew(
          input,
          decision(
              input,
              outcome,
              outcome.verdict(),
              outcome.reason(),
              outcome.summary(),
              calls,
              started),
          outcome.status());
    }

    private void write(
        HpaInput input, HpaOutcome outcome, Rescale rescale, Scale scale, long started) {
      Hpa hpa = input.hpa();
      TargetRef target = hpa.spec().target();
      Decision planned =
          decision(
              input,
              outcome,
              Decision.Outcome.SCALED,
              outcome.reason(),
              outcome.summary(),
              List.of(),
              started);
      journal.intend(
          new ScaleIntent(
              hpa.uid(),
              hpa.namespace(),
              hpa.name(),
              target,
              rescale.from(),
              rescale.to(),
              Replay.keep(planned, input),
              Decide.memoryIfWritten(input, outcome)));
      WriteResult result =
          mayWrite.getAsBoolean()
              ? cluster.writeScale(hpa.namespace(), target, scale, rescale.to())
              : new WriteResult.Conflict("not sent: another process is the leader now");
      Decision.ApiCall call =
          new Decision.ApiCall(
              call(target), result instanceof WriteResult.Written, result.answer());
      List<Decision.ApiCall> calls = new ArrayList<>(List.of(call));
      Decision.Outcome became =
          switch (result) {
            case WriteResult.Written _ -> {
              scaled.incrementAndGet();
              settle(input, outcome, Decide.written(input, outcome), calls);
              yield Decision.Outcome.SCALED;
            }
            case WriteResult.Refused(String answer) -> {
              failed.incrementAndGet();
              HpaOutcome.Settled settled = Decide.notWritten(input, outcome, answer);
              memories.put(hpa.uid(), settled.memory());
              settle(input, outcome, settled, calls);
              yield Decision.Outcome.FAILED;
            }
            case WriteResult.Conflict _ -> {
              // Someone was faster; the next pass decides on what is there then.
              memories.put(hpa.uid(), outcome.memory());
              yield Decision.Outcome.FAILED;
            }
          };
      Decision decision =
          decision(
              input,
              outcome,
              became,
              became == Decision.Outcome.SCALED ? outcome.reason() : "FailedUpdateScale",
              outcome.summary(),
              calls,
              started);
      journal.settle(hpa.uid(), Replay.keep(decision, input), became == Decision.Outcome.SCALED);
      metrics.decided(became);
      recorded.put(
          hpa.uid(),
          new Recorded(fingerprint(decision, outcome.status()), decision.summary(), now));
      LOG.atInfo()
          .addKeyValue("hpa", hpa.key())
          .addKeyValue("outcome", became)
          .log(decision.summary());
    }

    private void settle(
        HpaInput input,
        HpaOutcome outcome,
        HpaOutcome.Settled settled,
        List<Decision.ApiCall> calls) {
      Hpa hpa = input.hpa();
      outcome.events().forEach(event -> cluster.tell(hpa, event, now));
      cluster.tell(hpa, settled.event(), now);
      writeStatus(hpa, settled.status(), calls);
    }

    /// Writes the status if it changed. That it could not be is no reason to leave anything else
    /// undone: the next pass writes it again.
    private void writeStatus(Hpa hpa, HpaStatus status, List<Decision.ApiCall> calls) {
      Long observed = hpa.observedGeneration();
      boolean current = observed != null && observed == hpa.generation();
      if ((status.equals(hpa.status()) && current) || !mayWrite.getAsBoolean()) {
        return;
      }
      String call = "PUT horizontalpodautoscalers/" + hpa.name() + "/status";
      try {
        WriteResult result = cluster.writeStatus(hpa, status);
        calls.add(
            new Decision.ApiCall(call, result instanceof WriteResult.Written, result.answer()));
      } catch (MangruException e) {
        silences.add(hpa.key() + ": " + e.text());
        calls.add(new Decision.ApiCall(call, false, e.text()));
      }
    }

    private static String call(TargetRef target) {
      return "PUT " + target.text() + "/scale";
    }

    // ---- records
    // ---------------------------------------------------------------------------------

    private Decision decision(
        HpaInput input,
        HpaOutcome outcome,
        Decision.Outcome became,
        String reason,
        String summary,
        List<Decision.ApiCall> calls,
        long started) {
      Hpa hpa = input.hpa();
      Rescale rescale = outcome.rescale();
      int current = outcome.status().currentReplicas();
      return new Decision(
          now,
          Decision.Kind.WORKLOAD,
          clusterName,
          hpa.namespace(),
          hpa.name(),
          hpa.spec().target().text(),
          became,
          current,
          rescale == null ? current : rescale.to(),
          summary,
          reason,
          outcome.inputs(),
          outcome.clamps(),
          calls,
          elapsed(started));
    }

    private void recordIfNew(HpaInput input, Decision decision, HpaStatus status) {
      Hpa hpa = input.hpa();
      metrics.decided(decision.outcome());
      String fingerprint = fingerprint(decision, status);
      Recorded last = recorded.get(hpa.uid());
      if (last != null
          && last.fingerprint().equals(fingerprint)
          && !now.isBefore(last.time())
          && now.isBefore(last.time().plus(recordAgainAfter(decision, last)))) {
        return;
      }
      journal.record(Replay.keep(decision, input));
      recorded.put(hpa.uid(), new Recorded(fingerprint, decision.summary(), now));
    }

    /// A problem that became another under the same reason is worth telling sooner.
    private static Duration recordAgainAfter(Decision decision, Recorded last) {
      boolean otherProblem =
          decision.outcome() == Decision.Outcome.CANNOT_TELL
              && !decision.summary().equals(last.summary());
      return otherProblem ? RECORD_PROBLEM_EVERY : RECORD_EVERY;
    }

    private static String fingerprint(Decision decision, HpaStatus status) {
      StringBuilder text = new StringBuilder();
      text.append(decision.outcome()).append(' ').append(decision.reason());
      text.append(' ').append(decision.current()).append(' ').append(decision.desired());
      for (Condition each : status.conditions()) {
        text.append(' ').append(each.type()).append(each.status()).append(each.reason());
      }
      return text.toString();
    }
  }
}
