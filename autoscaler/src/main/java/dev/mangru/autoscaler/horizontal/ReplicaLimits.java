package dev.mangru.autoscaler.horizontal;

import java.time.Instant;

/// Holds a wanted number of replicas between minimum, maximum and the allowed rate of change.
///
/// Pure functions.
public final class ReplicaLimits {

  private ReplicaLimits() {}

  /// What decided the number; the names are those of Kubernetes' ScalingLimited condition.
  public enum Reason {
    DESIRED_WITHIN_RANGE("DesiredWithinRange"),
    TOO_FEW_REPLICAS("TooFewReplicas"),
    TOO_MANY_REPLICAS("TooManyReplicas"),
    SCALE_UP_LIMIT("ScaleUpLimit"),
    SCALE_DOWN_LIMIT("ScaleDownLimit");

    private final String conditionReason;

    Reason(String conditionReason) {
      this.conditionReason = conditionReason;
    }

    /// As the condition spells it.
    public String conditionReason() {
      return conditionReason;
    }
  }

  /// The number that is left, and what decided it.
  public record Limited(int replicas, Reason reason) {}

  /// Without scaling rules: at most `max(factor x current, minimum)` at one time.
  ///
  /// @param upFactor 2 in production
  /// @param upMinimum 4 in production
  public static Limited withoutRules(
      int current, int desired, int minReplicas, int maxReplicas, int upFactor, int upMinimum) {
    int upLimit = Math.max(Saturating.toInt((long) upFactor * current), upMinimum);
    if (desired < minReplicas) {
      return new Limited(minReplicas, Reason.TOO_FEW_REPLICAS);
    }
    if (desired > Math.min(maxReplicas, upLimit)) {
      return maxReplicas > upLimit
          ? new Limited(upLimit, Reason.SCALE_UP_LIMIT)
          : new Limited(maxReplicas, Reason.TOO_MANY_REPLICAS);
    }
    return new Limited(desired, Reason.DESIRED_WITHIN_RANGE);
  }

  /// Rules of both directions and what happened lately.
  ///
  /// @param now the time of the decision
  public record Rates(
      ScalingRules up, ScalingRules down, ScaleEvents added, ScaleEvents removed, Instant now) {

    /// Replicas at the start of a policy's period.
    private long atStart(int current, ScalingRules.Policy policy) {
      return (long) current
          - added.changeWithin(policy.period(), now)
          + removed.changeWithin(policy.period(), now);
    }
  }

  /// With scaling rules.
  public static Limited withRules(
      int current, int desired, int minReplicas, int maxReplicas, Rates rates) {
    if (desired > current) {
      int limit = Math.max(current, upLimit(current, rates));
      if (desired > Math.min(limit, maxReplicas)) {
        return limit < maxReplicas
            ? new Limited(limit, Reason.SCALE_UP_LIMIT)
            : new Limited(maxReplicas, Reason.TOO_MANY_REPLICAS);
      }
    } else if (desired < current) {
      int limit = Math.min(current, downLimit(current, rates));
      if (desired < Math.max(limit, minReplicas)) {
        return limit > minReplicas
            ? new Limited(limit, Reason.SCALE_DOWN_LIMIT)
            : new Limited(minReplicas, Reason.TOO_FEW_REPLICAS);
      }
    }
    return new Limited(desired, Reason.DESIRED_WITHIN_RANGE);
  }

  /// How high the rules for scaling up allow to go; may be below `current` after a recent rise.
  public static int upLimit(int current, Rates rates) {
    return switch (rates.up.select()) {
      case DISABLED -> current;
      case MAX ->
          rates.up.policies().stream()
              .mapToInt(policy -> allowedUp(current, policy, rates))
              .max()
              .orElse(current);
      case MIN ->
          rates.up.policies().stream()
              .mapToInt(policy -> allowedUp(current, policy, rates))
              .min()
              .orElse(current);
    };
  }

  /// How low the rules for scaling down allow to go; may be above `current` after a recent fall.
  public static int downLimit(int current, Rates rates) {
    return switch (rates.down.select()) {
      case DISABLED -> current;
      case MAX ->
          rates.down.policies().stream()
              .mapToInt(policy -> allowedDown(current, policy, rates))
              .min()
              .orElse(current);
      case MIN ->
          rates.down.policies().stream()
              .mapToInt(policy -> allowedDown(current, policy, rates))
              .max()
              .orElse(current);
    };
  }

  private static int allowedUp(int current, ScalingRules.Policy policy, Rates rates) {
    long start = rates.atStart(current, policy);
    return switch (policy.unit()) {
      case PODS -> Saturating.toInt(start + policy.value());
      case PERCENT -> (int) Math.ceil(start * (1 + policy.value() / 100.0));
    };
  }

  private static int allowedDown(int current, ScalingRules.Policy policy, Rates rates) {
    long start = rates.atStart(current, policy);
    return switch (policy.unit()) {
      case PODS -> Saturating.toInt(start - policy.value());
      case PERCENT -> (int) (start * (1 - policy.value() / 100.0));
    };
  }
}
