package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.patch.FieldManager;
import dev.mangru.autoscaler.playground.patch.ServerSideApply;
import dev.mangru.autoscaler.playground.schema.ResourceCatalog;
import dev.mangru.autoscaler.playground.schema.ResourceType;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Who wrote which field. Thread-safe.
final class FieldOwners {

  private final ResourceCatalog catalog;
  private final InstantSource clock;

  FieldOwners(ResourceCatalog catalog, InstantSource clock) {
    this.catalog = catalog;
    this.clock = clock;
  }

  /// Notes in `after` that a manager created or changed the object.
  ///
  /// @param before null for a new object
  void wrote(
      ResourceType type,
      @Nullable ObjectNode before,
      ObjectNode after,
      String manager,
      String subresource) {
    ServerSideApply.recordUpdate(
        catalog.schema(type), before, after, manager(manager, subresource), type.apiVersion());
  }

  /// The object with a configuration applied.
  ///
  /// @param live null if it is not there yet
  ObjectNode apply(
      ResourceType type,
      @Nullable ObjectNode live,
      ObjectNode configuration,
      WriteOptions how,
      String subresource) {
    return ServerSideApply.apply(
        type,
        catalog.schema(type),
        live,
        configuration,
        manager(how.manager(), subresource),
        how.force());
  }

  private FieldManager manager(String name, String subresource) {
    String kept =
        name.length() > FieldManager.MAX_NAME ? name.substring(0, FieldManager.MAX_NAME) : name;
    return new FieldManager(kept, subresource, clock.instant());
  }
}
