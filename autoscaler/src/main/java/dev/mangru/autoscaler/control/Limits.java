package dev.mangru.autoscaler.control;

import dev.mangru.autoscaler.horizontal.ReplicaLimits;
import dev.mangru.autoscaler.horizontal.ScalingRules;
import dev.mangru.autoscaler.horizontal.Stabilization;
import dev.mangru.autoscaler.horizontal.Stabilization.Recommendation;
import dev.mangru.model.scale.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Stabilization, then rates and bounds, with the conditions that tell of them.
final class Limits {

  private Limits() {}

  /// What is left of a wanted number.
  ///
  /// @param limited whether rates or bounds changed it
  record Result(
      int replicas,
      String ableReason,
      String ableMessage,
      boolean limited,
      String limitedReason,
      String limitedMessage,
      List<Recommendation> recommendations,
      List<Decision.Clamp> clamps) {}

  /// Holds `wanted`.
  ///
  /// @param mayBeZero whether anything could tell when to leave zero replicas again
  static Result apply(
      HpaInput input, int current, int wanted, HpaMemory memory, boolean mayBeZero) {
    HpaSpec spec = input.hpa().spec();
    int min = spec.minReplicas() == 0 && !mayBeZero ? 1 : spec.minReplicas();
    List<Recommendation> past =
        Objects.requireNonNullElse(memory.recommendations(), List.<Recommendation>of());
    List<Decision.Clamp> clamps = new ArrayList<>();
    Behavior behavior = spec.behavior();
    Duration downWindow = downWindow(behavior, input.settings());
    Duration upWindow = behavior == null ? Duration.ZERO : window(behavior.up(), Duration.ZERO);
    Stabilization.Stabilized stable =
        behavior == null
            ? Stabilization.downscaleOnly(past, wanted, downWindow, input.now())
            : Stabilization.bothWays(past, current, wanted, upWindow, downWindow, input.now());
    boolean up = behavior != null && wanted >= current;
    if (stable.replicas() != wanted) {
      clamps.add(
          new Decision.Clamp(
              "stabilization",
              wanted,
              stable.replicas(),
              decidingEntry(past, stable.replicas(), up ? upWindow : downWindow, current, input)));
    }
    ReplicaLimits.Limited limited =
        behavior == null
            ? ReplicaLimits.withoutRules(
                current,
                stable.replicas(),
                min,
                spec.maxReplicas(),
                input.settings().upFactor(),
                input.settings().upMinimum())
            : ReplicaLimits.withRules(
                current,
                stable.replicas(),
                min,
                spec.maxReplicas(),
                new ReplicaLimits.Rates(
                    behavior.up(), behavior.down(), memory.added(), memory.removed(), input.now()));
    boolean cut = limited.replicas() != stable.replicas();
    String message = message(limited.reason());
    if (cut) {
      clamps.add(
          new Decision.Clamp(
              rule(limited.reason()),
              stable.replicas(),
              limited.replicas(),
              message + ": " + detail(limited.reason(), behavior, input.settings())));
    }
    boolean moved = stable.replicas() != wanted;
    return new Result(
        limited.replicas(),
        moved ? (up ? "ScaleUpStabilized" : "ScaleDownStabilized") : "ReadyForNewScale",
        moved
            ? up
                ? "recent recommendations were lower than current one, applying the lowest recent"
                    + " recommendation"
                : "recent recommendations were higher than current one, applying the highest"
                    + " recent recommendation"
            : "recommended size matches current size",
        cut,
        limited.reason().conditionReason(),
        message,
        stable.memory(),
        clamps);
  }

  private static Duration downWindow(@Nullable Behavior behavior, HpaSettings settings) {
    return behavior == null
        ? settings.downscaleStabilization()
        : window(behavior.down(), settings.downscaleStabilization());
  }

  private static Duration window(ScalingRules rules, Duration otherwise) {
    return Objects.requireNonNullElse(rules.stabilizationWindow(), otherwise);
  }

  private static String decidingEntry(
      List<Recommendation> past, int replicas, Duration window, int current, HpaInput input) {
    for (Recommendation each : past) {
      if (each.replicas() == replicas && !each.time().isBefore(input.now().minus(window))) {
        return "%d replicas were recommended at %s, within the window of %d s"
            .formatted(replicas, each.time(), window.toSeconds());
      }
    }
    return "recommendations within the window of %d s allow no further than %d from %d"
        .formatted(window.toSeconds(), replicas, current);
  }

  private static String rule(ReplicaLimits.Reason reason) {
    return switch (reason) {
      case SCALE_UP_LIMIT -> "scale-up rate";
      case SCALE_DOWN_LIMIT -> "scale-down rate";
      case TOO_MANY_REPLICAS -> "maxReplicas";
      case TOO_FEW_REPLICAS -> "minReplicas";
      case DESIRED_WITHIN_RANGE -> "range";
    };
  }

  private static String message(ReplicaLimits.Reason reason) {
    return switch (reason) {
      case SCALE_UP_LIMIT ->
          "the desired replica count is increasing faster than the maximum scale rate";
      case SCALE_DOWN_LIMIT ->
          "the desired replica count is decreasing faster than the maximum scale rate";
      case TOO_MANY_REPLICAS -> "the desired replica count is more than the maximum replica count";
      case TOO_FEW_REPLICAS -> "the desired replica count is less than the minimum replica count";
      case DESIRED_WITHIN_RANGE -> "the desired count is within the acceptable range";
    };
  }

  private static String detail(
      ReplicaLimits.Reason reason, @Nullable Behavior behavior, HpaSettings settings) {
    return switch (reason) {
      case SCALE_UP_LIMIT ->
          behavior == null
              ? "at most %d times the replicas, or %d"
                  .formatted(settings.upFactor(), settings.upMinimum())
              : rules(behavior.up());
      case SCALE_DOWN_LIMIT -> behavior == null ? "no rules" : rules(behavior.down());
      case TOO_MANY_REPLICAS -> "spec.maxReplicas";
      case TOO_FEW_REPLICAS -> "spec.minReplicas";
      case DESIRED_WITHIN_RANGE -> "nothing";
    };
  }

  private static String rules(ScalingRules rules) {
    List<String> policies =
        rules.policies().stream()
            .map(policy ->
                "%d %s in %d s"
                    .formatted(
                        policy.value(),
                        policy.unit() == ScalingRules.Unit.PODS ? "pods" : "%",
                        policy.period().toSeconds()))
            .toList();
    return switch (rules.select()) {
      case DISABLED -> "this direction is disabled";
      case MAX -> "the largest of " + String.join(", ", policies);
      case MIN -> "the smallest of " + String.join(", ", policies);
    };
  }
}
