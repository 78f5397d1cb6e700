package dev.mangru.autoscaler.playground.store;

import java.time.Instant;
import java.time.InstantSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Objects and a clock for tests.
final class TestObjects {

  static final JsonMapper JSON = new JsonMapper();

  private TestObjects() {}

  static ObjectNode object(String json) {
    return (ObjectNode) JSON.readTree(json.replace('\'', '"'));
  }

  static ObjectNode named(String namespace, String name) {
    return object(
        namespace.isEmpty()
            ? "{'metadata':{'name':'%s'}}".formatted(name)
            : "{'metadata':{'namespace':'%s','name':'%s'}}".formatted(namespace, name));
  }

  static String text(ObjectNode object, String pointer) {
    return object.at(pointer).asString("");
  }

  /// A clock that is turned by hand.
  static final class Clock implements InstantSource {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }
  }
}
