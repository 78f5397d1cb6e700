package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.provider.NodeGroup;
import dev.mangru.autoscaler.node.provider.NodeGroupOptions;
import dev.mangru.autoscaler.node.provider.NodeTemplate;
import org.jspecify.annotations.Nullable;

/// A node group as one pass sees it. Immutable.
///
/// @param targetSize how many machines it shall have
/// @param upcoming how many of them are not yet ready nodes
/// @param template what a new node looks like, clean; null when nobody can tell
/// @param backoff why it is left alone; null when it is not
/// @param problem what keeps it from being looked at at all; null when nothing does
public record GroupView(
    NodeGroup group,
    NodeGroupOptions options,
    int targetSize,
    int upcoming,
    @Nullable NodeTemplate template,
    Backoff.@Nullable Entry backoff,
    @Nullable String problem) {

  /// The group's identifier.
  public String id() {
    return group.id();
  }
}
