package dev.mangru.autoscaler.control;

/// An object named by another: what an autoscaler scales, or what a metric describes.
///
/// @param apiVersion such as `apps/v1`; empty means the core group
/// @param kind such as `Deployment`
/// @param name in the namespace of the autoscaler
public record TargetRef(String apiVersion, String kind, String name) {

  /// As people write it: `Deployment/web`.
  public String text() {
    return kind + "/" + name;
  }

  /// The API group, empty for the core group.
  public String group() {
    int slash = apiVersion.indexOf('/');
    return slash < 0 ? "" : apiVersion.substring(0, slash);
  }

  /// Whether both name the same object, whatever version of its API they speak of.
  public boolean sameObject(TargetRef other) {
    return group().equals(other.group()) && kind.equals(other.kind()) && name.equals(other.name());
  }
}
