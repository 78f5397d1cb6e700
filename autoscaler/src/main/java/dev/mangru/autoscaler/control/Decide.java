package dev.mangru.autoscaler.control;

import dev.mangru.autoscaler.control.Condition.Status;
import dev.mangru.autoscaler.control.HpaOutcome.Rescale;
import dev.mangru.autoscaler.control.HpaOutcome.Settled;
import dev.mangru.autoscaler.horizontal.ScaleEvents;
import dev.mangru.autoscaler.horizontal.Stabilization.Recommendation;
import dev.mangru.autoscaler.horizontal.Tolerance;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.scale.Decision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The decision over one autoscaler, as Kubernetes takes it: conditions in its order, messages in
/// its words. Pure: the same [HpaInput] gives the same [HpaOutcome], always.
///
/// An instance is one decision under way, confined to its thread.
public final class Decide {

  private final HpaInput input;
  private final HpaSpec spec;
  private final HpaStatus before;
  private final Instant now;

  private final List<HpaEvent> events = new ArrayList<>();
  private final List<Decision.Input> inputs = new ArrayList<>();
  private final List<Decision.Clamp> clamps = new ArrayList<>();
  private List<Condition> conditions;
  private HpaMemory memory;

  private Decide(HpaInput input) {
    this.input = input;
    this.spec = input.hpa().spec();
    this.before = input.hpa().status();
    this.now = input.now();
    this.conditions = before.conditions();
    this.memory = input.memory();
  }

  /// What follows from `input`.
  public static HpaOutcome decide(HpaInput input) {
    Decide decide = new Decide(input);
    return switch (input.scale()) {
      case ScaleReading.Failed(String problem) -> decide.withoutScale(problem);
      case ScaleReading.Known(Scale scale) -> decide.withScale(scale);
    };
  }

  // ---- before the metrics ----------------------------------------------------------------------

  private HpaOutcome withoutScale(String problem) {
    event("FailedGetScale", problem);
    condition(
        Condition.ABLE_TO_SCALE,
        Status.FALSE,
        "FailedGetScale",
        "the HPA controller was unable to get the target's current scale: " + problem);
    inputs.add(unread("scale", problem));
    HpaStatus after =
        new HpaStatus(
            before.lastScaleTime(),
            before.currentReplicas(),
            before.desiredReplicas(),
            before.metrics(),
            conditions);
    return outcome(
        after,
        Decision.Outcome.CANNOT_TELL,
        before.currentReplicas(),
        "FailedGetScale",
        "No decision: the scale of " + spec.target().text() + " could not be read: " + problem);
  }

  private HpaOutcome withScale(Scale scale) {
    condition(
        Condition.ABLE_TO_SCALE,
        Status.TRUE,
        "SucceededGetScale",
        "the HPA controller was able to get the target's current scale");
    int current = scale.specReplicas();
    inputs.add(
        new Decision.Input(
            "scale",
            (double) current,
            "replicas",
            null,
            null,
            null,
            false,
            now,
            Map.of(),
            Map.of(
                "selector", scale.selector(),
                "statusReplicas", String.valueOf(scale.statusReplicas()),
                "minReplicas", String.valueOf(spec.minReplicas()),
                "maxReplicas", String.valueOf(spec.maxReplicas())),
            null,
            "what the target asks for now"));
    if (memory.recommendations() == null) {
      memory = memory.recommending(List.of(new Recommendation(current, now)));
    }
    memory = memory.with(memory.contest().seeing(current, now));
    String fault = input.hpa().fault();
    if (fault != null) {
      String message = "the spec holds what the API does not allow: " + fault;
      event("InvalidSpec", message);
      condition(Condition.SCALING_ACTIVE, Status.FALSE, "InvalidSpec", message);
      return undecided(current, List.of(), "InvalidSpec", message);
    }
    String unusable = unusable();
    if (unusable != null) {
      event("InvalidReplicaRange", unusable);
      condition(Condition.SCALING_ACTIVE, Status.FALSE, "InvalidReplicaRange", unusable);
      return undecided(current, List.of(), "InvalidReplicaRange", unusable);
    }
    if (current == 0 && !mayLeaveZero()) {
      String message = "scaling is disabled since the replica count of the target is zero";
      condition(Condition.SCALING_ACTIVE, Status.FALSE, "ScalingDisabled", message);
      return held(current, current, List.of(), "ScalingDisabled", "Nothing to do: " + message);
    }
    boolean outside = current > spec.maxReplicas() || current < spec.minReplicas();
    if (outside && !sameTarget().isEmpty()) {
      // Kubernetes applies each one's bounds here; where these exclude each other that never ends.
      return ambiguous(scale, sameTarget());
    }
    if (current > spec.maxReplicas()) {
      clamps.add(
          new Decision.Clamp("maxReplicas", current, spec.maxReplicas(), "more than maxReplicas"));
      return settle(
          current,
          spec.maxReplicas(),
          current,
          List.of(),
          "Current number of replicas above Spec.MaxReplicas");
    }
    if (current < spec.minReplicas()) {
      clamps.add(
          new Decision.Clamp("minReplicas", current, spec.minReplicas(), "fewer than minReplicas"));
      return settle(
          current,
          spec.minReplicas(),
          current,
          List.of(),
          "Current number of replicas below Spec.MinReplicas");
    }
    return byMetrics(scale);
  }

  private @Nullable String unusable() {
    if (spec.minReplicas() < 0 || spec.maxReplicas() < 1) {
      return "minReplicas %d must not be negative and maxReplicas %d must be positive"
          .formatted(spec.minReplicas(), spec.maxReplicas());
    }
    return spec.minReplicas() > spec.maxReplicas()
        ? "minReplicas %d is above maxReplicas %d: nothing is scaled until one of them changes"
            .formatted(spec.minReplicas(), spec.maxReplicas())
        : null;
  }

  private boolean mayLeaveZero() {
    return switch (input.settings().fromZero()) {
      case MIN_REPLICAS -> spec.minReplicas() == 0;
      case CONDITION ->
          before.conditions().stream()
                  .anyMatch(each ->
                      each.type().equals(Condition.SCALED_TO_ZERO) && each.status() == Status.TRUE)
              && (spec.worksAtZero() || spec.minReplicas() > 0);
    };
  }

  // ---- selector and metrics --------------------------------------------------------------------

  private HpaOutcome byMetrics(Scale scale) {
    int current = scale.specReplicas();
    if (spec.minReplicas() == 0 && !spec.worksAtZero()) {
      event(
          "InvalidMinReplicas",
          "minReplicas 0 needs an Object or External metric, since without pods no other can tell"
              + " anything: 1 is used");
    }
    if (scale.selector().isEmpty()) {
      event("SelectorRequired", "selector is required");
      String message = "the HPA target's scale is missing a selector";
      condition(Condition.SCALING_ACTIVE, Status.FALSE, "InvalidSelector", message);
      return computedNothing(current, List.of(), "InvalidSelector", "selector is required");
    }
    LabelSelector selector;
    try {
      selector = LabelSelector.parse(scale.selector());
    } catch (MangruException e) {
      String message =
          "couldn't convert selector into a corresponding internal selector object: " + e.text();
      event("InvalidSelector", message);
      condition(Condition.SCALING_ACTIVE, Status.FALSE, "InvalidSelector", message);
      return computedNothing(current, List.of(), "InvalidSelector", message);
    }
    List<PodFacts> pods =
        input.pods().stream().filter(pod -> selector.matches(pod.labels())).toList();
    List<String> rivals = rivals(pods);
    return rivals.isEmpty()
        ? evaluate(scale, new Proposals(input, scale, pods, tolerance()))
        : ambiguous(scale, rivals);
  }

  private HpaOutcome ambiguous(Scale scale, List<String> rivals) {
    List<String> all = new ArrayList<>(rivals);
    all.addFirst(input.hpa().name());
    String message =
        "pods by selector %s are controlled by multiple HPAs: [%s]"
            .formatted(
                scale.selector(),
                String.join(
                    " ", all.stream().map(name -> input.hpa().namespace() + "/" + name).toList()));
    event("AmbiguousSelector", message);
    condition(Condition.SCALING_ACTIVE, Status.FALSE, "AmbiguousSelector", message);
    return computedNothing(scale.specReplicas(), List.of(), "AmbiguousSelector", message);
  }

  /// Other autoscalers that scale the same object.
  private List<String> sameTarget() {
    return input.others().stream().filter(this::hasOurTarget).map(OtherHpa::name).toList();
  }

  private boolean hasOurTarget(OtherHpa other) {
    TargetRef target = other.target();
    return target != null && target.sameObject(spec.target());
  }

  /// Other autoscalers that scale the same object or select one of the pods.
  private List<String> rivals(List<PodFacts> pods) {
    List<String> rivals = new ArrayList<>();
    for (OtherHpa other : input.others()) {
      if (hasOurTarget(other) || selectsOne(other.selector(), pods)) {
        rivals.add(other.name());
      }
    }
    return rivals;
  }

  private static boolean selectsOne(String selector, List<PodFacts> pods) {
    if (selector.isEmpty() || pods.isEmpty()) {
      return false;
    }
    try {
      LabelSelector parsed = LabelSelector.parse(selector);
      return pods.stream().anyMatch(pod -> parsed.matches(pod.labels()));
    } catch (MangruException _) {
      return false; // the other autoscaler's own decision says what is wrong with it
    }
  }

  private Tolerance tolerance() {
    Tolerance general = input.settings().tolerance();
    Behavior behavior = spec.behavior();
    if (behavior == null) {
      return general;
    }
    return new Tolerance(
        Objects.requireNonNullElse(behavior.downTolerance(), general.scaleDown()),
        Objects.requireNonNullElse(behavior.upTolerance(), general.scaleUp()));
  }

  private HpaOutcome evaluate(Scale scale, Proposals proposals) {
    int current = scale.specReplicas();
    List<MetricStatus> statuses = new ArrayList<>();
    Proposal.@Nullable Told winner = null;
    int winnerAt = -1;
    Proposal.@Nullable Failed firstFailure = null;
    int failures = 0;
    for (int i = 0; i < spec.metrics().size(); i++) {
      MetricReading reading =
          i < input.readings().size()
              ? input.readings().get(i)
              : new MetricReading.Failed("it was not read");
      Proposal proposal = proposals.of(spec.metrics().get(i), reading);
      inputs.add(proposal.input());
      switch (proposal) {
        case Proposal.Told told -> {
          statuses.add(told.status());
          if (winner == null || winner.replicas() == 0 || told.replicas() > winner.replicas()) {
            winner = told;
            winnerAt = inputs.size() - 1;
          }
        }
        case Proposal.Failed failed -> {
          statuses.add(MetricStatus.NONE);
          event(failed.conditionReason(), failed.error());
          firstFailure = firstFailure == null ? failed : firstFailure;
          failures++;
        }
      }
    }
    if (winner == null || (failures > 0 && winner.replicas() < current)) {
      Proposal.Failed failure = Objects.requireNonNull(firstFailure);
      condition(
          Condition.SCALING_ACTIVE,
          Status.FALSE,
          failure.conditionReason(),
          "the HPA was unable to compute the replica count: " + failure.error());
      return computedNothing(
          current,
          statuses,
          failure.conditionReason(),
          "invalid metrics (%d invalid out of %d), first error is: %s"
              .formatted(failures, spec.metrics().size(), failure.listed()));
    }
    condition(
        Condition.SCALING_ACTIVE,
        Status.TRUE,
        "ValidMetricFound",
        "the HPA was able to successfully calculate a replica count from " + winner.metricName());
    inputs.set(winnerAt, chosen(inputs.get(winnerAt)));
    if (winner.plain() != winner.replicas()) {
      boolean held = winner.why().startsWith("ratio ");
      clamps.add(
          new Decision.Clamp(
              held ? "tolerance" : "pods without samples",
              winner.plain(),
              winner.replicas(),
              winner.why()));
    }
    int wanted = winner.replicas();
    String why =
        wanted > current
            ? winner.metricName() + " above target"
            : wanted < current ? "All metrics below target" : "";
    Limits.Result limited = Limits.apply(input, current, wanted, memory, spec.worksAtZero());
    memory = memory.recommending(limited.recommendations());
    clamps.addAll(limited.clamps());
    condition(Condition.ABLE_TO_SCALE, Status.TRUE, limited.ableReason(), limited.ableMessage());
    condition(
        Condition.SCALING_LIMITED,
        limited.limited() ? Status.TRUE : Status.FALSE,
        limited.limitedReason(),
        limited.limitedMessage());
    return settle(current, limited.replicas(), wanted, statuses, why);
  }

  private static Decision.Input chosen(Decision.Input input) {
    return new Decision.Input(
        input.name(),
        input.value(),
        input.unit(),
        input.target(),
        input.ratio(),
        input.proposal(),
        true,
        input.measuredAt(),
        input.members(),
        input.facts(),
        input.problem(),
        input.reason());
  }

  // ---- outcomes --------------------------------------------------------------------------------

  private HpaOutcome settle(
      int current, int desired, int wanted, List<MetricStatus> statuses, String why) {
    Instant heldUntil = memory.contest().heldUntil();
    if (heldUntil != null && memory.contest().heldAt(now)) {
      String message =
          "someone else keeps changing the replicas of %s: nothing is written until %s"
              .formatted(spec.target().text(), heldUntil);
      if (desired != current) {
        clamps.add(new Decision.Clamp("contested replicas", desired, current, message));
      }
      if (!Objects.equals(heldUntil, input.memory().contest().heldUntil())) {
        event(Condition.CONTESTED_REPLICAS, message);
      }
      condition(Condition.CONTESTED_REPLICAS, Status.TRUE, "ReplicasKeepChanging", message);
      return held(
          current,
          wanted,
          statuses,
          Condition.CONTESTED_REPLICAS,
          "Held at " + current + ": " + message);
    }
    if (conditions.stream().anyMatch(each -> each.type().equals(Condition.CONTESTED_REPLICAS))) {
      condition(
          Condition.CONTESTED_REPLICAS,
          Status.FALSE,
          "NobodyElse",
          "nobody else keeps changing the replicas");
    }
    if (desired == current) {
      return held(
          current, wanted, statuses, heldReason(), Explain.held(current, wanted, inputs, clamps));
    }
    HpaStatus after =
        new HpaStatus(
            before.lastScaleTime(), current, before.desiredReplicas(), statuses, conditions);
    String summary = Explain.rescale(current, desired, why, inputs, clamps);
    return new HpaOutcome(
        after,
        new Rescale(current, desired, why),
        events,
        memory,
        Decision.Outcome.SCALED,
        wanted,
        "SucceededRescale",
        summary,
        inputs,
        clamps);
  }

  /// The word for why nothing moves: the condition that says so.
  private String heldReason() {
    String reason = "ReadyForNewScale";
    for (Condition each : conditions) {
      if (each.type().equals(Condition.ABLE_TO_SCALE)
          && !each.reason().equals("ReadyForNewScale")) {
        return each.reason();
      }
      if (each.type().equals(Condition.SCALING_LIMITED) && each.status() == Status.TRUE) {
        reason = each.reason();
      }
    }
    return reason;
  }

  private HpaOutcome held(
      int current, int wanted, List<MetricStatus> statuses, String reason, String summary) {
    HpaStatus after = new HpaStatus(before.lastScaleTime(), current, current, statuses, conditions);
    return outcome(after, Decision.Outcome.HELD, wanted, reason, summary);
  }

  private HpaOutcome computedNothing(
      int current, List<MetricStatus> statuses, String reason, String error) {
    event("FailedComputeMetricsReplicas", error);
    return undecided(current, statuses, reason, error);
  }

  private HpaOutcome undecided(
      int current, List<MetricStatus> statuses, String reason, String error) {
    HpaStatus after =
        new HpaStatus(
            before.lastScaleTime(), current, before.desiredReplicas(), statuses, conditions);
    return outcome(
        after,
        Decision.Outcome.CANNOT_TELL,
        current,
        reason,
        "Left at " + current + " because no number can be told: " + error);
  }

  private HpaOutcome outcome(
      HpaStatus status, Decision.Outcome verdict, int wanted, String reason, String summary) {
    return new HpaOutcome(
        status, null, events, memory, verdict, wanted, reason, summary, inputs, clamps);
  }

  private static Decision.Input unread(String name, String problem) {
    return new Decision.Input(
        name, null, "", null, null, null, false, null, Map.of(), Map.of(), problem, "");
  }

  private void event(String reason, String message) {
    events.add(new HpaEvent(true, reason, message));
  }

  private void condition(String type, Status status, String reason, String message) {
    conditions = Condition.set(conditions, type, status, reason, message, now);
  }

  // ---- after the write -------------------------------------------------------------------------

  /// What is left to write once the target was written.
  ///
  /// @throws IllegalArgumentException if `outcome` has no rescale
  public static Settled written(HpaInput input, HpaOutcome outcome) {
    Rescale rescale = rescale(outcome);
    Instant now = input.now();
    List<Condition> conditions =
        Condition.set(
            outcome.status().conditions(),
            Condition.ABLE_TO_SCALE,
            Status.TRUE,
            "SucceededRescale",
            "the HPA controller was able to update the target scale to " + rescale.to(),
            now);
    HpaSpec spec = input.hpa().spec();
    if (input.settings().fromZero() == HpaSettings.FromZero.CONDITION) {
      boolean toZero = rescale.to() == 0 && spec.minReplicas() == 0 && spec.worksAtZero();
      conditions =
          Condition.set(
              conditions,
              Condition.SCALED_TO_ZERO,
              toZero ? Status.TRUE : Status.FALSE,
              toZero ? "ScaledToZero" : "NotScaledToZero",
              toZero
                  ? "the HPA controller scaled the target to zero"
                  : "the HPA controller did not scale the target to zero",
              now);
    }
    HpaStatus status =
        new HpaStatus(
            now,
            outcome.status().currentReplicas(),
            rescale.to(),
            outcome.status().metrics(),
            conditions);
    return new Settled(
        status,
        new HpaEvent(
            false,
            "SuccessfulRescale",
            "New size: %d; reason: %s".formatted(rescale.to(), rescale.why())),
        memoryIfWritten(input, outcome));
  }

  /// The memory that holds once the target was written.
  public static HpaMemory memoryIfWritten(HpaInput input, HpaOutcome outcome) {
    Rescale rescale = rescale(outcome);
    HpaMemory memory = outcome.memory();
    Behavior behavior = input.hpa().spec().behavior();
    int change = Math.abs(rescale.to() - rescale.from());
    boolean up = rescale.to() > rescale.from();
    ScaleEvents added =
        up
            ? memory.added().plus(change, behavior == null ? null : behavior.up(), input.now())
            : memory.added();
    ScaleEvents removed =
        up
            ? memory.removed()
            : memory.removed().plus(change, behavior == null ? null : behavior.down(), input.now());
    return new HpaMemory(
        memory.recommendations(), added, removed, memory.contest().wrote(rescale.to()));
  }

  /// What is left to write once the target could not be written.
  ///
  /// @param error in the cluster's words
  /// @throws IllegalArgumentException if `outcome` has no rescale
  public static Settled notWritten(HpaInput input, HpaOutcome outcome, String error) {
    Rescale rescale = rescale(outcome);
    List<Condition> conditions =
        Condition.set(
            outcome.status().conditions(),
            Condition.ABLE_TO_SCALE,
            Status.FALSE,
            "FailedUpdateScale",
            "the HPA controller was unable to update the target scale: " + error,
            input.now());
    HpaStatus now = outcome.status();
    return new Settled(
        new HpaStatus(
            now.lastScaleTime(),
            now.currentReplicas(),
            now.desiredReplicas(),
            now.metrics(),
            conditions),
        new HpaEvent(
            true,
            "FailedRescale",
            "New size: %d; reason: %s; error: %s".formatted(rescale.to(), rescale.why(), error)),
        outcome.memory());
  }

  private static Rescale rescale(HpaOutcome outcome) {
    Rescale rescale = outcome.rescale();
    if (rescale == null) {
      throw new IllegalArgumentException("nothing was to be written: " + outcome.summary());
    }
    return rescale;
  }
}
