package dev.mangru.autoscaler.control;

import dev.mangru.autoscaler.horizontal.Pod;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What scaling must know of a pod.
///
/// @param readiness its Ready condition; null if it has none
/// @param started when the kubelet acknowledged it; null if it has not
/// @param requestsMilli of the pod as a whole, by resource, in thousandths
/// @param containers its containers, and of its init containers those that keep running
public record PodFacts(
    String name,
    Map<String, String> labels,
    Pod.Phase phase,
    boolean deleting,
    Pod.@Nullable Readiness readiness,
    @Nullable Instant started,
    Map<String, Long> requestsMilli,
    List<Container> containers) {

  public PodFacts {
    labels = Map.copyOf(labels);
    requestsMilli = Map.copyOf(requestsMilli);
    containers = List.copyOf(containers);
  }

  /// One container.
  ///
  /// @param requestsMilli by resource, in thousandths of cores or bytes
  public record Container(String name, Map<String, Long> requestsMilli) {

    public Container {
      requestsMilli = Map.copyOf(requestsMilli);
    }
  }

  /// The pod as the arithmetic of one resource sees it.
  Pod forResource(String resource) {
    return new Pod(
        name,
        phase,
        deleting,
        readiness,
        started,
        requestsMilli.get(resource),
        containers.stream()
            .map(each -> new Pod.Container(each.name(), each.requestsMilli().get(resource)))
            .toList());
  }
}
