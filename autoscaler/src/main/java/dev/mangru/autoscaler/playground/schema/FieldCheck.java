package dev.mangru.autoscaler.playground.schema;

import dev.mangru.autoscaler.playground.schema.Schema.Any;
import dev.mangru.autoscaler.playground.schema.Schema.Field;
import dev.mangru.autoscaler.playground.schema.Schema.ListOf;
import dev.mangru.autoscaler.playground.schema.Schema.MapOf;
import dev.mangru.autoscaler.playground.schema.Schema.ObjectOf;
import dev.mangru.autoscaler.playground.schema.Schema.Scalar;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// Decodes an object as upstream's Go structs would: unknown fields are found and dropped, nulls
/// are dropped, values of a wrong type are refused, quantities get their canonical text.
///
/// Confined to one call.
final class FieldCheck {

  /// How many unknown fields one answer names; upstream's limit for strict errors is the same.
  private static final int MAX_NAMED = 100;

  private final String prefix;
  private final boolean lenientTypes;
  private final List<String> unknown = new ArrayList<>();

  /// @param lenientTypes whether a wrong type is left to a later validation, as for custom objects
  FieldCheck(ResourceType type, boolean lenientTypes) {
    this.prefix =
        type.kind()
            + " in version \""
            + type.version()
            + "\" cannot be handled as a "
            + type.kind()
            + ": ";
    this.lenientTypes = lenientTypes;
  }

  /// Changes the object in place; answers `unknown field "spec.foo"` for each field dropped.
  List<String> check(ObjectOf schema, ObjectNode object, FieldValidation mode) {
    object(schema, object, "");
    if (mode == FieldValidation.STRICT && !unknown.isEmpty()) {
      throw KubeApiException.badRequest(
          prefix + "strict decoding error: " + String.join(", ", unknown));
    }
    return mode == FieldValidation.WARN ? List.copyOf(unknown) : List.of();
  }

  private void object(ObjectOf schema, ObjectNode object, String path) {
    Map<String, Field> fields = schema.fields();
    String struct = schema.name().substring(schema.name().lastIndexOf('.') + 1);
    Iterator<Map.Entry<String, JsonNode>> entries = object.properties().iterator();
    while (entries.hasNext()) {
      Map.Entry<String, JsonNode> entry = entries.next();
      String at = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
      Field field = fields.get(entry.getKey());
      if (field == null) {
        if (!schema.keepsUnknown()) {
          if (unknown.size() < MAX_NAMED) {
            unknown.add("unknown field \"" + at + "\"");
          }
          entries.remove();
        }
      } else if (entry.getValue().isNull() && !lenientTypes) {
        entries.remove();
      } else {
        entry.setValue(value(field.schema(), entry.getValue(), at, struct));
      }
    }
  }

  private JsonNode value(Schema schema, JsonNode value, String path, String struct) {
    switch (schema) {
      case Any _ -> {
        return value;
      }
      case ObjectOf object -> {
        if (value instanceof ObjectNode node) {
          object(object, node, path);
        } else {
          wrong(value, path, struct, goType(object));
        }
      }
      case MapOf map -> {
        if (value instanceof ObjectNode node) {
          map(map, node, path, struct);
        } else {
          wrong(value, path, struct, goType(map));
        }
      }
      case ListOf list -> {
        if (value instanceof ArrayNode node) {
          for (int i = 0; i < node.size(); i++) {
            node.set(i, value(list.item(), node.get(i), path + "[" + i + "]", struct));
          }
        } else {
          wrong(value, path, struct, goType(list));
        }
      }
      case Scalar scalar -> {
        return scalar(scalar, value, path, struct);
      }
    }
    return value;
  }

  private void map(MapOf map, ObjectNode node, String path, String struct) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (entry.getValue().isNull() && map.value() == Scalar.STRING && !lenientTypes) {
        entry.setValue(StringNode.valueOf(""));
      } else {
        entry.setValue(value(map.value(), entry.getValue(), path + "." + entry.getKey(), struct));
      }
    }
  }

  private JsonNode scalar(Scalar scalar, JsonNode value, String path, String struct) {
    if (lenientTypes && !path.startsWith("metadata.")) {
      return value;
    }
    boolean fits =
        switch (scalar) {
          case STRING, BYTES -> value.isString();
          case BOOLEAN -> value.isBoolean();
          case NUMBER -> value.isNumber();
          case INT64 -> value.isIntegralNumber() && value.canConvertToLong();
          case INT32 -> value.isIntegralNumber() && value.canConvertToInt();
          case INT_OR_STRING ->
              value.isString() || (value.isIntegralNumber() && value.canConvertToInt());
          case QUANTITY -> value.isString() || value.isNumber();
          case TIME, MICRO_TIME -> value.isString();
        };
    if (!fits) {
      wrong(value, path, struct, goType(scalar));
    }
    return switch (scalar) {
      case QUANTITY -> quantity(value);
      case TIME, MICRO_TIME -> time(value);
      case STRING, BYTES, BOOLEAN, NUMBER, INT32, INT64, INT_OR_STRING -> value;
    };
  }

  private JsonNode quantity(JsonNode value) {
    String text = value.isString() ? value.stringValue() : value.decimalValue().toPlainString();
    if (Quantity.tryParse(text).isEmpty()) {
      throw KubeApiException.badRequest(
          prefix
              + "quantities must match the regular expression"
              + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    }
    String canonical = Quantity.canonical(text);
    return value.isString() && canonical.equals(text) ? value : StringNode.valueOf(canonical);
  }

  private JsonNode time(JsonNode value) {
    String text = value.stringValue();
    try {
      OffsetDateTime.parse(text);
      return value;
    } catch (DateTimeException _) {
      throw KubeApiException.badRequest(
          prefix
              + "parsing time \""
              + text
              + "\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \""
              + text
              + "\"");
    }
  }

  private void wrong(JsonNode value, String path, String struct, String type) {
    if (lenientTypes && !path.startsWith("metadata")) {
      return;
    }
    throw KubeApiException.badRequest(
        prefix
            + "json: cannot unmarshal "
            + jsonType(value)
            + " into Go struct field "
            + struct
            + "."
            + withoutIndexes(path)
            + " of type "
            + type);
  }

  private static String withoutIndexes(String path) {
    StringBuilder plain = new StringBuilder();
    boolean inside = false;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      inside |= c == '[';
      if (!inside) {
        plain.append(c);
      }
      inside &= c != ']';
    }
    return plain.toString();
  }

  private static String jsonType(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "string";
      case NUMBER -> value.isIntegralNumber() ? "number" : "number " + value.asString("");
      case BOOLEAN -> "bool";
      case ARRAY -> "array";
      case OBJECT -> "object";
      case NULL, MISSING, BINARY, POJO -> "null";
    };
  }

  private static String goType(Schema schema) {
    return switch (schema) {
      case Scalar scalar ->
          switch (scalar) {
            case STRING -> "string";
            case INT32 -> "int32";
            case INT64 -> "int64";
            case NUMBER -> "float64";
            case BOOLEAN -> "bool";
            case QUANTITY -> "resource.Quantity";
            case INT_OR_STRING -> "intstr.IntOrString";
            case TIME -> "v1.Time";
            case MICRO_TIME -> "v1.MicroTime";
            case BYTES -> "[]uint8";
          };
      case ListOf list -> "[]" + goType(list.item());
      case MapOf map -> "map[string]" + goType(map.value());
      case ObjectOf object -> {
        String[] parts = object.name().split("\\.", -1);
        yield parts.length < 2 ? "object" : parts[parts.length - 2] + "." + parts[parts.length - 1];
      }
      case Any _ -> "interface {}";
    };
  }
}
