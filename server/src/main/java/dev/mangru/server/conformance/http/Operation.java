package dev.mangru.server.conformance.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A method of a path of an OpenAPI document.
///
/// @param method in capitals
/// @param path with its parameters in braces, below the server's
/// @param form whether parameters go into a form body
/// @param parameters of the query, the path or the form
/// @param responses by status or `default`
record Operation(
    String method, String path, boolean form, List<Parameter> parameters, JsonNode responses) {

  private static final List<String> METHODS = List.of("get", "post", "put", "delete", "patch");

  /// A parameter.
  ///
  /// @param inPath whether it stands in the path
  /// @param integer whether its schema asks for a whole number
  /// @param examples values that the document shows
  record Parameter(
      String name, boolean inPath, boolean required, boolean integer, List<String> examples) {}

  /// All operations of a document, in its order.
  static List<Operation> of(JsonNode document, JsonSchema schemas) {
    List<Operation> all = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      for (String method : METHODS) {
        JsonNode operation = path.getValue().get(method);
        if (operation != null) {
          all.add(operation(path.getKey(), method, operation, schemas));
        }
      }
    }
    return all;
  }

  private static Operation operation(
      String path, String method, JsonNode operation, JsonSchema schemas) {
    List<Parameter> parameters = new ArrayList<>();
    for (JsonNode reference : operation.path("parameters")) {
      JsonNode parameter = schemas.resolve(reference);
      List<String> examples = new ArrayList<>();
      parameter.path("examples").forEach(example -> examples.addAll(texts(example.path("value"))));
      examples.addAll(texts(parameter.path("example")));
      parameters.add(
          new Parameter(
              parameter.path("name").asString(),
              parameter.path("in").asString().equals("path"),
              parameter.path("required").asBoolean(false),
              isInteger(schemas, parameter.path("schema")),
              examples));
    }
    JsonNode form =
        operation.path("requestBody").path("content").get("application/x-www-form-urlencoded");
    if (form != null) {
      JsonNode schema = schemas.resolve(form.path("schema"));
      List<String> required =
          schema.path("required").valueStream().map(JsonNode::asString).toList();
      for (Map.Entry<String, JsonNode> each : schema.path("properties").properties()) {
        JsonNode property = schemas.resolve(each.getValue());
        parameters.add(
            new Parameter(
                each.getKey(),
                false,
                required.contains(each.getKey()),
                isInteger(schemas, property),
                texts(property.path("example"))));
      }
    }
    return new Operation(
        method.toUpperCase(Locale.ROOT),
        path,
        form != null,
        List.copyOf(parameters),
        operation.path("responses"));
  }

  private static boolean isInteger(JsonSchema schemas, JsonNode schema) {
    return schemas.resolve(schema).path("type").asString("").equals("integer");
  }

  private static List<String> texts(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return List.of();
    }
    return value.isArray()
        ? value.valueStream().map(Operation::text).toList()
        : List.of(text(value));
  }

  private static String text(JsonNode value) {
    return value.isString() ? value.asString() : value.toString();
  }

  /// `GET /query`.
  String name() {
    return method + " " + path;
  }

  /// What is described for a status; null if nothing is.
  @Nullable JsonNode response(int status, JsonSchema schemas) {
    JsonNode exact = responses.get(Integer.toString(status));
    JsonNode other = exact == null && status >= 400 ? responses.get("default") : exact;
    return other == null ? null : schemas.resolve(other);
  }

  /// What is described for an answer that is no error; null if nothing is.
  @Nullable JsonNode success(JsonSchema schemas) {
    for (Map.Entry<String, JsonNode> each : responses.properties()) {
      if (each.getKey().startsWith("2")) {
        return schemas.resolve(each.getValue());
      }
    }
    return null;
  }

  /// Whether its requests carry something that the document does not describe, such as Protocol
  /// Buffers.
  boolean undescribedBody() {
    return method.equals("POST") && !form && parameters.isEmpty() && !path.contains("/admin/");
  }
}
