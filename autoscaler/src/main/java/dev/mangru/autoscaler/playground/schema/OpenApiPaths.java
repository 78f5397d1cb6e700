package dev.mangru.autoscaler.playground.schema;

import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes the paths of a resource as OpenAPI operations. Clients read them to learn which query
/// parameters a server takes: `kubectl` leaves field validation and dry runs to servers that name
/// them here.
///
/// Confined to one document.
final class OpenApiPaths {

  private static final String STRATEGIC = "application/strategic-merge-patch+json";

  private static final List<String> PATCH_TYPES =
      List.of(
          "application/json-patch+json",
          "application/merge-patch+json",
          STRATEGIC,
          "application/apply-patch+yaml");

  /// Custom kinds have no strategic merge patch; `kubectl apply` reads here which patch to send.
  private static final List<String> CUSTOM_PATCH_TYPES =
      PATCH_TYPES.stream().filter(type -> !type.equals(STRATEGIC)).toList();

  private final boolean v3;
  private final ResourceCatalog catalog;
  private final OpenApiSchemas schemas;
  private final ObjectNode paths;

  OpenApiPaths(boolean v3, ResourceCatalog catalog, OpenApiSchemas schemas, ObjectNode paths) {
    this.v3 = v3;
    this.catalog = catalog;
    this.schemas = schemas;
    this.paths = paths;
  }

  /// The root of a group's version: `/api/v1`, `/apis/apps/v1`.
  static String root(ResourceType type) {
    return type.group().isEmpty()
        ? "/api/" + type.version()
        : "/apis/" + type.group() + "/" + type.version();
  }

  void add(ResourceType type) {
    String body = OpenApiSchemas.nameOf(catalog, type);
    String list = body + "List";
    String root = root(type);
    if (type.namespaced()) {
      ObjectNode everywhere = path(root + "/" + type.plural(), false, false);
      operation(everywhere, "get", "list", type, "", "ForAllNamespaces", list);
    }
    String collection =
        root + (type.namespaced() ? "/namespaces/{namespace}/" : "/") + type.plural();
    ObjectNode many = path(collection, type.namespaced(), false);
    operation(many, "get", "list", type, "", "", list);
    if (type.hasVerb("create")) {
      operation(many, "post", "post", type, "", "", body);
    }
    if (type.hasVerb("deletecollection")) {
      operation(many, "delete", "deletecollection", type, "", "", "");
    }
    ObjectNode one = path(collection + "/{name}", type.namespaced(), true);
    operation(one, "get", "get", type, "", "", body);
    if (type.hasVerb("update")) {
      operation(one, "put", "put", type, "", "", body);
      operation(one, "patch", "patch", type, "", "", body);
      operation(one, "delete", "delete", type, "", "", "");
    }
    for (String subresource : type.subresources()) {
      subresource(type, collection + "/{name}/" + subresource, subresource, body);
    }
  }

  private void subresource(ResourceType type, String path, String name, String body) {
    ObjectNode item = path(path, type.namespaced(), true);
    switch (name) {
      case "status" -> write(item, type, "Status", body, type);
      case "scale" -> {
        BuiltInSchemas.find("autoscaling/v1", "Scale")
            .ifPresent(scale -> schemas.add(scale, "autoscaling", "v1", "Scale"));
        write(item, type, "Scale", "io.k8s.api.autoscaling.v1.Scale", kind("autoscaling", "Scale"));
      }
      case "eviction" -> {
        BuiltInSchemas.find("policy/v1", "Eviction")
            .ifPresent(eviction -> schemas.add(eviction, "policy", "v1", "Eviction"));
        operation(
            item,
            "post",
            "post",
            kind("policy", "Eviction"),
            type.kind() + "Eviction",
            "",
            "io.k8s.api.policy.v1.Eviction");
      }
      case "binding" -> {
        BuiltInSchemas.find("v1", "Binding")
            .ifPresent(binding -> schemas.add(binding, "", "v1", "Binding"));
        operation(
            item,
            "post",
            "post",
            kind("", "Binding"),
            type.kind() + "Binding",
            "",
            "io.k8s.api.core.v1.Binding");
      }
      case String other -> {
        String suffix = other.substring(0, 1).toUpperCase(Locale.ROOT) + other.substring(1);
        operation(item, "get", "connect", type, type.kind() + suffix, "", "");
      }
    }
  }

  private void write(
      ObjectNode item, ResourceType type, String suffix, String body, ResourceType kind) {
    for (String method : List.of("get", "put", "patch")) {
      operation(item, method, method, kind, type.kind() + suffix, "", body);
    }
  }

  /// A kind that is served only as a subresource.
  private static ResourceType kind(String group, String kind) {
    return new ResourceType(
        group, "v1", "", "", kind, "", List.of(), List.of(), true, List.of(), List.of());
  }

  private ObjectNode path(String path, boolean namespace, boolean name) {
    ObjectNode item = paths.putObject(path);
    ArrayNode parameters = item.putArray("parameters");
    if (name) {
      parameter(parameters, "name", "path", "string").put("required", true);
    }
    if (namespace) {
      parameter(parameters, "namespace", "path", "string").put("required", true);
    }
    return item;
  }

  private ObjectNode parameter(ArrayNode parameters, String name, String in, String type) {
    ObjectNode parameter = parameters.addObject().put("name", name).put("in", in);
    if (v3) {
      parameter.putObject("schema").put("type", type).put("uniqueItems", true);
    } else {
      parameter.put("type", type).put("uniqueItems", true);
    }
    return parameter;
  }

  private void operation(
      ObjectNode item,
      String method,
      String action,
      ResourceType kind,
      String what,
      String suffix,
      String body) {
    ObjectNode operation = item.putObject(method);
    String noun = what.isEmpty() ? kind.kind() : what;
    operation.put("operationId", id(action, kind, noun + suffix));
    ArrayNode parameters = operation.putArray("parameters");
    switch (action) {
      case "list" -> listParameters(parameters);
      case "post", "put" -> writeParameters(parameters, false);
      case "patch" -> writeParameters(parameters, true);
      case "delete", "deletecollection" -> parameter(parameters, "dryRun", "query", "string");
      case String _ -> {
        // Reading one object takes no parameters.
      }
    }
    if (!body.isEmpty() && List.of("post", "put", "patch").contains(action)) {
      List<String> patches = catalog.isCustom(kind) ? CUSTOM_PATCH_TYPES : PATCH_TYPES;
      body(operation, parameters, action, body, patches);
    }
    responses(operation, body);
    operation.put("x-kubernetes-action", action);
    operation
        .putObject("x-kubernetes-group-version-kind")
        .put("group", kind.group())
        .put("kind", kind.kind())
        .put("version", kind.version());
  }

  private static String id(String action, ResourceType kind, String noun) {
    String group = kind.group().isEmpty() ? "Core" : kind.group().split("\\.", -1)[0];
    return action
        + group.substring(0, 1).toUpperCase(Locale.ROOT)
        + group.substring(1)
        + kind.version().toUpperCase(Locale.ROOT)
        + noun;
  }

  private void listParameters(ArrayNode parameters) {
    for (String name :
        List.of(
            "continue",
            "fieldSelector",
            "labelSelector",
            "resourceVersion",
            "resourceVersionMatch")) {
      parameter(parameters, name, "query", "string");
    }
    parameter(parameters, "limit", "query", "integer");
    parameter(parameters, "timeoutSeconds", "query", "integer");
    parameter(parameters, "watch", "query", "boolean");
    parameter(parameters, "allowWatchBookmarks", "query", "boolean");
  }

  private void writeParameters(ArrayNode parameters, boolean patch) {
    parameter(parameters, "dryRun", "query", "string");
    parameter(parameters, "fieldManager", "query", "string");
    parameter(parameters, "fieldValidation", "query", "string");
    if (patch) {
      parameter(parameters, "force", "query", "boolean");
    }
  }

  private void body(
      ObjectNode operation,
      ArrayNode parameters,
      String action,
      String body,
      List<String> patches) {
    List<String> types = action.equals("patch") ? patches : List.of("application/json");
    if (!v3) {
      ObjectNode parameter = parameters.addObject().put("name", "body").put("in", "body");
      parameter.put("required", true);
      parameter.set(
          "schema",
          action.equals("patch") ? Nodes.empty().put("type", "object") : schemas.reference(body));
      ArrayNode consumes = operation.putArray("consumes");
      types.forEach(consumes::add);
      return;
    }
    ObjectNode content =
        operation.putObject("requestBody").put("required", true).putObject("content");
    for (String type : types) {
      ObjectNode schema =
          action.equals("patch") ? Nodes.empty().put("type", "object") : schemas.reference(body);
      content.putObject(type).set("schema", schema);
    }
  }

  private void responses(ObjectNode operation, String body) {
    ObjectNode ok = operation.putObject("responses").putObject("200").put("description", "OK");
    if (body.isEmpty()) {
      return;
    }
    if (v3) {
      ok.putObject("content").putObject("application/json").set("schema", schemas.reference(body));
    } else {
      ok.set("schema", schemas.reference(body));
    }
  }
}
