package dev.mangru.autoscaler.playground.store;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Bytes and text to JSON trees and back. Thread-safe.
final class Json {

  private static final JsonMapper MAPPER = new JsonMapper();

  private Json() {}

  /// @throws IllegalArgumentException if the text is not one JSON object
  static ObjectNode object(String text) {
    return checked(MAPPER.readTree(text));
  }

  /// @throws IllegalArgumentException if the bytes are not one JSON object
  static ObjectNode object(byte[] bytes) {
    try {
      return checked(MAPPER.readTree(bytes));
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
  }

  static byte[] bytes(ObjectNode object) {
    return MAPPER.writeValueAsBytes(object);
  }

  private static ObjectNode checked(JsonNode node) {
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new IllegalArgumentException("expected a JSON object, found " + node.getNodeType());
  }
}
