package dev.mangru.autoscaler.playground.api;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// The columns of one kind's table and how to fill them. Immutable.
///
/// @param columns from left to right
/// @param cells makes one row; as many cells as columns, each a [String], a [Number] or null
record TableColumns(List<Column> columns, Cells cells) {

  /// Copies the list.
  TableColumns {
    columns = List.copyOf(columns);
  }

  /// @param type OpenAPI type such as `string` or `integer`
  /// @param format OpenAPI format; `name` marks the object's name
  /// @param priority 0 is always shown, others with `-o wide`
  record Column(String name, String type, String format, String description, int priority) {}

  /// Fills one row.
  @FunctionalInterface
  interface Cells {
    /// The cells of an object at a time, which ages are counted from.
    List<Object> of(ObjectNode object, Instant now);
  }

  /// Columns out of short text: names separated by `|`; one that ends with `#` holds integers, one
  /// that begins with `+` is shown with `-o wide` only. The first is the name.
  static TableColumns of(String text, Cells cells) {
    List<Column> columns = new ArrayList<>();
    for (String part : text.split("\\|", -1)) {
      boolean wide = part.startsWith("+");
      boolean integer = part.endsWith("#");
      String name = part.substring(wide ? 1 : 0, part.length() - (integer ? 1 : 0));
      columns.add(
          new Column(
              name,
              integer ? "integer" : "string",
              columns.isEmpty() && name.equals("Name") ? "name" : "",
              name + " of the object.",
              wide ? 1 : 0));
    }
    return new TableColumns(columns, cells);
  }
}
