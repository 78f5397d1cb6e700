package dev.mangru.autoscaler.playground.schema;

import java.util.List;

/// One served resource in one version, as discovery describes it. Immutable.
///
/// @param group the API group, empty for the core group
/// @param version such as `v1`
/// @param plural the name in paths, such as `pods`
/// @param singular such as `pod`
/// @param kind such as `Pod`
/// @param listKind such as `PodList`
/// @param shortNames what `kubectl get` takes as well, such as `po`
/// @param categories such as `all`
/// @param namespaced whether objects live in a namespace
/// @param verbs what may be done with it, in alphabetical order
/// @param subresources such as `status`, without the resource's name, in alphabetical order
public record ResourceType(
    String group,
    String version,
    String plural,
    String singular,
    String kind,
    String listKind,
    List<String> shortNames,
    List<String> categories,
    boolean namespaced,
    List<String> verbs,
    List<String> subresources) {

  /// Copies the lists.
  public ResourceType {
    shortNames = List.copyOf(shortNames);
    categories = List.copyOf(categories);
    verbs = List.copyOf(verbs);
    subresources = List.copyOf(subresources);
  }

  /// What objects carry: `v1`, `apps/v1`.
  public String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /// Plural and group as messages name them: `pods`, `deployments.apps`.
  public String qualifiedPlural() {
    return group.isEmpty() ? plural : plural + "." + group;
  }

  /// Kind and group as validation messages name them: `Pod`, `Deployment.apps`.
  public String qualifiedKind() {
    return group.isEmpty() ? kind : kind + "." + group;
  }

  /// Whether the subresource is served.
  public boolean hasSubresource(String name) {
    return subresources.contains(name);
  }

  /// Whether the verb is served, such as `watch`.
  public boolean hasVerb(String verb) {
    return verbs.contains(verb);
  }
}
