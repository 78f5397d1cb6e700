package dev.mangru.autoscaler.node.act;

import dev.mangru.autoscaler.node.shape.Taint;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A change of a node that can be made again without harm. Immutable.
///
/// @param addTaints take the place of taints with the same key
/// @param removeTaints keys
/// @param unschedulable whether to cordon; null leaves it
/// @param annotate annotations to set
/// @param removeAnnotations keys
public record NodeChange(
    List<Taint> addTaints,
    Set<String> removeTaints,
    @Nullable Boolean unschedulable,
    Map<String, String> annotate,
    Set<String> removeAnnotations) {

  public NodeChange {
    addTaints = List.copyOf(addTaints);
    removeTaints = Set.copyOf(removeTaints);
    annotate = Map.copyOf(annotate);
    removeAnnotations = Set.copyOf(removeAnnotations);
  }

  /// Sets one taint.
  public static NodeChange taint(Taint taint) {
    return new NodeChange(List.of(taint), Set.of(), null, Map.of(), Set.of());
  }

  /// Removes one taint.
  public static NodeChange untaint(String key) {
    return new NodeChange(List.of(), Set.of(key), null, Map.of(), Set.of());
  }
}
