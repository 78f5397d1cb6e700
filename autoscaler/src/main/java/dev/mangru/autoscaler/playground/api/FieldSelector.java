package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Requirements on fields, all of which must hold: `spec.nodeName=a,status.phase!=Failed`.
/// Immutable. Only the fields that upstream's registries select by are known; any other is refused.
final class FieldSelector {

  private static final FieldSelector EVERYTHING = new FieldSelector(List.of());

  /// Per resource in its storage version, beside `metadata.name` and `metadata.namespace`.
  private static final Map<String, List<String>> FIELDS =
      Map.of(
          "pods",
          List.of(
              "spec.nodeName",
              "spec.restartPolicy",
              "spec.schedulerName",
              "spec.serviceAccountName",
              "spec.hostNetwork",
              "status.phase",
              "status.podIP",
              "status.nominatedNodeName"),
          "events",
          List.of(
              "involvedObject.kind",
              "involvedObject.namespace",
              "involvedObject.name",
              "involvedObject.uid",
              "involvedObject.apiVersion",
              "involvedObject.resourceVersion",
              "involvedObject.fieldPath",
              "reason",
              "reportingComponent",
              "source",
              "type"),
          "nodes",
          List.of("spec.unschedulable"),
          "namespaces",
          List.of("status.phase"),
          "secrets",
          List.of("type"),
          "services",
          List.of("spec.clusterIP", "spec.type"),
          "apps/replicasets",
          List.of("status.replicas"));

  private record Requirement(String field, String value, boolean equal) {}

  private final List<Requirement> requirements;

  private FieldSelector(List<Requirement> requirements) {
    this.requirements = List.copyOf(requirements);
  }

  /// Reads the text of a `fieldSelector` parameter.
  ///
  /// @param resource the storage resource, `group/plural`
  /// @param more fields of a custom resource that its definition selects by
  /// @throws KubeApiException 400 naming what cannot be read or is not selectable
  static FieldSelector parse(String text, String resource, List<String> more) {
    if (text.isBlank()) {
      return EVERYTHING;
    }
    List<Requirement> requirements = new ArrayList<>();
    for (String term : terms(text)) {
      if (term.isBlank()) {
        continue;
      }
      int at = firstEquals(term);
      if (at < 0) {
        throw KubeApiException.badRequest(
            "invalid selector: '" + text + "'; can't understand '" + term + "'");
      }
      boolean not = at > 0 && term.charAt(at - 1) == '!';
      boolean twice = at + 1 < term.length() && term.charAt(at + 1) == '=';
      String field = alias(term.substring(0, not ? at - 1 : at).strip());
      if (!field.equals("metadata.name")
          && !field.equals("metadata.namespace")
          && !FIELDS.getOrDefault(resource, List.of()).contains(field)
          && !more.contains(field)) {
        throw KubeApiException.badRequest(
            "%s cannot be selected by the field \"%s\": field label not supported: %s"
                .formatted(KubeApiException.qualified(resource), text, field));
      }
      requirements.add(
          new Requirement(field, unescape(term.substring(at + (twice ? 2 : 1))).strip(), !not));
    }
    return new FieldSelector(requirements);
  }

  /// The names of the same fields in `events.k8s.io`.
  private static String alias(String field) {
    if (field.startsWith("regarding.")) {
      return "involvedObject." + field.substring("regarding.".length());
    }
    return field.equals("reportingController") ? "reportingComponent" : field;
  }

  private static List<String> terms(String text) {
    List<String> terms = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\\') {
        i++;
      } else if (text.charAt(i) == ',') {
        terms.add(text.substring(from, i));
        from = i + 1;
      }
    }
    terms.add(text.substring(from));
    return terms;
  }

  private static int firstEquals(String term) {
    for (int i = 0; i < term.length(); i++) {
      if (term.charAt(i) == '\\') {
        i++;
      } else if (term.charAt(i) == '=') {
        return i;
      }
    }
    return -1;
  }

  private static String unescape(String value) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) == '\\' && i + 1 < value.length()) {
        i++;
      }
      plain.append(value.charAt(i));
    }
    return plain.toString();
  }

  boolean isEmpty() {
    return requirements.isEmpty();
  }

  /// Whether an object in its storage version matches.
  boolean matches(ObjectNode object) {
    for (Requirement requirement : requirements) {
      if (value(object, requirement.field()).equals(requirement.value()) != requirement.equal()) {
        return false;
      }
    }
    return true;
  }

  private static String value(ObjectNode object, String field) {
    if (field.equals("source")) {
      String component = object.path("source").path("component").asString("");
      return component.isEmpty() ? object.path("reportingComponent").asString("") : component;
    }
    JsonNode node = object;
    for (String name : field.split("\\.", -1)) {
      node = node.path(name);
    }
    if (field.equals("spec.unschedulable") || field.equals("spec.hostNetwork")) {
      return Boolean.toString(node.asBoolean(false));
    }
    if (field.equals("status.replicas")) {
      return Integer.toString(node.asInt(0));
    }
    return node.asString("");
  }
}
