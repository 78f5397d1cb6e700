package dev.mangru.autoscaler.playground.store;

import java.util.Comparator;
import tools.jackson.databind.node.ObjectNode;

/// Where an object is: resource, namespace, name. Ordered as etcd orders keys.
///
/// @param resource `group/plural` such as `apps/deployments`, or `plural` of the core group
/// @param namespace empty for what has none
/// @param name of the object
public record ObjectKey(String resource, String namespace, String name)
    implements Comparable<ObjectKey> {

  private static final Comparator<ObjectKey> ORDER =
      Comparator.comparing(ObjectKey::resource)
          .thenComparing(ObjectKey::namespace)
          .thenComparing(ObjectKey::name);

  /// The key of an object that says its own name and namespace.
  public static ObjectKey of(String resource, ObjectNode object) {
    return new ObjectKey(
        resource,
        object.path("metadata").path("namespace").asString(""),
        object.path("metadata").path("name").asString(""));
  }

  @Override
  public int compareTo(ObjectKey other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return resource + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
  }
}
