package dev.mangru.autoscaler.playground.schema;

import dev.mangru.autoscaler.playground.schema.Schema.Any;
import dev.mangru.autoscaler.playground.schema.Schema.Field;
import dev.mangru.autoscaler.playground.schema.Schema.ListKind;
import dev.mangru.autoscaler.playground.schema.Schema.ListOf;
import dev.mangru.autoscaler.playground.schema.Schema.MapOf;
import dev.mangru.autoscaler.playground.schema.Schema.ObjectOf;
import dev.mangru.autoscaler.playground.schema.Schema.PatchRule;
import dev.mangru.autoscaler.playground.schema.Schema.Scalar;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes schemas as OpenAPI definitions, with all that they refer to.
///
/// Mutable, confined to one document.
final class OpenApiSchemas {

  private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
  private static final String QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
  private static final String INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
  private static final String TIME = META + "Time";
  private static final String MICRO_TIME = META + "MicroTime";
  private static final String LIST_META = META + "ListMeta";

  private final boolean v3;
  private final TreeMap<String, ObjectNode> definitions = new TreeMap<>();
  private final ArrayDeque<ObjectOf> waiting = new ArrayDeque<>();

  /// @param v3 whether in the dialect of OpenAPI 3.0, else in that of Swagger 2.0
  OpenApiSchemas(boolean v3) {
    this.v3 = v3;
  }

  /// The name under which a type's objects are defined.
  static String nameOf(ResourceCatalog catalog, ResourceType type) {
    String name = catalog.schema(type).name();
    return name.isEmpty() ? customName(type) : name;
  }

  /// As upstream names custom types: the group's parts from the last to the first.
  private static String customName(ResourceType type) {
    List<String> parts = new ArrayList<>(List.of(type.group().split("\\.", -1)));
    Collections.reverse(parts);
    return String.join(".", parts) + "." + type.version() + "." + type.kind();
  }

  /// Defines a type's objects and lists of them.
  void add(ResourceCatalog catalog, ResourceType type) {
    ObjectOf schema = catalog.schema(type);
    String name = nameOf(catalog, type);
    if (schema.name().isEmpty()) {
      definitions.put(name, custom(catalog, type, schema));
    } else {
      refer(schema);
      defineWaiting();
    }
    ObjectNode definition = definitions.get(name);
    if (definition != null) {
      kind(definition, type.group(), type.version(), type.kind());
    }
    list(type, name);
    defineWaiting();
  }

  /// Defines a structure that is no resource, such as `Scale`.
  void add(ObjectOf schema, String group, String version, String kind) {
    refer(schema);
    defineWaiting();
    ObjectNode definition = definitions.get(schema.name());
    if (definition != null && !definition.has("x-kubernetes-group-version-kind")) {
      kind(definition, group, version, kind);
    }
  }

  ObjectNode all() {
    ObjectNode all = Nodes.empty();
    definitions.forEach(all::set);
    return all;
  }

  /// `{"$ref": …}`.
  ObjectNode reference(String name) {
    return Nodes.empty().put("$ref", (v3 ? "#/components/schemas/" : "#/definitions/") + name);
  }

  private static void kind(ObjectNode definition, String group, String version, String kind) {
    definition
        .putArray("x-kubernetes-group-version-kind")
        .addObject()
        .put("group", group)
        .put("kind", kind)
        .put("version", version);
  }

  private void list(ResourceType type, String name) {
    ObjectNode list = Nodes.empty().put("type", "object");
    list.put("description", type.listKind() + " is a list of " + type.kind() + " objects.");
    list.putArray("required").add("items");
    ObjectNode properties = list.putObject("properties");
    properties.putObject("apiVersion").put("type", "string");
    ObjectNode items = properties.putObject("items").put("type", "array");
    items.set("items", inline(name));
    properties.putObject("kind").put("type", "string");
    properties.set("metadata", inline(LIST_META));
    define(
        LIST_META,
        """
        continue string remainingItemCount integer resourceVersion string selfLink string\
        """);
    kind(list, type.group(), type.version(), type.listKind());
    definitions.put(name + "List", list);
  }

  private void define(String name, String fields) {
    ObjectNode definition = Nodes.empty().put("type", "object");
    ObjectNode properties = definition.putObject("properties");
    String[] words = fields.strip().split(" ", -1);
    for (int i = 0; i + 1 < words.length; i += 2) {
      properties.putObject(words[i]).put("type", words[i + 1]);
    }
    definitions.putIfAbsent(name, definition);
  }

  /// In OpenAPI 3.0 nothing may stand beside a reference, so it is wrapped.
  private ObjectNode inline(String name) {
    if (!v3) {
      return reference(name);
    }
    ObjectNode wrapped = Nodes.empty();
    wrapped.putArray("allOf").add(reference(name));
    return wrapped;
  }

  private String refer(ObjectOf schema) {
    if (!definitions.containsKey(schema.name())) {
      definitions.put(schema.name(), Nodes.empty());
      waiting.add(schema);
    }
    return schema.name();
  }

  private void defineWaiting() {
    while (!waiting.isEmpty()) {
      ObjectOf next = waiting.remove();
      ObjectNode definition = definitions.get(next.name());
      if (definition != null) {
        object(next, definition);
      }
    }
  }

  private void object(ObjectOf schema, ObjectNode definition) {
    definition.put("type", "object");
    Descriptions.of(schema.name()).ifPresent(text -> definition.put("description", text));
    if (schema.atomic()) {
      definition.put("x-kubernetes-map-type", "atomic");
    }
    ArrayNode required = Nodes.empty().arrayNode();
    ObjectNode properties = Nodes.empty();
    for (Map.Entry<String, Field> entry : schema.fields().entrySet()) {
      Field field = entry.getValue();
      if (field.required()) {
        required.add(entry.getKey());
      }
      ObjectNode property = value(field.schema());
      patchRule(field.patch(), property);
      properties.set(entry.getKey(), property);
    }
    if (!required.isEmpty()) {
      definition.set("required", required);
    }
    if (!properties.isEmpty()) {
      definition.set("properties", properties);
    }
  }

  private static void patchRule(PatchRule rule, ObjectNode property) {
    if (!rule.mergeKey().isEmpty()) {
      property.put("x-kubernetes-patch-merge-key", rule.mergeKey());
    }
    if (!rule.strategies().isEmpty()) {
      property.put("x-kubernetes-patch-strategy", String.join(",", rule.strategies()));
    }
  }

  private ObjectNode value(Schema schema) {
    return switch (schema) {
      case Any _ -> Nodes.empty().put("x-kubernetes-preserve-unknown-fields", true);
      case ObjectOf object -> {
        if (!object.name().isEmpty()) {
          yield inline(refer(object));
        }
        ObjectNode definition = Nodes.empty();
        object(object, definition);
        yield definition;
      }
      case MapOf map -> {
        ObjectNode definition = Nodes.empty().put("type", "object");
        definition.set("additionalProperties", value(map.value()));
        if (map.atomic()) {
          definition.put("x-kubernetes-map-type", "atomic");
        }
        yield definition;
      }
      case ListOf list -> list(list);
      case Scalar scalar -> scalar(scalar);
    };
  }

  private ObjectNode list(ListOf list) {
    ObjectNode definition = Nodes.empty().put("type", "array");
    definition.set("items", value(list.item()));
    definition.put(
        "x-kubernetes-list-type",
        switch (list.kind()) {
          case ATOMIC -> "atomic";
          case SET -> "set";
          case MAP -> "map";
        });
    if (list.kind() == ListKind.MAP) {
      ArrayNode keys = definition.putArray("x-kubernetes-list-map-keys");
      list.keys().forEach(keys::add);
    }
    return definition;
  }

  private ObjectNode scalar(Scalar scalar) {
    return switch (scalar) {
      case STRING -> Nodes.empty().put("type", "string");
      case INT32 -> Nodes.empty().put("type", "integer").put("format", "int32");
      case INT64 -> Nodes.empty().put("type", "integer").put("format", "int64");
      case NUMBER -> Nodes.empty().put("type", "number").put("format", "double");
      case BOOLEAN -> Nodes.empty().put("type", "boolean");
      case BYTES -> Nodes.empty().put("type", "string").put("format", "byte");
      case TIME -> text(TIME, "date-time");
      case MICRO_TIME -> text(MICRO_TIME, "date-time");
      case QUANTITY -> either(QUANTITY, "number", "");
      case INT_OR_STRING -> either(INT_OR_STRING, "integer", "int-or-string");
    };
  }

  private ObjectNode text(String name, String format) {
    definitions.putIfAbsent(name, Nodes.empty().put("type", "string").put("format", format));
    return inline(name);
  }

  private ObjectNode either(String name, String number, String format) {
    ObjectNode definition = Nodes.empty();
    if (v3) {
      ArrayNode forms = definition.putArray("oneOf");
      forms.addObject().put("type", "string");
      forms.addObject().put("type", number);
    } else {
      definition.put("type", "string");
    }
    if (!format.isEmpty()) {
      definition.put("format", format);
    }
    Descriptions.of(name).ifPresent(text -> definition.put("description", text));
    definitions.putIfAbsent(name, definition);
    return inline(name);
  }

  /// The definition's own schema, with what every object has.
  private ObjectNode custom(ResourceCatalog catalog, ResourceType type, ObjectOf schema) {
    ObjectNode definition =
        catalog.rawSchema(type).map(ObjectNode::deepCopy).orElseGet(Nodes::empty);
    if (definition.isEmpty()) {
      definition.put("x-kubernetes-preserve-unknown-fields", true);
    }
    definition.put("type", "object");
    ObjectNode properties = Nodes.object(definition, "properties");
    properties.putObject("apiVersion").put("type", "string");
    properties.putObject("kind").put("type", "string");
    Field metadata = schema.fields().get("metadata");
    if (metadata != null) {
      properties.set("metadata", value(metadata.schema()));
    }
    return definition;
  }
}
