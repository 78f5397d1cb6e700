package dev.mangru.autoscaler.node.shape;

/// The controller that a pod belongs to. Immutable.
///
/// @param uid empty when not known
public record PodOwner(String apiVersion, String kind, String name, String uid) {}
