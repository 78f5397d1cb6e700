package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.schema.ResourceCatalog;
import dev.mangru.autoscaler.playground.schema.ResourceType;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.util.List;

/// What a path below `/api/v1` or `/apis/GROUP/VERSION` names.
///
/// @param namespace empty for all of them, or for a resource without
/// @param name empty for the collection
/// @param subresource empty for the object itself
/// @param rest the segments after the subresource
record ResourcePath(
    ResourceType type, String namespace, String name, String subresource, List<String> rest) {

  /// Subresources that need a process behind the pod.
  private static final List<String> REAL_ONLY =
      List.of("attach", "ephemeralcontainers", "exec", "portforward", "resize");

  /// Copies the list.
  ResourcePath {
    rest = List.copyOf(rest);
  }

  /// @param segments after the group and version
  /// @throws KubeApiException 404 if that is not served
  static ResourcePath of(
      ResourceCatalog catalog, String group, String version, List<String> segments) {
    List<String> left = segments;
    String namespace = "";
    // /namespaces/NS/pods, while /namespaces/NS and /namespaces/NS/status are of the namespace.
    boolean inNamespace =
        left.size() > 2
            && left.getFirst().equals("namespaces")
            && !(group.isEmpty()
                && (left.get(2).equals("status") || left.get(2).equals("finalize")));
    if (inNamespace) {
      namespace = left.get(1);
      left = left.subList(2, left.size());
    }
    ResourceType type =
        catalog.byPlural(group, version, left.getFirst()).orElseThrow(KubeApiException::noSuchPath);
    boolean named = left.size() > 1;
    if ((inNamespace && !type.namespaced()) || (named && type.namespaced() && !inNamespace)) {
      throw KubeApiException.noSuchPath();
    }
    String subresource = left.size() > 2 ? left.get(2) : "";
    if (!subresource.isEmpty() && !type.hasSubresource(subresource)) {
      throw REAL_ONLY.contains(subresource)
          ? KubeApiException.methodNotAllowed(
              "the playground's pods are simulated: there is no process for \""
                  + subresource
                  + "\"; logs and pages of pods work")
          : KubeApiException.noSuchPath();
    }
    return new ResourcePath(
        type,
        namespace,
        named ? left.get(1) : "",
        subresource,
        left.size() > 3 ? left.subList(3, left.size()) : List.of());
  }

  /// `group/plural` with `/subresource` if there is one, as faults are matched.
  String label() {
    String resource = Registry.asked(type);
    return subresource.isEmpty() ? resource : resource + "/" + subresource;
  }
}
