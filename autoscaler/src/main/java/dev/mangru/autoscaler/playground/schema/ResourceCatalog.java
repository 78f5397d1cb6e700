package dev.mangru.autoscaler.playground.schema;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// What is served: the built-in kinds and those that CustomResourceDefinition objects add.
///
/// Thread-safe: readers see an immutable list that a writer replaces as a whole.
public final class ResourceCatalog {

  private final List<ResourceType> builtIn = BuiltInTypes.all();
  private volatile List<CustomTypes> custom = List.of();

  private volatile List<ResourceType> all = builtIn;

  /// A catalogue of the built-in kinds.
  public ResourceCatalog() {}

  /// Every served type: the built-in ones in a fixed order, then the custom ones in order of
  /// registration. Of one group the preferred version comes first.
  public List<ResourceType> all() {
    return all;
  }

  /// By what a path says, such as `apps`, `v1`, `deployments`; the core group is empty.
  public Optional<ResourceType> byPlural(String group, String version, String plural) {
    return all.stream()
        .filter(t -> t.plural().equals(plural) && isIn(t, group, version))
        .findFirst();
  }

  /// By what an object says, such as `apps`, `v1`, `Deployment`; the core group is empty.
  public Optional<ResourceType> byKind(String group, String version, String kind) {
    return all.stream().filter(t -> t.kind().equals(kind) && isIn(t, group, version)).findFirst();
  }

  /// By an object's `apiVersion` and `kind`, such as `apps/v1` and `Deployment`.
  public Optional<ResourceType> byApiVersion(String apiVersion, String kind) {
    int slash = apiVersion.indexOf('/');
    return slash < 0
        ? byKind("", apiVersion, kind)
        : byKind(apiVersion.substring(0, slash), apiVersion.substring(slash + 1), kind);
  }

  /// The groups in order of appearance; the core group is empty and first.
  public List<String> groups() {
    LinkedHashSet<String> groups = new LinkedHashSet<>();
    all.forEach(type -> groups.add(type.group()));
    return List.copyOf(groups);
  }

  /// The versions of a group, the preferred one first; empty for an unknown group.
  public List<String> versions(String group) {
    LinkedHashSet<String> versions = new LinkedHashSet<>();
    all.stream().filter(t -> t.group().equals(group)).forEach(t -> versions.add(t.version()));
    return versions.stream().sorted(VersionOrder.PREFERRED_FIRST).toList();
  }

  /// The types of one group and version; empty if there are none.
  public List<ResourceType> of(String group, String version) {
    return all.stream().filter(t -> isIn(t, group, version)).toList();
  }

  /// The type in whose version objects of this type are kept: both versions of the horizontal pod
  /// autoscaler are kept as `autoscaling/v2`, events of either group as `v1`, custom objects in the
  /// storage version of their definition. All other types are their own storage type.
  public ResourceType storage(ResourceType type) {
    if (type.group().equals("autoscaling")) {
      return byPlural("autoscaling", "v2", type.plural()).orElse(type);
    }
    if (type.group().equals("events.k8s.io")) {
      return byPlural("", "v1", type.plural()).orElse(type);
    }
    return custom.stream()
        .filter(definition -> definition.types().contains(type))
        .findFirst()
        .map(CustomTypes::storage)
        .orElse(type);
  }

  /// The schema of a type's objects. A type that is not in the catalogue, or a custom one without a
  /// schema, has [Schema.Any#ANY] for everything but `apiVersion`, `kind` and `metadata`.
  public Schema.ObjectOf schema(ResourceType type) {
    for (CustomTypes definition : custom) {
      Schema.ObjectOf schema = definition.schemas().get(type.version());
      if (schema != null && definition.types().contains(type)) {
        return schema;
      }
    }
    return BuiltInSchemas.find(type.apiVersion(), type.kind())
        .orElseGet(() -> CustomSchemas.ofObject(null));
  }

  /// The OpenAPI schema that a custom type's definition gives for its objects; empty for a built-in
  /// type.
  Optional<ObjectNode> rawSchema(ResourceType type) {
    return custom.stream()
        .filter(definition -> definition.types().contains(type))
        .flatMap(definition -> Optional.ofNullable(definition.raw().get(type.version())).stream())
        .findFirst();
  }

  /// Whether the type comes from a CustomResourceDefinition.
  public boolean isCustom(ResourceType type) {
    return custom.stream().anyMatch(definition -> definition.types().contains(type));
  }

  /// Serves what a CustomResourceDefinition defines, in place of what the definition of that name
  /// defined before. The definition has been validated and its defaults are filled in.
  public synchronized void register(ObjectNode definition) {
    CustomTypes types = CustomTypes.of(definition);
    List<CustomTypes> next = new ArrayList<>(custom);
    next.replaceAll(old -> old.name().equals(types.name()) ? types : old);
    if (!next.contains(types)) {
      next.add(types);
    }
    publish(next);
  }

  /// Stops serving what the definition of this name defined; nothing happens if there is none.
  public synchronized void unregister(String definitionName) {
    publish(custom.stream().filter(types -> !types.name().equals(definitionName)).toList());
  }

  private void publish(List<CustomTypes> next) {
    custom = List.copyOf(next);
    List<ResourceType> types = new ArrayList<>(builtIn);
    next.forEach(definition -> types.addAll(definition.types()));
    all = List.copyOf(types);
  }

  private static boolean isIn(ResourceType type, String group, String version) {
    return type.group().equals(group) && type.version().equals(version);
  }
}
