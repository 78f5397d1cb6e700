package dev.mangru.autoscaler.playground.schema;

import dev.mangru.model.wire.ProtobufWriter;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes an OpenAPI version 2 document as the Protocol Buffers message `openapi.v2.Document`, the
/// only form in which `kubectl` asks for it. What version 2 has no field for is left out, as
/// upstream leaves it out.
///
/// Source of the field numbers: gnostic, `openapiv2/OpenAPIv2.proto`.
final class SwaggerProtobuf {

  private enum Form {
    TEXT,
    NUMBER,
    INTEGER,
    FLAG,
    ANY
  }

  private record Field(int number, Form form) {}

  /// The fields of a `Schema` that hold one value.
  private static final Map<String, Field> SCALARS =
      Map.ofEntries(
          Map.entry("$ref", new Field(1, Form.TEXT)),
          Map.entry("format", new Field(2, Form.TEXT)),
          Map.entry("title", new Field(3, Form.TEXT)),
          Map.entry("description", new Field(4, Form.TEXT)),
          Map.entry("default", new Field(5, Form.ANY)),
          Map.entry("multipleOf", new Field(6, Form.NUMBER)),
          Map.entry("maximum", new Field(7, Form.NUMBER)),
          Map.entry("exclusiveMaximum", new Field(8, Form.FLAG)),
          Map.entry("minimum", new Field(9, Form.NUMBER)),
          Map.entry("exclusiveMinimum", new Field(10, Form.FLAG)),
          Map.entry("maxLength", new Field(11, Form.INTEGER)),
          Map.entry("minLength", new Field(12, Form.INTEGER)),
          Map.entry("pattern", new Field(13, Form.TEXT)),
          Map.entry("maxItems", new Field(14, Form.INTEGER)),
          Map.entry("minItems", new Field(15, Form.INTEGER)),
          Map.entry("uniqueItems", new Field(16, Form.FLAG)),
          Map.entry("maxProperties", new Field(17, Form.INTEGER)),
          Map.entry("minProperties", new Field(18, Form.INTEGER)));

  private static final Map<String, Integer> METHODS =
      Map.of("get", 2, "put", 3, "post", 4, "delete", 5, "patch", 8);

  private SwaggerProtobuf() {}

  static byte[] bytes(ObjectNode document) {
    ProtobufWriter out = new ProtobufWriter();
    out.string(1, document.path("swagger").asString(""));
    JsonNode info = document.path("info");
    out.message(
        2,
        w ->
            w.string(1, info.path("title").asString(""))
                .string(2, info.path("version").asString("")));
    out.message(
        8,
        w ->
            document
                .path("paths")
                .properties()
                .forEach(path ->
                    w.message(
                        2,
                        named ->
                            named
                                .string(1, path.getKey())
                                .message(2, item -> path(item, path.getValue())))));
    out.message(9, w -> schemas(w, document.path("definitions")));
    return out.toByteArray();
  }

  private static void schemas(ProtobufWriter out, JsonNode schemas) {
    schemas
        .properties()
        .forEach(entry ->
            out.message(
                1,
                named ->
                    named.string(1, entry.getKey()).message(2, w -> schema(w, entry.getValue()))));
  }

  private static void schema(ProtobufWriter out, JsonNode schema) {
    schema
        .properties()
        .forEach(entry -> {
          JsonNode value = entry.getValue();
          Field scalar = SCALARS.get(entry.getKey());
          if (scalar != null) {
            scalar(out, scalar, value);
          } else {
            nested(out, entry.getKey(), value);
          }
        });
    extensions(out, 31, schema);
  }

  private static void scalar(ProtobufWriter out, Field field, JsonNode value) {
    switch (field.form()) {
      case TEXT -> out.string(field.number(), value.asString(""));
      case NUMBER -> out.doubleField(field.number(), value.asDouble(0));
      case INTEGER -> out.varint(field.number(), value.asLong(0));
      case FLAG -> out.varint(field.number(), value.asBoolean(false) ? 1 : 0);
      case ANY -> out.message(field.number(), w -> w.string(2, value.toString()));
    }
  }

  private static void nested(ProtobufWriter out, String name, JsonNode value) {
    switch (name) {
      case "required" -> value.forEach(one -> out.string(19, one.asString("")));
      case "enum" -> value.forEach(one -> out.message(20, w -> w.string(2, one.toString())));
      case "additionalProperties" ->
          out.message(
              21,
              w -> {
                if (value.isObject()) {
                  w.message(1, inner -> schema(inner, value));
                } else {
                  w.varint(2, value.asBoolean(false) ? 1 : 0);
                }
              });
      case "type" -> out.message(22, w -> w.string(1, value.asString("")));
      case "items" -> out.message(23, w -> w.message(1, inner -> schema(inner, value)));
      case "allOf" -> value.forEach(one -> out.message(24, w -> schema(w, one)));
      case "properties" -> out.message(25, w -> schemas(w, value));
      case String _ -> {
        // An extension, or nothing that version 2 knows.
      }
    }
  }

  private static void extensions(ProtobufWriter out, int field, JsonNode object) {
    object
        .properties()
        .forEach(entry -> {
          if (entry.getKey().startsWith("x-")) {
            out.message(
                field,
                named ->
                    named
                        .string(1, entry.getKey())
                        .message(2, any -> any.string(2, entry.getValue().toString())));
          }
        });
  }

  private static void path(ProtobufWriter out, JsonNode item) {
    item.properties()
        .forEach(entry -> {
          Integer method = METHODS.get(entry.getKey());
          if (method != null) {
            out.message(method, w -> operation(w, entry.getValue()));
          }
        });
    parameters(out, 9, item);
  }

  private static void operation(ProtobufWriter out, JsonNode operation) {
    out.string(5, operation.path("operationId").asString(""));
    operation.path("consumes").forEach(type -> out.string(7, type.asString("")));
    parameters(out, 8, operation);
    out.message(9, w -> responses(w, operation.path("responses")));
    extensions(out, 13, operation);
  }

  private static void responses(ProtobufWriter out, JsonNode responses) {
    responses
        .properties()
        .forEach(entry ->
            out.message(
                1,
                named ->
                    named
                        .string(1, entry.getKey())
                        .message(
                            2, value -> value.message(1, w -> response(w, entry.getValue())))));
  }

  private static void response(ProtobufWriter out, JsonNode response) {
    out.string(1, response.path("description").asString(""));
    if (response.has("schema")) {
      out.message(2, item -> item.message(1, w -> schema(w, response.path("schema"))));
    }
  }

  private static void parameters(ProtobufWriter out, int field, JsonNode owner) {
    for (JsonNode parameter : owner.path("parameters")) {
      out.message(field, item -> item.message(1, w -> parameter(w, parameter)));
    }
  }

  private static void parameter(ProtobufWriter out, JsonNode parameter) {
    String in = parameter.path("in").asString("");
    long required = parameter.path("required").asBoolean(false) ? 1 : 0;
    String name = parameter.path("name").asString("");
    String type = parameter.path("type").asString("");
    long unique = parameter.path("uniqueItems").asBoolean(false) ? 1 : 0;
    switch (in) {
      case "body" ->
          out.message(
              1,
              w ->
                  w.string(2, name)
                      .string(3, in)
                      .varint(4, required)
                      .message(5, inner -> schema(inner, parameter.path("schema"))));
      case "path" ->
          out.message(
              2,
              any ->
                  any.message(
                      4,
                      w ->
                          w.varint(1, required)
                              .string(2, in)
                              .string(4, name)
                              .string(5, type)
                              .varint(19, unique)));
      case String _ ->
          out.message(
              2,
              any ->
                  any.message(
                      3,
                      w ->
                          w.varint(1, required)
                              .string(2, in)
                              .string(4, name)
                              .string(6, type)
                              .varint(20, unique)));
    }
  }
}
