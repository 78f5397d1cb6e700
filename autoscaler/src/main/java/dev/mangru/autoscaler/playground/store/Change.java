package dev.mangru.autoscaler.playground.store;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// One change of one object. The trees are shared snapshots: do not change them.
///
/// @param revision of the store after the change; every change has its own
/// @param object as it is after the change; the last state, with `revision` as its resourceVersion,
///   if it is gone
/// @param before as it was before; null if it is new
public record Change(
    long revision, Type type, ObjectKey key, ObjectNode object, @Nullable ObjectNode before) {

  /// What happened, in the words of a watch.
  public enum Type {
    /// The object is new.
    ADDED,
    /// The object was there and is different now.
    MODIFIED,
    /// The object is gone.
    DELETED
  }
}
