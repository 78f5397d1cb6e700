package dev.mangru.autoscaler.playground.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What nodes and pods use right now, for `metrics.k8s.io`. Implementations are thread-safe.
public interface MetricsSource {

  /// Knows of nobody's usage.
  MetricsSource NONE =
      new MetricsSource() {
        @Override
        public Optional<Sample> node(String name) {
          return Optional.empty();
        }

        @Override
        public Optional<Sample> pod(String namespace, String name) {
          return Optional.empty();
        }
      };

  /// Usage of a node or of a pod over a window.
  ///
  /// @param at end of the window
  /// @param window how long it is
  /// @param containers the pod's containers in the order of its spec; one with an empty name for a
  ///   node
  record Sample(Instant at, Duration window, List<Usage> containers) {

    /// Copies the list.
    public Sample {
      containers = List.copyOf(containers);
    }
  }

  /// What one container uses.
  ///
  /// @param container its name, empty for a node
  /// @param cpuCores mean over the window
  /// @param memoryBytes working set
  record Usage(String container, double cpuCores, long memoryBytes) {}

  /// A node's usage; empty if it is not known (yet).
  Optional<Sample> node(String name);

  /// A pod's usage; empty if it is not known (yet).
  Optional<Sample> pod(String namespace, String name);
}
