package dev.mangru.autoscaler.control;

import dev.mangru.autoscaler.horizontal.PodSample;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What came of reading one metric.
public sealed interface MetricReading {

  /// One sample for each pod that has one.
  record PerPod(Map<String, PodSample> samples) implements MetricReading {
    public PerPod {
      samples = Map.copyOf(samples);
    }
  }

  /// The values of one object's metric (one entry), or of the series of an external one.
  ///
  /// @param measuredAt of the oldest of them; null if unknown
  record Values(List<Long> valuesMilli, @Nullable Instant measuredAt) implements MetricReading {
    public Values {
      valuesMilli = List.copyOf(valuesMilli);
    }
  }

  /// It could not be read.
  record Failed(String problem) implements MetricReading {}
}
