package dev.mangru.autoscaler.playground.patch;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// JSON patch, RFC 6902: add, remove, replace, move, copy and test, all of them or none.
public final class JsonPatch {

  /// Nodes that copying may make in one patch. Each copy can double a document; upstream bounds the
  /// bytes of copies (`AccumulatedCopySizeLimit`, 100 times the body limit); chosen in its spirit.
  static final int MAX_COPIED_NODES = 1_000_000;

  private static final Comparator<JsonNode> BY_VALUE = JsonPatch::compareValues;

  private JsonNode document;
  private int copied;

  private JsonPatch(JsonNode document) {
    this.document = document;
  }

  /// The target with all operations applied; neither argument is changed.
  ///
  /// A patch that is not well-formed is refused with 400, one of more than
  /// [PatchLimits#MAX_OPERATIONS] operations with 413, one that does not apply or whose test fails
  /// with 422.
  public static JsonNode apply(JsonNode target, JsonNode patch) {
    if (!(patch instanceof ArrayNode operations)) {
      throw KubeApiException.badRequest(
          "error decoding patch: a JSON patch is a list of operations, this is of type "
              + patch.getNodeType());
    }
    if (operations.size() > PatchLimits.MAX_OPERATIONS) {
      throw KubeApiException.tooLarge(
          "The allowed maximum operations in a JSON patch is "
              + PatchLimits.MAX_OPERATIONS
              + ", got "
              + operations.size());
    }
    PatchLimits.checkDepth(patch);
    JsonPatch run = new JsonPatch(target.deepCopy());
    for (JsonNode operation : operations.values()) {
      run.apply(operation);
    }
    PatchLimits.checkDepth(run.document);
    return run.document;
  }

  private void apply(JsonNode operation) {
    String op = text(operation, "op");
    JsonPointer path = JsonPointer.parse(text(operation, "path"));
    switch (op) {
      case "add" -> add(path, value(operation).deepCopy());
      case "remove" -> remove(path, op);
      case "replace" -> replace(path, value(operation).deepCopy());
      case "move" -> {
        JsonPointer from = JsonPointer.parse(text(operation, "from"));
        if (from.isProperPrefixOf(path)) {
          throw refused("move operation cannot move \"" + from.text() + "\" into itself");
        }
        JsonNode moved = present(from, op);
        if (!from.equals(path)) {
          remove(from, op);
          add(path, moved);
        }
      }
      case "copy" -> {
        JsonNode source = present(JsonPointer.parse(text(operation, "from")), op);
        copied += size(source);
        if (copied > MAX_COPIED_NODES) {
          throw KubeApiException.tooLarge(
              "a JSON patch may copy at most " + MAX_COPIED_NODES + " values");
        }
        add(path, source.deepCopy());
      }
      case "test" -> test(path, value(operation));
      case String other ->
          throw KubeApiException.badRequest("error decoding patch: unexpected op: " + other);
    }
  }

  private void add(JsonPointer path, JsonNode value) {
    if (path.isRoot()) {
      document = value;
      return;
    }
    switch (path.parent(document)) {
      case ArrayNode list -> {
        int index = path.last().equals("-") ? list.size() : JsonPointer.index(path.last());
        if (index < 0 || index > list.size()) {
          throw refused(
              "add operation does not apply: doc is missing path: \""
                  + path.text()
                  + "\": invalid index "
                  + path.last()
                  + " in a list of "
                  + list.size());
        }
        list.insert(index, value);
      }
      case ObjectNode object -> object.set(path.last(), value);
      case null, default -> throw missing("add", path);
    }
  }

  private void remove(JsonPointer path, String op) {
    if (path.isRoot()) {
      throw refused(op + " operation does not apply: the whole document cannot be removed");
    }
    JsonNode parent = path.parent(document);
    present(path, op);
    if (parent instanceof ArrayNode list) {
      list.remove(JsonPointer.index(path.last()));
    } else if (parent instanceof ObjectNode object) {
      object.remove(path.last());
    }
  }

  private void replace(JsonPointer path, JsonNode value) {
    present(path, "replace");
    if (path.isRoot()) {
      document = value;
      return;
    }
    JsonNode parent = path.parent(document);
    if (parent instanceof ArrayNode list) {
      list.set(JsonPointer.index(path.last()), value);
    } else if (parent instanceof ObjectNode object) {
      object.set(path.last(), value);
    }
  }

  /// As upstream, a missing value equals null.
  private void test(JsonPointer path, JsonNode expected) {
    JsonNode found = path.resolve(document);
    JsonNode actual = found == null ? JsonNodeFactory.instance.nullNode() : found;
    if (!actual.equals(BY_VALUE, expected)) {
      throw refused("testing value " + path.text() + " failed: test failed");
    }
  }

  private JsonNode present(JsonPointer path, String op) {
    JsonNode found = path.resolve(document);
    if (found == null) {
      throw missing(op, path);
    }
    return found;
  }

  /// Numbers are equal if their values are (RFC 6902, section 4.6): 1 and 1.0.
  private static int compareValues(JsonNode a, JsonNode b) {
    if (a.equals(b)) {
      return 0;
    }
    return a.isNumber() && b.isNumber() && a.decimalValue().compareTo(b.decimalValue()) == 0
        ? 0
        : 1;
  }

  private static int size(JsonNode node) {
    int size = 1;
    for (JsonNode child : node.values()) {
      size += size(child);
    }
    return size;
  }

  private static String text(JsonNode operation, String member) {
    JsonNode value = operation.get(member);
    if (value == null || !value.isString()) {
      throw KubeApiException.badRequest(
          "error decoding patch: every operation needs \"" + member + "\", a string");
    }
    return value.stringValue();
  }

  private static JsonNode value(JsonNode operation) {
    @Nullable JsonNode value = operation.get("value");
    if (value == null) {
      throw KubeApiException.badRequest(
          "error decoding patch: operation "
              + operation.path("op").asString("")
              + " of "
              + operation.path("path").asString("")
              + " needs \"value\"");
    }
    return value;
  }

  private static KubeApiException missing(String op, JsonPointer path) {
    return refused(op + " operation does not apply: doc is missing path: \"" + path.text() + "\"");
  }

  /// Upstream's generic response says only that there was an error; ours says which.
  private static KubeApiException refused(String why) {
    return new KubeApiException(
        422,
        "Invalid",
        "the server rejected our request due to an error in our request: " + why,
        null);
  }
}
