package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.patch.JsonPatch;
import dev.mangru.autoscaler.playground.patch.MergePatch;
import dev.mangru.autoscaler.playground.patch.StrategicMergePatch;
import dev.mangru.autoscaler.playground.schema.ResourceCatalog;
import dev.mangru.autoscaler.playground.schema.ResourceType;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The kinds of patch, by their content types.
enum PatchBodies {
  /// `application/json-patch+json`, RFC 6902.
  JSON,
  /// `application/merge-patch+json`, RFC 7386.
  MERGE,
  /// `application/strategic-merge-patch+json`.
  STRATEGIC,
  /// `application/apply-patch+yaml`: server-side apply.
  APPLY;

  /// @throws KubeApiException 415 for any other content type
  static PatchBodies of(String contentType) {
    return switch (MediaTypes.base(contentType)) {
      case "application/json-patch+json" -> JSON;
      case "application/merge-patch+json" -> MERGE;
      case "application/strategic-merge-patch+json" -> STRATEGIC;
      case "application/apply-patch+yaml" -> APPLY;
      case String other ->
          throw KubeApiException.unsupportedMediaType(
              "the body of the request was in an unknown format - accepted media types include:"
                  + " application/json-patch+json, application/merge-patch+json,"
                  + " application/strategic-merge-patch+json, application/apply-patch+yaml; found \""
                  + other
                  + "\"");
    };
  }

  /// What server-side apply is given.
  static ObjectNode configuration(byte[] body) {
    if (JsonBodies.yaml(body) instanceof ObjectNode object) {
      return object;
    }
    throw KubeApiException.badRequest("the configuration to apply must be one object");
  }

  /// The change that a body asks for.
  ///
  /// @throws KubeApiException 415 for a strategic merge of a custom kind, whose schema has no keys
  Registry.Change reader(ResourceCatalog catalog, ResourceType type, byte[] body) {
    if (this == STRATEGIC && catalog.isCustom(type)) {
      throw KubeApiException.unsupportedMediaType(
          "the body of the request was in an unknown format - accepted media types include:"
              + " application/json-patch+json, application/merge-patch+json,"
              + " application/apply-patch+yaml");
    }
    JsonNode patch = JsonBodies.json(body);
    return present ->
        object(
            switch (this) {
              case JSON -> JsonPatch.apply(present, patch);
              case MERGE -> MergePatch.apply(present, patch);
              case STRATEGIC -> StrategicMergePatch.apply(present, patch, catalog.schema(type));
              case APPLY -> throw KubeApiException.internal("an apply is no patch of an object");
            });
  }

  private static ObjectNode object(JsonNode patched) {
    if (patched instanceof ObjectNode object) {
      return object;
    }
    throw KubeApiException.badRequest(
        "the patch makes " + patched.getNodeType() + " of the object");
  }
}
