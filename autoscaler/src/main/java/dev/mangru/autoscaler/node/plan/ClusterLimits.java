package dev.mangru.autoscaler.node.plan;

/// Bounds of the cluster as a whole. Zero means not set.
///
/// @param maxNodes nodes of all groups together with those of none
/// @param minCpuMilli never fewer thousandths of a core
/// @param maxCpuMilli never more thousandths of a core
/// @param minMemoryBytes never less memory
/// @param maxMemoryBytes never more memory
public record ClusterLimits(
    int maxNodes, long minCpuMilli, long maxCpuMilli, long minMemoryBytes, long maxMemoryBytes) {

  /// No bounds.
  public static final ClusterLimits NONE = new ClusterLimits(0, 0, 0, 0, 0);
}
