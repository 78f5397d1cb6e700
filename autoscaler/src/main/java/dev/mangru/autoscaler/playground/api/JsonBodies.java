package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.nio.charset.StandardCharsets;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Request and answer bodies to trees and back. Thread-safe.
final class JsonBodies {

  /// As Kubernetes' YAML reader allows; more is the billion laughs attack.
  private static final int MAX_YAML_ALIASES = 50;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private JsonBodies() {}

  /// Reads one object: JSON, YAML or protobuf as the content type says; without one it is JSON.
  ///
  /// @throws KubeApiException 400 if it cannot be read; 415 if the content type is another
  static ObjectNode object(byte[] body, String contentType) {
    String media = MediaTypes.base(contentType);
    JsonNode read =
        switch (media) {
          case "application/json", "*/*", "", "text/plain" -> json(body);
          case "application/yaml", "application/x-yaml", "text/yaml" -> yaml(body);
          case "application/vnd.kubernetes.protobuf" -> KubeProtobuf.object(body);
          case String other ->
              throw KubeApiException.unsupportedMediaType(
                  "the body of the request was in an unknown format - accepted media types include:"
                      + " application/json, application/yaml, application/vnd.kubernetes.protobuf; found "
                      + other);
        };
    if (read instanceof ObjectNode object) {
      return object;
    }
    throw KubeApiException.badRequest(
        "the body of the request must be one object, found " + read.getNodeType());
  }

  /// Reads any JSON.
  ///
  /// @throws KubeApiException 400 if it cannot be read
  static JsonNode json(byte[] body) {
    try {
      JsonNode read = JSON.readTree(body);
      if (read.isMissingNode()) {
        throw KubeApiException.badRequest("the request must have a body");
      }
      return read;
    } catch (JacksonException e) {
      throw KubeApiException.badRequest(
          "the body of the request is not JSON: " + e.getOriginalMessage());
    }
  }

  /// Reads YAML, of which JSON is a part.
  ///
  /// @throws KubeApiException 400 if it cannot be read
  static JsonNode yaml(byte[] body) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(MAX_YAML_ALIASES);
    try {
      Object read =
          new Yaml(new SafeConstructor(options)).load(new String(body, StandardCharsets.UTF_8));
      return JSON.valueToTree(read);
    } catch (YAMLException | JacksonException e) {
      throw KubeApiException.badRequest("the body of the request is not YAML: " + e.getMessage());
    }
  }

  static byte[] bytes(JsonNode node) {
    return JSON.writeValueAsBytes(node);
  }
}
