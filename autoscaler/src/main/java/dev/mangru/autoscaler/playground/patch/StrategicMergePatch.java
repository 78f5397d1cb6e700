package dev.mangru.autoscaler.playground.patch;

import dev.mangru.autoscaler.playground.schema.Schema;
import dev.mangru.autoscaler.playground.schema.Schema.PatchRule;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Kubernetes' strategic merge patch: a merge patch that merges lists by the merge keys of the
/// schema and takes directives (`$patch`, `$retainKeys`, `$setElementOrder/…`,
/// `$deleteFromPrimitiveList/…`). The semantics are those of `k8s.io/apimachinery`'s
/// `strategicpatch`.
public final class StrategicMergePatch {

  private static final String PATCH = "$patch";
  private static final String RETAIN_KEYS = "$retainKeys";
  private static final String DELETE_PRIMITIVES = "$deleteFromPrimitiveList/";
  private static final String ORDER = "$setElementOrder/";

  private StrategicMergePatch() {}

  /// The original with the patch applied; neither argument is changed. What the patch says wrongly
  /// is refused with 400.
  public static ObjectNode apply(ObjectNode original, JsonNode patch, Schema schema) {
    PatchLimits.checkDepth(patch);
    if (!(patch instanceof ObjectNode changes)) {
      throw KubeApiException.badRequest(
          "a strategic merge patch is an object, this is of type " + patch.getNodeType());
    }
    return merged(original.deepCopy(), changes, schema);
  }

  /// Merges into the original, which belongs to us, and answers it or what replaces it.
  private static ObjectNode merged(ObjectNode original, ObjectNode patch, Schema schema) {
    switch (patch.path(PATCH).asString("merge")) {
      case "replace" -> {
        return merged(empty(), without(patch, PATCH), schema);
      }
      case "delete" -> {
        return empty();
      }
      case "merge" -> {
        // The usual way.
      }
      case String other -> throw KubeApiException.badRequest("Unknown patch type found: " + other);
    }
    retainKeys(original, patch);
    for (Map.Entry<String, JsonNode> change : patch.properties()) {
      String name = change.getKey();
      if (name.equals(PATCH) || name.equals(RETAIN_KEYS) || name.startsWith(ORDER)) {
        continue;
      }
      if (name.startsWith(DELETE_PRIMITIVES)) {
        deletePrimitives(original, name.substring(DELETE_PRIMITIVES.length()), change.getValue());
      } else {
        change(original, patch, name, change.getValue(), schema);
      }
    }
    orderAlone(original, patch, schema);
    return original;
  }

  private static void change(
      ObjectNode original, ObjectNode patch, String name, JsonNode value, Schema schema) {
    PatchRule rule = rule(schema, name);
    switch (value) {
      case JsonNode nothing when nothing.isNull() -> original.remove(name);
      case ObjectNode object -> {
        boolean keeps =
            original.get(name) instanceof ObjectNode && !rule.strategies().contains("replace");
        ObjectNode old =
            keeps && original.get(name) instanceof ObjectNode present ? present : empty();
        original.set(name, merged(old, object, schema.child(name)));
      }
      case ArrayNode list -> {
        if (rule.merges()) {
          ArrayNode old =
              original.get(name) instanceof ArrayNode present
                  ? present
                  : JsonNodeFactory.instance.arrayNode();
          ArrayNode order = patch.get(ORDER + name) instanceof ArrayNode given ? given : null;
          checkOrder(name, list, order, rule);
          original.set(name, mergedList(old, list, order, rule, item(schema, name)));
        } else {
          original.set(name, list.deepCopy());
        }
      }
      case JsonNode scalar -> original.set(name, scalar);
    }
  }

  /// An order for a list that the patch does not change otherwise.
  private static void orderAlone(ObjectNode original, ObjectNode patch, Schema schema) {
    for (Map.Entry<String, JsonNode> change : patch.properties()) {
      if (!change.getKey().startsWith(ORDER)) {
        continue;
      }
      String name = change.getKey().substring(ORDER.length());
      if (!patch.has(name)
          && original.get(name) instanceof ArrayNode list
          && change.getValue() instanceof ArrayNode order) {
        original.set(
            name, ordered(list, keys(order, rule(schema, name)), list, rule(schema, name)));
      }
    }
  }

  private static void retainKeys(ObjectNode original, ObjectNode patch) {
    JsonNode given = patch.get(RETAIN_KEYS);
    if (given == null) {
      return;
    }
    if (!(given instanceof ArrayNode list)) {
      throw KubeApiException.badRequest(RETAIN_KEYS + " needs a list of field names");
    }
    Set<String> retained = new HashSet<>();
    list.forEach(name -> retained.add(name.asString("")));
    for (String name : patch.propertyNames()) {
      if (!name.startsWith("$") && !retained.contains(name)) {
        throw KubeApiException.badRequest(
            "field \"" + name + "\" is patched and not in " + RETAIN_KEYS + " " + list);
      }
    }
    original.retain(retained);
  }

  private static void deletePrimitives(ObjectNode original, String name, JsonNode values) {
    if (!(values instanceof ArrayNode)) {
      throw KubeApiException.badRequest(DELETE_PRIMITIVES + name + " needs a list of values");
    }
    if (original.get(name) instanceof ArrayNode list) {
      Set<JsonNode> deleted = new HashSet<>(values.values());
      ArrayNode kept = JsonNodeFactory.instance.arrayNode();
      list.values().stream().filter(value -> !deleted.contains(value)).forEach(kept::add);
      original.set(name, kept);
    }
  }

  private static void checkOrder(
      String name, ArrayNode list, @Nullable ArrayNode order, PatchRule rule) {
    if (order == null) {
      return;
    }
    List<JsonNode> known = keys(order, rule);
    for (JsonNode item : list.values()) {
      boolean deletes = item.path(PATCH).asString("").equals("delete");
      if (!deletes && !item.has(PATCH) && !known.contains(key(item, rule))) {
        throw KubeApiException.badRequest(
            "the list \""
                + name
                + "\" in the patch holds "
                + key(item, rule)
                + ", which "
                + ORDER
                + name
                + " does not name: "
                + order);
      }
    }
  }

  private static ArrayNode mergedList(
      ArrayNode original, ArrayNode patch, @Nullable ArrayNode order, PatchRule rule, Schema item) {
    ArrayNode server = original.deepCopy();
    ArrayNode result = original;
    List<JsonNode> plain = new ArrayList<>();
    for (JsonNode change : patch.values()) {
      String directive = change.path(PATCH).asString("");
      if (directive.equals("delete")) {
        result = withoutKey(result, requiredKey(change, rule), rule);
      } else if (directive.equals("replace")
          && !rule.mergeKey().isEmpty()
          && !change.has(rule.mergeKey())) {
        return replacement(patch, item);
      } else {
        plain.add(change);
      }
    }
    for (JsonNode change : plain) {
      put(result, change, rule, item);
    }
    List<JsonNode> first =
        order == null ? plain.stream().map(one -> key(one, rule)).toList() : keys(order, rule);
    return ordered(result, first, server, rule);
  }

  /// The items beside a bare `$patch: replace` are the new list.
  private static ArrayNode replacement(ArrayNode patch, Schema item) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (JsonNode one : patch.values()) {
      if (one instanceof ObjectNode object && !one.has(PATCH)) {
        all.add(merged(empty(), object, item));
      }
    }
    return all;
  }

  private static void put(ArrayNode result, JsonNode change, PatchRule rule, Schema item) {
    JsonNode key = requiredKey(change, rule);
    for (int i = 0; i < result.size(); i++) {
      if (key(result.get(i), rule).equals(key)) {
        if (change instanceof ObjectNode object && result.get(i) instanceof ObjectNode old) {
          result.set(i, merged(old, object, item));
        }
        return;
      }
    }
    result.add(change instanceof ObjectNode object ? merged(empty(), object, item) : change);
  }

  /// Items that the order names come in that order; each other item comes before the first of them
  /// that followed it in the server's list (upstream's `mergeSortedSlice`).
  private static ArrayNode ordered(
      ArrayNode list, List<JsonNode> order, ArrayNode server, PatchRule rule) {
    List<JsonNode> named = new ArrayList<>();
    List<JsonNode> others = new ArrayList<>();
    for (JsonNode item : list.values()) {
      (order.contains(key(item, rule)) ? named : others).add(item);
    }
    named.sort((a, b) -> Integer.compare(order.indexOf(key(a, rule)), order.indexOf(key(b, rule))));
    List<JsonNode> before = keys(server, rule);
    ArrayNode result = JsonNodeFactory.instance.arrayNode();
    int left = 0;
    int right = 0;
    while (left < others.size() || right < named.size()) {
      boolean takeOther = right == named.size();
      if (left < others.size() && right < named.size()) {
        int otherAt = before.indexOf(key(others.get(left), rule));
        int namedAt = before.indexOf(key(named.get(right), rule));
        takeOther = otherAt >= 0 && namedAt >= 0 && otherAt < namedAt;
      }
      result.add(takeOther ? others.get(left++) : named.get(right++));
    }
    return result;
  }

  private static ArrayNode withoutKey(ArrayNode list, JsonNode key, PatchRule rule) {
    ArrayNode kept = JsonNodeFactory.instance.arrayNode();
    list.values().stream().filter(item -> !key(item, rule).equals(key)).forEach(kept::add);
    return kept;
  }

  private static List<JsonNode> keys(ArrayNode list, PatchRule rule) {
    return list.values().stream().map(item -> key(item, rule)).toList();
  }

  /// What tells an item apart: its merge key's value, or itself if it is no object.
  private static JsonNode key(JsonNode item, PatchRule rule) {
    return item instanceof ObjectNode && !rule.mergeKey().isEmpty()
        ? item.path(rule.mergeKey())
        : item;
  }

  private static JsonNode requiredKey(JsonNode item, PatchRule rule) {
    JsonNode key = key(item, rule);
    if (key.isMissingNode()) {
      throw KubeApiException.badRequest(
          "map: " + item + " does not contain declared merge key: " + rule.mergeKey());
    }
    return key;
  }

  private static PatchRule rule(Schema schema, String field) {
    if (schema instanceof Schema.ObjectOf object) {
      Schema.Field known = object.fields().get(field);
      return known == null ? PatchRule.NONE : known.patch();
    }
    return PatchRule.NONE;
  }

  private static Schema item(Schema schema, String field) {
    return schema.child(field) instanceof Schema.ListOf list ? list.item() : Schema.Any.ANY;
  }

  private static ObjectNode without(ObjectNode patch, String field) {
    ObjectNode copy = patch.deepCopy();
    copy.remove(field);
    return copy;
  }

  private static ObjectNode empty() {
    return JsonNodeFactory.instance.objectNode();
  }
}
