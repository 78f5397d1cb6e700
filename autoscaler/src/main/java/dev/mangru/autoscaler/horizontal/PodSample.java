package dev.mangru.autoscaler.horizontal;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How much of something one pod uses.
///
/// @param valueMilli in thousandths
/// @param timestamp the end of the time it was measured over
/// @param window how long that time was
public record PodSample(long valueMilli, Instant timestamp, Duration window) {

  /// What one container uses.
  ///
  /// @param usageMilli in thousandths; null if the resource was not measured
  public record ContainerUsage(String name, @Nullable Long usageMilli) {}

  /// The sum over a pod's containers; null if one of them was not measured, since a part of a pod
  /// would look like a pod at rest.
  ///
  /// @param container only this one; null for all
  public static @Nullable PodSample of(
      List<ContainerUsage> containers,
      @Nullable String container,
      Instant timestamp,
      Duration window) {
    long sum = 0;
    boolean found = false;
    for (ContainerUsage each : containers) {
      if (container != null && !container.equals(each.name())) {
        continue;
      }
      Long usage = each.usageMilli();
      if (usage == null) {
        return null;
      }
      sum = Saturating.add(sum, usage);
      found = true;
    }
    return found ? new PodSample(sum, timestamp, window) : null;
  }
}
