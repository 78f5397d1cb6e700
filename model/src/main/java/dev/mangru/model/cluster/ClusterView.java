package dev.mangru.model.cluster;

/// Sees a cluster. Thread-safe; answers from memory.
public interface ClusterView {

  /// What is known now. Before anything is known, and without a cluster, an empty state that says
  /// why.
  ClusterState state();
}
