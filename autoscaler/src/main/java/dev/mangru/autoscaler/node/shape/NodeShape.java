package dev.mangru.autoscaler.node.shape;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A node as a scheduler and a node autoscaler see it. Immutable; [NodeShapes] reads it from a
/// Kubernetes object.
///
/// @param unschedulable whether it is cordoned
/// @param capacity all that the machine has
/// @param allocatable what pods may take of it
/// @param ready whether its Ready condition is True
/// @param readyChanged when the Ready condition last changed; null when not told
/// @param created when the API server made it; null when not told
/// @param deleting whether somebody deletes the object
/// @param providerId the instance behind it; empty when not told
public record NodeShape(
    String name,
    Map<String, String> labels,
    Map<String, String> annotations,
    List<Taint> taints,
    boolean unschedulable,
    Resources capacity,
    Resources allocatable,
    boolean ready,
    @Nullable Instant readyChanged,
    @Nullable Instant created,
    boolean deleting,
    String providerId) {

  public NodeShape {
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
    taints = List.copyOf(taints);
  }

  /// A ready node with these resources and its hostname label.
  public static NodeShape of(String name, Resources allocatable) {
    return new NodeShape(
        name,
        Map.of("kubernetes.io/hostname", name),
        Map.of(),
        List.of(),
        false,
        allocatable,
        allocatable,
        true,
        null,
        null,
        false,
        "");
  }

  /// This node under another name, its hostname label included.
  public NodeShape named(String newName) {
    Map<String, String> renamed = new HashMap<>(labels);
    renamed.put("kubernetes.io/hostname", newName);
    return new NodeShape(
        newName,
        renamed,
        annotations,
        taints,
        unschedulable,
        capacity,
        allocatable,
        ready,
        readyChanged,
        created,
        deleting,
        "");
  }

  /// This node with other labels.
  public NodeShape withLabels(Map<String, String> newLabels) {
    return new NodeShape(
        name,
        newLabels,
        annotations,
        taints,
        unschedulable,
        capacity,
        allocatable,
        ready,
        readyChanged,
        created,
        deleting,
        providerId);
  }

  /// This node with other annotations.
  public NodeShape withAnnotations(Map<String, String> newAnnotations) {
    return new NodeShape(
        name,
        labels,
        newAnnotations,
        taints,
        unschedulable,
        capacity,
        allocatable,
        ready,
        readyChanged,
        created,
        deleting,
        providerId);
  }

  /// This node with other taints.
  public NodeShape withTaints(List<Taint> newTaints) {
    return new NodeShape(
        name,
        labels,
        annotations,
        newTaints,
        unschedulable,
        capacity,
        allocatable,
        ready,
        readyChanged,
        created,
        deleting,
        providerId);
  }

  /// This node, cordoned or not.
  public NodeShape cordoned(boolean newUnschedulable) {
    return new NodeShape(
        name,
        labels,
        annotations,
        taints,
        newUnschedulable,
        capacity,
        allocatable,
        ready,
        readyChanged,
        created,
        deleting,
        providerId);
  }

  /// This node, ready or not since a time.
  public NodeShape ready(boolean newReady, @Nullable Instant since) {
    return new NodeShape(
        name,
        labels,
        annotations,
        taints,
        unschedulable,
        capacity,
        allocatable,
        newReady,
        since,
        created,
        deleting,
        providerId);
  }

  /// The taint with a key; null when there is none.
  public @Nullable Taint taint(String key) {
    for (Taint each : taints) {
      if (each.key().equals(key)) {
        return each;
      }
    }
    return null;
  }
}
