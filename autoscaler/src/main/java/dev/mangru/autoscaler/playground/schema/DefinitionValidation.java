package dev.mangru.autoscaler.playground.schema;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Whether a CustomResourceDefinition makes sense (upstream
/// `apiextensions-apiserver/pkg/apis/apiextensions/validation`).
final class DefinitionValidation {

  private static final List<String> TYPES =
      List.of("array", "boolean", "integer", "number", "object", "string");

  private DefinitionValidation() {}

  static void definition(JsonNode object, Problems problems) {
    JsonNode spec = object.path("spec");
    JsonNode names = spec.path("names");
    String group = Nodes.text(spec, "group");
    if (Checks.present(spec, "group", "spec", problems)) {
      Names.subdomain("spec.group", group, problems);
      if (!group.contains(".")) {
        problems.invalid("spec.group", group, "should be a domain with at least one dot");
      }
    }
    String plural = Nodes.text(names, "plural");
    String name = Nodes.text(object.path("metadata"), "name");
    if (!name.isEmpty() && !name.equals(plural + "." + group)) {
      problems.invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
    }
    for (String field : List.of("plural", "singular", "kind", "listKind")) {
      if (Checks.present(names, field, "spec.names", problems)) {
        String value = Nodes.text(names, field);
        Names.dns1035(
            "spec.names." + field,
            field.endsWith("ind") ? value.toLowerCase(Locale.ROOT) : value,
            problems);
      }
    }
    if (Checks.present(spec, "scope", "spec", problems)) {
      Checks.oneOf(spec, "scope", "spec", List.of("Cluster", "Namespaced"), problems);
    }
    String strategy = Nodes.text(spec.path("conversion"), "strategy");
    if (strategy.equals("Webhook")) {
      problems.notSupported("spec.conversion.strategy", strategy, List.of("None"));
    } else {
      Checks.oneOf(
          spec.path("conversion"), "strategy", "spec.conversion", List.of("None"), problems);
    }
    versions(spec.path("versions"), problems);
  }

  private static void versions(JsonNode versions, Problems problems) {
    if (versions.isEmpty()) {
      problems.invalid(
          "spec.versions", versions, "must have exactly one version marked as storage version");
      return;
    }
    int stored = 0;
    Set<String> names = new HashSet<>();
    for (int i = 0; i < versions.size(); i++) {
      JsonNode version = versions.get(i);
      String at = "spec.versions[" + i + "]";
      stored += version.path("storage").asBoolean(false) ? 1 : 0;
      if (Checks.present(version, "name", at, problems)) {
        String name = Nodes.text(version, "name");
        Names.dns1035(at + ".name", name, problems);
        if (!names.add(name)) {
          problems.invalid("spec.versions", versions, "must contain unique version names");
        }
      }
      JsonNode schema = version.path("schema").path("openAPIV3Schema");
      if (!schema.isObject()) {
        problems.required(at + ".schema.openAPIV3Schema", "schemas are required");
      } else {
        structural(schema, at + ".schema.openAPIV3Schema", problems);
      }
    }
    if (stored != 1) {
      problems.invalid(
          "spec.versions", versions, "must have exactly one version marked as storage version");
    }
  }

  /// Every node of the schema has a type, or says that it needs none.
  private static void structural(JsonNode schema, String path, Problems problems) {
    String type = Nodes.text(schema, "type");
    boolean free =
        schema.path("x-kubernetes-int-or-string").asBoolean(false)
            || schema.path("x-kubernetes-preserve-unknown-fields").asBoolean(false);
    if (type.isEmpty() && !free) {
      problems.required(path + ".type", "must not be empty for specified object fields");
    } else if (!type.isEmpty() && !TYPES.contains(type)) {
      problems.notSupported(path + ".type", type, TYPES);
    }
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      structural(property.getValue(), path + ".properties[" + property.getKey() + "]", problems);
    }
    if (type.equals("array") && !schema.path("items").isObject()) {
      problems.required(path + ".items", "must be specified");
    } else if (schema.path("items").isObject()) {
      structural(schema.path("items"), path + ".items", problems);
    }
    if (schema.path("additionalProperties").isObject()) {
      structural(schema.path("additionalProperties"), path + ".additionalProperties", problems);
    }
    String pattern = Nodes.text(schema, "pattern");
    if (!pattern.isEmpty() && !Patterns.isValid(pattern)) {
      problems.invalid(path + ".pattern", pattern, "must be a valid regular expression");
    }
    if (!schema.path("x-kubernetes-validations").isEmpty()) {
      problems.forbidden(
          path + ".x-kubernetes-validations",
          "this server does not evaluate CEL rules; leave them out");
    }
    for (String combination : List.of("allOf", "anyOf", "oneOf", "not")) {
      if (schema.has(combination) && !schema.path("x-kubernetes-int-or-string").asBoolean(false)) {
        problems.forbidden(
            path + "." + combination,
            "this server does not evaluate combined schemas; leave it out");
      }
    }
  }
}
