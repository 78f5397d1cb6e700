package dev.mangru.autoscaler.node.shape;

/// A taint of a node: what keeps pods away that do not tolerate it. Immutable.
///
/// @param value empty when there is none
/// @param effect NoSchedule, PreferNoSchedule or NoExecute
public record Taint(String key, String value, String effect) {

  /// Whether it keeps a pod from being placed; `PreferNoSchedule` does not.
  public boolean keepsAway() {
    return effect.equals("NoSchedule") || effect.equals("NoExecute");
  }
}
