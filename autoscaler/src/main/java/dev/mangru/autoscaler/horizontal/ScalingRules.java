package dev.mangru.autoscaler.horizontal;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How fast replicas may move in one direction.
///
/// @param stabilizationWindow how long recommendations are remembered; null for the controller's
///   own downscale window
/// @param select which policy counts when there are several
/// @param policies not empty unless `select` is DISABLED
public record ScalingRules(
    @Nullable Duration stabilizationWindow, Select select, List<Policy> policies) {

  /// What the API server fills in for scaling up: 4 pods or 100 % in 15 s, at once.
  public static final ScalingRules DEFAULT_UP =
      new ScalingRules(
          Duration.ZERO,
          Select.MAX,
          List.of(
              new Policy(Unit.PODS, 4, Duration.ofSeconds(15)),
              new Policy(Unit.PERCENT, 100, Duration.ofSeconds(15))));

  /// And for scaling down: everything in 15 s, after the controller's window.
  public static final ScalingRules DEFAULT_DOWN =
      new ScalingRules(
          null, Select.MAX, List.of(new Policy(Unit.PERCENT, 100, Duration.ofSeconds(15))));

  public ScalingRules {
    policies = List.copyOf(policies);
    if (policies.isEmpty() && select != Select.DISABLED) {
      throw new IllegalArgumentException("scaling rules need a policy unless they are disabled");
    }
  }

  /// Which of several policies counts.
  public enum Select {
    /// The one that allows the largest change.
    MAX,
    /// The one that allows the smallest.
    MIN,
    /// No change at all in this direction.
    DISABLED
  }

  /// What a policy's value counts.
  public enum Unit {
    PODS,
    PERCENT
  }

  /// At most `value` pods, or percent of the replicas, within `period`.
  public record Policy(Unit unit, int value, Duration period) {

    public Policy {
      if (value < 0 || !period.isPositive()) {
        throw new IllegalArgumentException(
            "a policy needs a value from 0 and a positive period: " + value + " in " + period);
      }
    }
  }

  /// The longest period of any policy; zero without policies.
  public Duration longestPeriod() {
    return policies.stream().map(Policy::period).max(Duration::compareTo).orElse(Duration.ZERO);
  }
}
