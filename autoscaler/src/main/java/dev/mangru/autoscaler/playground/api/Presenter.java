package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.schema.Conversions;
import dev.mangru.autoscaler.playground.schema.ResourceType;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Gives stored objects the form that one client asked for: as they are, as a table, or their
/// metadata. Immutable.
final class Presenter {

  private final Registry registry;
  private final ResourceType type;
  private final MediaTypes.Form form;
  private final Tables.Include include;
  private final InstantSource clock;

  Presenter(Registry registry, ResourceType type, ApiExchange exchange, InstantSource clock) {
    this.registry = registry;
    this.type = type;
    this.form = MediaTypes.negotiate(exchange.headers("Accept"));
    this.include = Tables.Include.parse(exchange.parameter("includeObject"));
    this.clock = clock;
  }

  /// One stored object.
  ///
  /// @param headers whether a table names its columns
  ObjectNode one(ObjectNode stored, boolean headers) {
    ObjectNode shown = registry.shown(type, stored);
    return switch (form) {
      case OBJECT, AGGREGATED_DISCOVERY -> shown;
      case METADATA -> Tables.metadataOnly(shown);
      case TABLE ->
          Tables.table(
              columns(),
              List.of(stored),
              List.of(shown),
              version(stored.path("metadata").path("resourceVersion").asString("")),
              include,
              headers,
              clock.instant());
    };
  }

  /// What a write made.
  ///
  /// @param shown in the version that was asked for
  ObjectNode written(ObjectNode shown) {
    return form == MediaTypes.Form.METADATA
        ? Tables.metadataOnly(shown)
        : form == MediaTypes.Form.TABLE
            ? one(Conversions.convert(shown, type, registry.catalog().storage(type)), true)
            : shown;
  }

  /// A list of stored objects.
  ///
  /// @param metadata of the list
  ObjectNode list(List<ObjectNode> stored, ObjectNode metadata) {
    List<ObjectNode> shown = new ArrayList<>(stored.size());
    stored.forEach(object -> shown.add(registry.shown(type, object)));
    if (form == MediaTypes.Form.TABLE) {
      return Tables.table(columns(), stored, shown, metadata, include, true, clock.instant());
    }
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    if (form == MediaTypes.Form.METADATA) {
      list.put("kind", "PartialObjectMetadataList").put("apiVersion", "meta.k8s.io/v1");
    } else {
      list.put("kind", type.listKind()).put("apiVersion", type.apiVersion());
    }
    list.set("metadata", metadata);
    ArrayNode items = list.putArray("items");
    for (ObjectNode object : shown) {
      items.add(form == MediaTypes.Form.METADATA ? Tables.metadataOnly(object) : object);
    }
    return list;
  }

  /// An object that says a revision only, for a bookmark.
  ObjectNode bookmark(String revision, boolean endOfInitialEvents) {
    ObjectNode metadata = version(revision);
    if (endOfInitialEvents) {
      metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    if (form == MediaTypes.Form.TABLE) {
      object.put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
      object.set("metadata", version(revision));
      object.putArray("columnDefinitions");
      ObjectNode row = object.putArray("rows").addObject();
      row.putArray("cells");
      ObjectNode inner = row.putObject("object");
      inner.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
      inner.set("metadata", metadata);
      return object;
    }
    boolean partial = form == MediaTypes.Form.METADATA;
    object.put("kind", partial ? "PartialObjectMetadata" : type.kind());
    object.put("apiVersion", partial ? "meta.k8s.io/v1" : type.apiVersion());
    return object.set("metadata", metadata);
  }

  private static ObjectNode version(String revision) {
    return JsonNodeFactory.instance.objectNode().put("resourceVersion", revision);
  }

  private TableColumns columns() {
    TableColumns builtIn = Tables.builtIn(registry.resource(type));
    return builtIn != null
        ? builtIn
        : CustomColumns.of(
            Definitions.version(registry.store(), type).path("additionalPrinterColumns"));
  }
}
