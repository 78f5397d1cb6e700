package dev.mangru.autoscaler.control;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where samples come from. Thread-safe.
public interface UsageSource {

  /// Everything at one time, for one pass: what is asked twice is fetched once.
  Usage at(Instant now);

  /// Samples at one time. Thread-safe. Nothing throws: what cannot be read is a
  /// [MetricReading.Failed] that says why.
  interface Usage {

    /// What pods use of a resource.
    ///
    /// @param container of each pod; null for all of them
    /// @param pods the only ones that are answered for
    MetricReading resource(
        String namespace, String resource, @Nullable String container, List<PodFacts> pods);

    /// A metric of each pod.
    MetricReading pods(String namespace, MetricSpec.Metric metric, List<PodFacts> pods);

    /// A metric of another object.
    MetricReading object(String namespace, MetricSpec.Metric metric, TargetRef object);

    /// The series of an external metric.
    MetricReading external(String namespace, MetricSpec.Metric metric);
  }
}
