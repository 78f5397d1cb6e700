package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.schema.ResourceCatalog;
import dev.mangru.autoscaler.playground.schema.ResourceType;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What is served, as clients discover it: all at once (`APIGroupDiscoveryList`), or group by
/// group. Thread-safe.
final class Discovery {

  /// The version of Kubernetes whose API is spoken.
  static final String VERSION = "v1.34.0+mangru-playground";

  private final ResourceCatalog catalog;

  Discovery(ResourceCatalog catalog) {
    this.catalog = catalog;
  }

  /// `/version`.
  static ObjectNode version() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("major", "1")
        .put("minor", "34")
        .put("gitVersion", VERSION)
        .put("gitCommit", "")
        .put("gitTreeState", "clean")
        .put("buildDate", "2026-01-01T00:00:00Z")
        .put("goVersion", "")
        .put("compiler", "")
        .put("platform", "mangru/playground");
  }

  // ---- all at once -----------------------------------------------------------------------------

  /// `/api` or `/apis` as one list of everything in them.
  ///
  /// @param core whether the core group is asked for, or all the others
  ObjectNode aggregated(boolean core) {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("kind", "APIGroupDiscoveryList").put("apiVersion", "apidiscovery.k8s.io/v2");
    list.putObject("metadata");
    ArrayNode items = list.putArray("items");
    for (String group : catalog.groups()) {
      if (group.isEmpty() != core) {
        continue;
      }
      ObjectNode item = items.addObject();
      ObjectNode meta = item.putObject("metadata");
      if (!group.isEmpty()) {
        meta.put("name", group);
      }
      meta.putNull("creationTimestamp");
      ArrayNode versions = item.putArray("versions");
      for (String version : catalog.versions(group)) {
        ObjectNode one = versions.addObject().put("version", version);
        ArrayNode resources = one.putArray("resources");
        catalog.of(group, version).forEach(type -> aggregated(resources.addObject(), type));
        one.put("freshness", "Current");
      }
    }
    return list;
  }

  private static void aggregated(ObjectNode resource, ResourceType type) {
    resource.put("resource", type.plural());
    kind(resource.putObject("responseKind"), type.group(), type.version(), type.kind());
    resource.put("scope", type.namespaced() ? "Namespaced" : "Cluster");
    resource.put("singularResource", type.singular());
    texts(resource.putArray("verbs"), type.verbs());
    if (!type.shortNames().isEmpty()) {
      texts(resource.putArray("shortNames"), type.shortNames());
    }
    if (!type.categories().isEmpty()) {
      texts(resource.putArray("categories"), type.categories());
    }
    if (type.subresources().isEmpty()) {
      return;
    }
    ArrayNode subresources = resource.putArray("subresources");
    for (String name : type.subresources()) {
      Sub sub = Sub.of(type, name);
      ObjectNode one = subresources.addObject().put("subresource", name);
      kind(one.putObject("responseKind"), sub.group(), sub.version(), sub.kind());
      texts(one.putArray("verbs"), sub.verbs());
    }
  }

  private static void kind(ObjectNode into, String group, String version, String kind) {
    into.put("group", group).put("version", version).put("kind", kind);
  }

  private static void texts(ArrayNode into, List<String> texts) {
    texts.forEach(into::add);
  }

  /// What a subresource is made of.
  private record Sub(String group, String version, String kind, List<String> verbs) {
    static Sub of(ResourceType type, String name) {
      return switch (name) {
        case "scale" -> new Sub("autoscaling", "v1", "Scale", List.of("get", "patch", "update"));
        case "eviction" -> new Sub("policy", "v1", "Eviction", List.of("create"));
        case "binding" -> new Sub("", "v1", "Binding", List.of("create"));
        case "log" -> new Sub("", "v1", "Pod", List.of("get"));
        case "proxy" -> new Sub("", "v1", type.kind() + "ProxyOptions", List.of("get"));
        case "finalize" -> new Sub("", "v1", "Namespace", List.of("update"));
        case String _ ->
            new Sub(type.group(), type.version(), type.kind(), List.of("get", "patch", "update"));
      };
    }
  }

  // ---- group by group --------------------------------------------------------------------------

  /// `/api`.
  ObjectNode coreVersions(String address) {
    ObjectNode versions = JsonNodeFactory.instance.objectNode().put("kind", "APIVersions");
    texts(versions.putArray("versions"), catalog.versions(""));
    versions
        .putArray("serverAddressByClientCIDRs")
        .addObject()
        .put("clientCIDR", "0.0.0.0/0")
        .put("serverAddress", address);
    return versions;
  }

  /// `/apis`.
  ObjectNode groups() {
    ObjectNode list =
        JsonNodeFactory.instance.objectNode().put("kind", "APIGroupList").put("apiVersion", "v1");
    ArrayNode groups = list.putArray("groups");
    for (String group : catalog.groups()) {
      if (!group.isEmpty()) {
        groups.add(group(group));
      }
    }
    return list;
  }

  /// `/apis/GROUP`.
  ObjectNode group(String name) {
    ObjectNode group = JsonNodeFactory.instance.objectNode();
    group.put("kind", "APIGroup").put("apiVersion", "v1").put("name", name);
    ArrayNode versions = group.putArray("versions");
    List<String> all = catalog.versions(name);
    all.forEach(version ->
        versions.addObject().put("groupVersion", name + "/" + version).put("version", version));
    group
        .putObject("preferredVersion")
        .put("groupVersion", name + "/" + all.getFirst())
        .put("version", all.getFirst());
    return group;
  }

  /// `/api/v1` or `/apis/GROUP/VERSION`.
  ObjectNode resources(String group, String version) {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("kind", "APIResourceList").put("apiVersion", "v1");
    list.put("groupVersion", group.isEmpty() ? version : group + "/" + version);
    ArrayNode resources = list.putArray("resources");
    for (ResourceType type : catalog.of(group, version)) {
      ObjectNode one = resources.addObject();
      one.put("name", type.plural()).put("singularName", type.singular());
      one.put("namespaced", type.namespaced()).put("kind", type.kind());
      texts(one.putArray("verbs"), type.verbs());
      if (!type.shortNames().isEmpty()) {
        texts(one.putArray("shortNames"), type.shortNames());
      }
      if (!type.categories().isEmpty()) {
        texts(one.putArray("categories"), type.categories());
      }
      for (String name : type.subresources()) {
        Sub sub = Sub.of(type, name);
        ObjectNode below = resources.addObject();
        below.put("name", type.plural() + "/" + name).put("singularName", "");
        below.put("namespaced", type.namespaced());
        if (!sub.group().equals(type.group()) || !sub.version().equals(type.version())) {
          below.put("group", sub.group()).put("version", sub.version());
        }
        below.put("kind", sub.kind());
        texts(below.putArray("verbs"), sub.verbs());
      }
    }
    return list;
  }
}
