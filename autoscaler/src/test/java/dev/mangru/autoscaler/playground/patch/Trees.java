package dev.mangru.autoscaler.playground.patch;

import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// JSON for tests: single quotes read as double ones, and random trees.
final class Trees {

  private static final JsonMapper JSON = new JsonMapper();

  private Trees() {}

  static JsonNode json(String text) {
    return JSON.readTree(text.replace('\'', '"'));
  }

  static ObjectNode object(String text) {
    return (ObjectNode) json(text);
  }

  /// A tree without nulls.
  static JsonNode random(SplittableRandom random, int depth) {
    return switch (random.nextInt(depth > 0 ? 6 : 4)) {
      case 0 -> JsonNodeFactory.instance.numberNode(random.nextInt(5));
      case 1 -> JsonNodeFactory.instance.stringNode("s" + random.nextInt(5));
      case 2 -> JsonNodeFactory.instance.booleanNode(random.nextBoolean());
      case 3 -> JsonNodeFactory.instance.numberNode(random.nextInt(5) + 0.5);
      case 4 -> {
        ArrayNode list = JSON.createArrayNode();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(random(random, depth - 1));
        }
        yield list;
      }
      default -> randomObject(random, depth);
    };
  }

  static ObjectNode randomObject(SplittableRandom random, int depth) {
    ObjectNode object = JSON.createObjectNode();
    for (int i = random.nextInt(5); i > 0; i--) {
      object.set("k" + random.nextInt(6), random(random, depth - 1));
    }
    return object;
  }
}
