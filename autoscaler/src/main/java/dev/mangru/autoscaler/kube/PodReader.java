package dev.mangru.autoscaler.kube;

import dev.mangru.autoscaler.control.PodFacts;
import dev.mangru.autoscaler.horizontal.Pod;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Pods as horizontal autoscaling sees them.
final class PodReader {

  private PodReader() {}

  /// A pod as far as it can be told without reading what cannot be read: it counts, and having no
  /// requests it makes the metrics that need them fail visibly.
  static PodFacts withoutDetails(io.fabric8.kubernetes.api.model.Pod pod) {
    List<PodFacts.Container> containers = new ArrayList<>();
    if (pod.getSpec() != null) {
      pod.getSpec()
          .getContainers()
          .forEach(each ->
              containers.add(
                  new PodFacts.Container(
                      Objects.requireNonNullElse(each.getName(), ""), Map.of())));
    }
    return new PodFacts(
        pod.getMetadata().getName(),
        Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.<String, String>of()),
        phase(pod.getStatus() == null ? null : pod.getStatus().getPhase()),
        pod.getMetadata().getDeletionTimestamp() != null,
        null,
        null,
        Map.of(),
        containers);
  }

  static PodFacts read(io.fabric8.kubernetes.api.model.Pod pod) {
    PodSpec spec = pod.getSpec();
    PodStatus status = pod.getStatus();
    List<PodFacts.Container> containers = new ArrayList<>();
    if (spec != null) {
      spec.getContainers().forEach(each -> containers.add(container(each)));
      for (Container each : spec.getInitContainers()) {
        if (Objects.equals(each.getRestartPolicy(), "Always")) {
          containers.add(container(each));
        }
      }
    }
    boolean whole = spec != null && spec.getResources() != null;
    return new PodFacts(
        pod.getMetadata().getName(),
        Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.<String, String>of()),
        phase(status == null ? null : status.getPhase()),
        pod.getMetadata().getDeletionTimestamp() != null,
        readiness(status),
        status == null ? null : time(status.getStartTime()),
        whole ? Quantities.milli(spec.getResources().getRequests()) : Map.of(),
        containers);
  }

  private static PodFacts.Container container(Container container) {
    return new PodFacts.Container(
        container.getName(),
        container.getResources() == null
            ? Map.of()
            : Quantities.milli(container.getResources().getRequests()));
  }

  private static Pod.Phase phase(@Nullable String phase) {
    return switch (phase) {
      case "Pending" -> Pod.Phase.PENDING;
      case "Running" -> Pod.Phase.RUNNING;
      case "Succeeded" -> Pod.Phase.SUCCEEDED;
      case "Failed" -> Pod.Phase.FAILED;
      case null, default -> Pod.Phase.UNKNOWN;
    };
  }

  private static Pod.@Nullable Readiness readiness(@Nullable PodStatus status) {
    if (status == null) {
      return null;
    }
    for (PodCondition each : status.getConditions()) {
      if (each.getType().equals("Ready")) {
        Pod.Readiness.Status value =
            switch (each.getStatus()) {
              case "True" -> Pod.Readiness.Status.TRUE;
              case "False" -> Pod.Readiness.Status.FALSE;
              default -> Pod.Readiness.Status.UNKNOWN;
            };
        Instant since = time(each.getLastTransitionTime());
        return new Pod.Readiness(value, since == null ? Instant.EPOCH : since);
      }
    }
    return null;
  }

  /// A time of the API; null if there is none.
  static @Nullable Instant time(@Nullable String text) {
    return text == null || text.isEmpty() ? null : Instant.parse(text);
  }
}
