package dev.mangru.autoscaler.horizontal;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the arithmetic must know of a pod.
///
/// @param phase of its life
/// @param deleting whether it has a deletion timestamp
/// @param readiness its Ready condition; null if it has none
/// @param started when the kubelet acknowledged it; null if it has not
/// @param requestMilli the request of the pod as a whole, in thousandths of cores or bytes; null if
///   only its containers have some
/// @param containers its containers, and of its init containers those that keep running
public record Pod(
    String name,
    Phase phase,
    boolean deleting,
    @Nullable Readiness readiness,
    @Nullable Instant started,
    @Nullable Long requestMilli,
    List<Container> containers) {

  public Pod {
    containers = List.copyOf(containers);
  }

  /// Kubernetes' phases.
  public enum Phase {
    PENDING,
    RUNNING,
    SUCCEEDED,
    FAILED,
    UNKNOWN
  }

  /// The Ready condition.
  ///
  /// @param status whether the pod is ready, as far as is known
  /// @param since when the status last changed
  public record Readiness(Status status, Instant since) {

    /// A condition's status.
    public enum Status {
      TRUE,
      FALSE,
      UNKNOWN
    }
  }

  /// One container.
  ///
  /// @param requestMilli its request for the resource in question, in thousandths; null if none
  public record Container(String name, @Nullable Long requestMilli) {}

  /// Whether it takes traffic now.
  boolean runningAndReady() {
    return phase == Phase.RUNNING
        && readiness != null
        && readiness.status() == Readiness.Status.TRUE;
  }
}
