package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.api.TableColumns.Column;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Columns of custom objects: the name, then the definition's `additionalPrinterColumns`, or the
/// age if it has none.
final class CustomColumns {

  private CustomColumns() {}

  /// @param printerColumns of the served version; may be missing
  static TableColumns of(JsonNode printerColumns) {
    List<Column> columns = new ArrayList<>();
    List<List<String>> paths = new ArrayList<>();
    columns.add(new Column("Name", "string", "name", "Name of the object.", 0));
    for (JsonNode column : printerColumns) {
      columns.add(
          new Column(
              column.path("name").asString(""),
              column.path("type").asString("string"),
              column.path("format").asString(""),
              column.path("description").asString(""),
              column.path("priority").asInt(0)));
      paths.add(JsonPaths.simple(column.path("jsonPath").asString("")));
    }
    if (printerColumns.isEmpty()) {
      columns.add(new Column("Age", "date", "", "Time since it was made.", 0));
      paths.add(List.of("metadata", "creationTimestamp"));
    }
    return new TableColumns(columns, (object, now) -> cells(columns, paths, object, now));
  }

  private static List<Object> cells(
      List<Column> columns, List<List<String>> paths, ObjectNode object, Instant now) {
    List<@Nullable Object> cells = new ArrayList<>();
    cells.add(WorkloadColumns.name(object));
    for (int i = 0; i < paths.size(); i++) {
      cells.add(cell(columns.get(i + 1).type(), JsonPaths.find(object, paths.get(i)), now));
    }
    return withoutNulls(cells);
  }

  /// A cell that is not there is an empty one.
  private static List<Object> withoutNulls(List<@Nullable Object> cells) {
    List<Object> all = new ArrayList<>();
    for (Object cell : cells) {
      all.add(cell == null ? "" : cell);
    }
    return all;
  }

  private static @Nullable Object cell(String type, JsonNode value, Instant now) {
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    return switch (type) {
      case "integer" -> value.isNumber() ? (Object) value.asLong(0) : null;
      case "number" -> value.isNumber() ? (Object) value.asDouble(0) : null;
      case "boolean" -> value.isBoolean() ? value.asString("") : null;
      case "date" -> HumanText.age(value, now);
      case String _ -> value.isContainer() ? value.toString() : value.asString("");
    };
  }
}
