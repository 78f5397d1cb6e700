package dev.mangru.autoscaler.playground.schema;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Whether a custom object fits its definition's schema, worded as upstream
/// (`k8s.io/kube-openapi/pkg/validation`).
final class CustomValidation {

  private final Problems problems;

  CustomValidation(Problems problems) {
    this.problems = problems;
  }

  void value(JsonNode schema, JsonNode value, String path) {
    if (value.isNull()) {
      if (!schema.path("nullable").asBoolean(false)) {
        wrongType(schema, value, path);
      }
      return;
    }
    if (schema.path("x-kubernetes-int-or-string").asBoolean(false)) {
      if (!value.isIntegralNumber() && !value.isString()) {
        problems.invalid(path, typeOf(value), path + " in body must be of type integer,string");
      }
    } else if (!hasType(Nodes.text(schema, "type"), value)) {
      wrongType(schema, value, path);
      return;
    }
    oneOf(schema, value, path);
    switch (value) {
      case ObjectNode object -> object(schema, object, path);
      case ArrayNode list -> list(schema, list, path);
      case JsonNode scalar when scalar.isNumber() -> number(schema, scalar, path);
      case JsonNode scalar when scalar.isString() -> text(schema, scalar.stringValue(), path);
      case JsonNode _ -> {
        // A boolean has nothing more to check.
      }
    }
  }

  private static boolean hasType(String type, JsonNode value) {
    return switch (type) {
      case "string" -> value.isString();
      case "boolean" -> value.isBoolean();
      case "number" -> value.isNumber();
      case "integer" -> value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0;
      case "array" -> value.isArray();
      case "object" -> value.isObject();
      case String _ -> true;
    };
  }

  private void wrongType(JsonNode schema, JsonNode value, String path) {
    String shown = typeOf(value);
    problems.invalid(
        path,
        shown,
        path + " in body must be of type " + Nodes.text(schema, "type") + ": \"" + shown + "\"");
  }

  private static String typeOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "string";
      case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
      case BOOLEAN -> "boolean";
      case ARRAY -> "array";
      case OBJECT -> "object";
      case NULL, MISSING, BINARY, POJO -> "null";
    };
  }

  private void oneOf(JsonNode schema, JsonNode value, String path) {
    JsonNode allowed = schema.path("enum");
    if (allowed.isArray() && allowed.valueStream().noneMatch(value::equals)) {
      List<String> supported = allowed.valueStream().map(one -> one.asString("")).toList();
      problems.notSupported(path, value.asString(value.toString()), supported);
    }
  }

  private void object(JsonNode schema, ObjectNode object, String path) {
    for (JsonNode name : schema.path("required").values()) {
      if (!object.has(name.asString(""))) {
        problems.required(join(path, name.asString("")), "");
      }
    }
    JsonNode known = schema.path("properties");
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      JsonNode inner = known.path(entry.getKey());
      if (inner.isObject()) {
        value(inner, entry.getValue(), join(path, entry.getKey()));
      } else if (schema.path("additionalProperties").isObject()) {
        value(schema.path("additionalProperties"), entry.getValue(), path + "." + entry.getKey());
      }
    }
    bound(schema, "maxProperties", object.size(), path, "properties");
    bound(schema, "minProperties", object.size(), path, "properties");
  }

  private void list(JsonNode schema, ArrayNode list, String path) {
    for (int i = 0; i < list.size(); i++) {
      value(schema.path("items"), list.get(i), path + "[" + i + "]");
    }
    bound(schema, "maxItems", list.size(), path, "items");
    bound(schema, "minItems", list.size(), path, "items");
    boolean set = Nodes.text(schema, "x-kubernetes-list-type").equals("set");
    for (int i = 0; set && i < list.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (list.get(i).equals(list.get(j))) {
          problems.duplicate(path + "[" + i + "]", list.get(i).asString(""));
        }
      }
    }
  }

  private void number(JsonNode schema, JsonNode value, String path) {
    BigDecimal number = value.decimalValue();
    JsonNode maximum = schema.path("maximum");
    boolean openTop = schema.path("exclusiveMaximum").asBoolean(false);
    if (maximum.isNumber() && number.compareTo(maximum.decimalValue()) > (openTop ? -1 : 0)) {
      problems.invalid(
          path,
          value,
          path + " in body should be less than " + (openTop ? "" : "or equal to ") + maximum);
    }
    JsonNode minimum = schema.path("minimum");
    boolean openBottom = schema.path("exclusiveMinimum").asBoolean(false);
    if (minimum.isNumber() && number.compareTo(minimum.decimalValue()) < (openBottom ? 1 : 0)) {
      problems.invalid(
          path,
          value,
          path + " in body should be greater than " + (openBottom ? "" : "or equal to ") + minimum);
    }
    JsonNode multiple = schema.path("multipleOf");
    if (multiple.isNumber()
        && multiple.decimalValue().signum() > 0
        && number.remainder(multiple.decimalValue()).signum() != 0) {
      problems.invalid(path, value, path + " in body should be a multiple of " + multiple);
    }
  }

  private void text(JsonNode schema, String text, String path) {
    int length = text.codePointCount(0, text.length());
    bound(schema, "maxLength", length, path, "chars long");
    bound(schema, "minLength", length, path, "chars long");
    String pattern = Nodes.text(schema, "pattern");
    if (!pattern.isEmpty() && !Patterns.find(pattern, text)) {
      problems.invalid(path, text, path + " in body should match '" + pattern + "'");
    }
  }

  private void bound(JsonNode schema, String field, int size, String path, String what) {
    JsonNode limit = schema.path(field);
    if (!limit.isNumber()) {
      return;
    }
    boolean most = field.startsWith("max");
    if (most ? size > limit.asLong() : size < limit.asLong()) {
      problems.invalid(
          path,
          Nodes.empty().numberNode(size),
          path
              + " in body should "
              + (what.equals("chars long") ? "be " : "have ")
              + (most ? "at most " : "at least ")
              + limit
              + " "
              + what);
    }
  }

  private static String join(String path, String field) {
    return path.isEmpty() ? field : path + "." + field;
  }
}
