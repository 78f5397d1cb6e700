package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.api.TableColumns.Column;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `Table` objects of `meta.k8s.io/v1`: what `kubectl get` shows.
final class Tables {

  private static final Map<String, TableColumns> BUILT_IN =
      Stream.of(WorkloadColumns.ALL, ClusterColumns.ALL, Map.of("pods", PodColumns.PODS))
          .flatMap(some -> some.entrySet().stream())
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  /// How much of each object travels in its row: parameter `includeObject`.
  enum Include {
    /// Nothing.
    NONE,
    /// Its metadata.
    METADATA,
    /// All of it.
    OBJECT;

    static Include parse(String parameter) {
      return switch (parameter) {
        case "None" -> NONE;
        case "Object" -> OBJECT;
        case String _ -> METADATA;
      };
    }
  }

  private Tables() {}

  /// The columns of a built-in kind, or null.
  ///
  /// @param resource storage resource, `group/plural`
  static @Nullable TableColumns builtIn(String resource) {
    return BUILT_IN.get(resource);
  }

  /// A table of stored objects.
  ///
  /// @param stored in the storage version, which cells are made of
  /// @param shown the same objects in the version that was asked for
  static ObjectNode table(
      TableColumns columns,
      List<ObjectNode> stored,
      List<ObjectNode> shown,
      ObjectNode metadata,
      Include include,
      boolean headers,
      Instant now) {
    ObjectNode table = JsonNodeFactory.instance.objectNode();
    table.put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
    table.set("metadata", metadata);
    if (headers) {
      ArrayNode definitions = table.putArray("columnDefinitions");
      for (Column column : columns.columns()) {
        definitions
            .addObject()
            .put("name", column.name())
            .put("type", column.type())
            .put("format", column.format())
            .put("description", column.description())
            .put("priority", column.priority());
      }
    } else {
      table.putArray("columnDefinitions");
    }
    ArrayNode rows = table.putArray("rows");
    for (int i = 0; i < stored.size(); i++) {
      ObjectNode row = rows.addObject();
      ArrayNode cells = row.putArray("cells");
      for (Object cell : columns.cells().of(stored.get(i), now)) {
        switch (cell) {
          case Integer number -> cells.add(number);
          case Long number -> cells.add(number);
          case Double number -> cells.add(number);
          default -> cells.add(cell.toString());
        }
      }
      switch (include) {
        case METADATA -> row.set("object", metadataOnly(shown.get(i)));
        case OBJECT -> row.set("object", shown.get(i));
        case NONE -> {
          // The cells say it all.
        }
      }
    }
    return table;
  }

  /// A `PartialObjectMetadata` of an object.
  static ObjectNode metadataOnly(ObjectNode object) {
    ObjectNode partial = JsonNodeFactory.instance.objectNode();
    partial.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
    partial.set("metadata", object.path("metadata"));
    return partial;
  }
}
