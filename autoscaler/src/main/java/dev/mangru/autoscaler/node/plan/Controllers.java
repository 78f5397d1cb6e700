package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.shape.PodOwner;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which controllers of pods there are, so that a pod whose controller is gone is not evicted for
/// nothing. Immutable.
///
/// @param replicas by `Kind namespace/name`: how many replicas it wants, -1 for kinds without; null
///   when controllers are not looked at
public record Controllers(@Nullable Map<String, Integer> replicas) {

  /// Controllers are not looked at.
  public static final Controllers UNCHECKED = new Controllers(null);

  /// The kinds that can be looked up, with the API group of each; core is empty.
  private static final Map<String, Set<String>> KINDS =
      Map.of(
          "ReplicationController", Set.of("", "core"),
          "DaemonSet", Set.of("apps", "extensions"),
          "Job", Set.of("batch"),
          "ReplicaSet", Set.of("apps", "extensions"),
          "StatefulSet", Set.of("apps"));

  public Controllers {
    replicas = replicas == null ? null : Map.copyOf(replicas);
  }

  /// The key of a controller in [#replicas].
  public static String key(String kind, String namespace, String name) {
    return kind + " " + namespace + "/" + name;
  }

  /// Whether a controller of that kind can be looked up here at all.
  boolean knows(PodOwner owner) {
    int slash = owner.apiVersion().indexOf('/');
    String group = slash < 0 ? "" : owner.apiVersion().substring(0, slash);
    Set<String> groups = KINDS.get(owner.kind());
    return replicas != null && groups != null && groups.contains(group);
  }

  /// How many replicas the controller wants, -1 for kinds without; empty when it is not there.
  OptionalInt replicas(PodOwner owner, String namespace) {
    Integer count =
        replicas == null ? null : replicas.get(key(owner.kind(), namespace, owner.name()));
    return count == null ? OptionalInt.empty() : OptionalInt.of(count);
  }
}
