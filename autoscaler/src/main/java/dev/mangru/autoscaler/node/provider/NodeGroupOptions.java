package dev.mangru.autoscaler.node.provider;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What one group does otherwise than the autoscaler's own options; null means: the same.
///
/// @param utilizationThreshold nodes at or under this share of their requests may go
/// @param unneeded how long a ready node must have been unneeded
/// @param unready how long an unready node must have been unneeded
/// @param maxNodeProvisionTime how long a machine may take to become a node
/// @param ignoreDaemonSetsUtilization whether DaemonSet pods count as no use of a node
/// @param atomic whether the group only grows to its full size and only shrinks to nothing
public record NodeGroupOptions(
    @Nullable Double utilizationThreshold,
    @Nullable Duration unneeded,
    @Nullable Duration unready,
    @Nullable Duration maxNodeProvisionTime,
    @Nullable Boolean ignoreDaemonSetsUtilization,
    boolean atomic) {

  /// Nothing otherwise.
  public static final NodeGroupOptions NONE =
      new NodeGroupOptions(null, null, null, null, null, false);
}
