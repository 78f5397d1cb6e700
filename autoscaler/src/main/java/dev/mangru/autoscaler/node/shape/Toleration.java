package dev.mangru.autoscaler.node.shape;

/// What lets a pod onto a tainted node. Immutable.
///
/// @param key empty means every key, with the operator Exists
/// @param operator Exists or Equal; empty means Equal
/// @param effect empty means every effect
public record Toleration(String key, String operator, String value, String effect) {

  /// Whether it lets a pod past the taint.
  public boolean tolerates(Taint taint) {
    if (!effect.isEmpty() && !effect.equals(taint.effect())) {
      return false;
    }
    if (!key.isEmpty() && !key.equals(taint.key())) {
      return false;
    }
    return switch (operator) {
      case "", "Equal" -> !key.isEmpty() && value.equals(taint.value());
      case "Exists" -> true;
      default -> false;
    };
  }
}
