package dev.mangru.autoscaler.control;

/// A Kubernetes event about an autoscaler.
///
/// @param warning whether its type is Warning, else Normal
public record HpaEvent(boolean warning, String reason, String message) {

  /// As the API spells it.
  public String type() {
    return warning ? "Warning" : "Normal";
  }
}
