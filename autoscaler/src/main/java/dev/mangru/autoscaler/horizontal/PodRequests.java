package dev.mangru.autoscaler.horizontal;

import dev.mangru.autoscaler.horizontal.ReplicaProposal.CannotTell;
import dev.mangru.autoscaler.horizontal.ReplicaProposal.Cause;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How much of a resource pods asked for.
public sealed interface PodRequests {

  /// Every pod's request, in thousandths, by pod name.
  record Known(Map<String, Long> milliByPod) implements PodRequests {
    public Known {
      milliByPod = Map.copyOf(milliByPod);
    }
  }

  /// At least one container has no request, so utilization has no meaning.
  record Unknown(CannotTell why) implements PodRequests {}

  /// The pod's own request if it has one; else the sum of its containers'.
  ///
  /// @param resource for messages: `cpu`
  /// @param container count only this container, which every pod must have; null for whole pods
  static PodRequests of(List<Pod> pods, String resource, @Nullable String container) {
    Map<String, Long> milliByPod = HashMap.newHashMap(pods.size());
    for (Pod pod : pods) {
      Long whole = pod.requestMilli();
      if (container == null && whole != null) {
        milliByPod.put(pod.name(), whole);
        continue;
      }
      boolean found = container == null;
      long sum = 0;
      for (Pod.Container each : pod.containers()) {
        if (container != null && !container.equals(each.name())) {
          continue;
        }
        found = true;
        Long request = each.requestMilli();
        if (request == null) {
          return new Unknown(
              new CannotTell(
                  Cause.MISSING_REQUEST,
                  "missing request for %s in container %s of Pod %s"
                      .formatted(resource, each.name(), pod.name())));
        }
        sum = Saturating.add(sum, request);
      }
      if (!found) {
        return new Unknown(
            new CannotTell(
                Cause.CONTAINER_NOT_FOUND,
                "container %s not found in Pod %s".formatted(container, pod.name())));
      }
      milliByPod.put(pod.name(), sum);
    }
    return new Known(milliByPod);
  }
}
