package dev.mangru.autoscaler.control;

import org.jspecify.annotations.Nullable;

/// One entry of an autoscaler's `metrics`.
public sealed interface MetricSpec {

  /// As the API spells its `type`.
  String type();

  /// What all pods use together, of their requests or each.
  record Resource(String resource, Target target) implements MetricSpec {
    @Override
    public String type() {
      return "Resource";
    }
  }

  /// The same of one container of each pod.
  record ContainerResource(String resource, String container, Target target) implements MetricSpec {
    @Override
    public String type() {
      return "ContainerResource";
    }
  }

  /// One number for each pod.
  record Pods(Metric metric, Target target) implements MetricSpec {
    @Override
    public String type() {
      return "Pods";
    }
  }

  /// One number of another object.
  record OfObject(Metric metric, TargetRef object, Target target) implements MetricSpec {
    @Override
    public String type() {
      return "Object";
    }
  }

  /// Series that have nothing to do with the cluster's objects.
  record External(Metric metric, Target target) implements MetricSpec {
    @Override
    public String type() {
      return "External";
    }
  }

  /// A type that nobody knows, or a known one without its block.
  record Unknown(String type) implements MetricSpec {}

  /// A metric by name.
  ///
  /// @param selector of its series; null for all
  record Metric(String name, @Nullable MetricSelector selector) {}

  /// What is aimed at; the first that is set counts, as each type allows.
  ///
  /// @param utilizationPercent of requests
  /// @param averageValueMilli for each pod, in thousandths
  /// @param valueMilli as a whole, in thousandths
  record Target(
      @Nullable Integer utilizationPercent,
      @Nullable Long averageValueMilli,
      @Nullable Long valueMilli) {

    /// A share of requests.
    public static Target utilization(int percent) {
      return new Target(percent, null, null);
    }

    /// An amount for each pod.
    public static Target averageValue(long milli) {
      return new Target(null, milli, null);
    }

    /// An amount as a whole.
    public static Target value(long milli) {
      return new Target(null, null, milli);
    }
  }

  /// Whether this metric can tell something about a workload without pods.
  default boolean worksAtZero() {
    return this instanceof OfObject || this instanceof External;
  }
}
