package dev.mangru.autoscaler.playground.patch;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// JSON merge patch, RFC 7386: objects merge, null removes, everything else replaces.
public final class MergePatch {

  private MergePatch() {}

  /// The target with the patch applied; neither argument is changed. Recursion is as deep as the
  /// patch, which [PatchLimits] bounds; a deeper one is refused with 400.
  public static JsonNode apply(JsonNode target, JsonNode patch) {
    PatchLimits.checkDepth(patch);
    return merge(target, patch);
  }

  private static JsonNode merge(JsonNode target, JsonNode patch) {
    if (!(patch instanceof ObjectNode changes)) {
      return patch.deepCopy();
    }
    ObjectNode merged =
        target instanceof ObjectNode object
            ? object.deepCopy()
            : JsonNodeFactory.instance.objectNode();
    mergeInto(merged, changes);
    return merged;
  }

  private static void mergeInto(ObjectNode merged, ObjectNode changes) {
    for (Map.Entry<String, JsonNode> change : changes.properties()) {
      String name = change.getKey();
      if (change.getValue().isNull()) {
        merged.remove(name);
      } else if (change.getValue() instanceof ObjectNode inner) {
        ObjectNode into = merged.get(name) instanceof ObjectNode old ? old : merged.putObject(name);
        mergeInto(into, inner);
      } else {
        merged.set(name, change.getValue().deepCopy());
      }
    }
  }

  /// The patch that turns `before` into `after`, provided that `after` holds no null inside an
  /// object, which a merge patch cannot say.
  public static JsonNode diff(JsonNode before, JsonNode after) {
    if (!(before instanceof ObjectNode from) || !(after instanceof ObjectNode to)) {
      return after.deepCopy();
    }
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    for (String name : from.propertyNames()) {
      if (!to.has(name)) {
        patch.putNull(name);
      }
    }
    for (Map.Entry<String, JsonNode> entry : to.properties()) {
      JsonNode old = from.get(entry.getKey());
      if (old == null) {
        patch.set(entry.getKey(), entry.getValue().deepCopy());
      } else if (!old.equals(entry.getValue())) {
        patch.set(entry.getKey(), diff(old, entry.getValue()));
      }
    }
    return patch;
  }
}
