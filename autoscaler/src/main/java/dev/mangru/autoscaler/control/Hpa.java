package dev.mangru.autoscaler.control;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One HorizontalPodAutoscaler as it was read.
///
/// @param observedGeneration of its status; null if it has none
/// @param statusWriters who wrote its status lately, by the API server's book
/// @param fault what its spec holds that the API forbids and this reader cannot use; null if
///   nothing
public record Hpa(
    String namespace,
    String name,
    String uid,
    String resourceVersion,
    long generation,
    @Nullable Long observedGeneration,
    HpaSpec spec,
    HpaStatus status,
    List<StatusWriter> statusWriters,
    @Nullable String fault) {

  public Hpa {
    statusWriters = List.copyOf(statusWriters);
  }

  /// One whose spec holds nothing that cannot be used.
  public Hpa(
      String namespace,
      String name,
      String uid,
      String resourceVersion,
      long generation,
      @Nullable Long observedGeneration,
      HpaSpec spec,
      HpaStatus status,
      List<StatusWriter> statusWriters) {
    this(
        namespace,
        name,
        uid,
        resourceVersion,
        generation,
        observedGeneration,
        spec,
        status,
        statusWriters,
        null);
  }

  /// Someone who wrote the status.
  ///
  /// @param manager as the API server calls it
  /// @param time of its last write, to the second
  public record StatusWriter(String manager, Instant time) {}

  /// Namespace and name: `shop/web`.
  public String key() {
    return namespace + "/" + name;
  }
}
