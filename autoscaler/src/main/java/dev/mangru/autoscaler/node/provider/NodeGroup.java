package dev.mangru.autoscaler.node.provider;

/// A group of like machines that can grow and shrink. Immutable.
///
/// @param id unique within the provider
/// @param minSize the group is never made smaller; not negative
/// @param maxSize the group is never made larger; at least `minSize`
/// @param exists false for a group that the provider would first have to create
public record NodeGroup(String id, int minSize, int maxSize, boolean exists) {

  public NodeGroup {
    if (minSize < 0 || maxSize < minSize) {
      throw new IllegalArgumentException(
          "node group " + id + ": sizes must satisfy 0 <= min <= max: " + minSize + ", " + maxSize);
    }
  }
}
