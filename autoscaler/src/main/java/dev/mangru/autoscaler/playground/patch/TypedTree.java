package dev.mangru.autoscaler.playground.patch;

import dev.mangru.autoscaler.playground.schema.Schema;
import dev.mangru.autoscaler.playground.schema.Schema.ListKind;
import dev.mangru.autoscaler.playground.schema.Schema.ListOf;
import dev.mangru.autoscaler.playground.schema.Schema.MapOf;
import dev.mangru.autoscaler.playground.schema.Schema.ObjectOf;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Walks JSON trees along their schema: which fields one has, what differs between two, what two
/// make together, and what is left without some. The rules are those of upstream's
/// `structured-merge-diff`.
final class TypedTree {

  /// Structures that are always there, because the API's Go structs hold them by value; their
  /// presence is nobody's.
  private static final Set<String> ALWAYS_THERE =
      Set.of("metadata", "spec", "status", "template", "strategy", "updateStrategy", "containers");

  /// What differs.
  ///
  /// @param changed fields that are new or have another value
  /// @param removed fields that are gone
  record Difference(FieldSet changed, FieldSet removed) {}

  private TypedTree() {}

  /// Whether the value is one field: a scalar, or an object or list that has one writer.
  private static boolean isLeaf(Schema schema, JsonNode value) {
    if (value.isEmpty()) {
      return true;
    }
    return switch (schema) {
      case ObjectOf object -> object.atomic() || !value.isObject();
      case MapOf map -> map.atomic() || !value.isObject();
      case ListOf list -> list.kind() == ListKind.ATOMIC || !value.isArray();
      case Schema.Any _ -> !value.isObject();
      case Schema.Scalar _ -> true;
    };
  }

  /// The parts of a stored value by their steps.
  private static Map<String, JsonNode> parts(Schema schema, JsonNode value) {
    if (schema instanceof ListOf list && value instanceof ArrayNode items) {
      return Steps.items(list, items);
    }
    Map<String, JsonNode> parts = new LinkedHashMap<>();
    value.properties().forEach(entry -> parts.put(Steps.field(entry.getKey()), entry.getValue()));
    return parts;
  }

  private static Schema part(Schema schema, String step) {
    return schema instanceof ListOf list ? list.item() : schema.child(step.substring(2));
  }

  private static String into(String path, String step) {
    return step.startsWith("f:") ? path + "." + step.substring(2) : path + "[" + step + "]";
  }

  /// The fields that a configuration names.
  static FieldSet fieldsOf(Schema schema, JsonNode value) {
    FieldSet set = new FieldSet();
    collect(schema, value, "", set);
    return set;
  }

  private static void collect(Schema schema, JsonNode value, String path, FieldSet set) {
    if (isLeaf(schema, value)) {
      set.setMember(true);
      return;
    }
    boolean items = schema instanceof ListOf;
    Map<String, JsonNode> parts =
        schema instanceof ListOf list && value instanceof ArrayNode given
            ? Steps.distinctItems(list, given, path)
            : parts(schema, value);
    parts.forEach((step, part) -> {
      FieldSet down = set.down(step);
      down.setMember(items);
      collect(part(schema, step), part, into(path, step), down);
    });
  }

  /// What a writer who turned `before` into `after` changed.
  static Difference compare(Schema schema, JsonNode before, JsonNode after) {
    Difference difference = new Difference(new FieldSet(), new FieldSet());
    compare(schema, before, after, difference.changed(), difference.removed());
    return difference;
  }

  private static void compare(
      Schema schema, JsonNode before, JsonNode after, FieldSet changed, FieldSet removed) {
    if (before.equals(after)) {
      return;
    }
    boolean leafBefore = isLeaf(schema, before);
    boolean leafAfter = isLeaf(schema, after);
    if (leafBefore && leafAfter) {
      changed.setMember(true);
      return;
    }
    if (leafBefore != leafAfter && !before.isEmpty() && !after.isEmpty()) {
      changed.setMember(true);
    }
    Map<String, JsonNode> old = leafBefore ? Map.of() : parts(schema, before);
    Map<String, JsonNode> now = leafAfter ? Map.of() : parts(schema, after);
    if (leafAfter) {
      changed.setMember(true);
    }
    old.forEach((step, value) -> {
      if (!now.containsKey(step)) {
        all(part(schema, step), value, step, removed.down(step));
      }
    });
    now.forEach((step, value) -> {
      JsonNode was = old.get(step);
      Schema part = part(schema, step);
      if (was == null) {
        all(part, value, step, changed.down(step));
      } else {
        compare(part, was, value, changed.down(step), removed.down(step));
      }
    });
  }

  /// All fields below a value that is new or gone, and the value itself.
  private static void all(Schema schema, JsonNode value, String step, FieldSet set) {
    if (isLeaf(schema, value)) {
      set.setMember(true);
      return;
    }
    set.setMember(!step.startsWith("f:") || !ALWAYS_THERE.contains(step.substring(2)));
    parts(schema, value)
        .forEach((inner, part) -> all(part(schema, inner), part, inner, set.down(inner)));
  }

  /// The live object with the applied configuration over it.
  static JsonNode merge(Schema schema, @Nullable JsonNode live, JsonNode applied, String path) {
    if (live == null || live.getNodeType() != applied.getNodeType() || isLeaf(schema, live)) {
      return applied.deepCopy();
    }
    if (isLeaf(schema, applied)) {
      // An empty list or object names no field, so it takes none away.
      return applied.isContainer() && applied.isEmpty() ? live.deepCopy() : applied.deepCopy();
    }
    if (schema instanceof ListOf list
        && live instanceof ArrayNode old
        && applied instanceof ArrayNode now) {
      return mergeList(list, old, now, path);
    }
    ObjectNode merged = JsonNodeFactory.instance.objectNode();
    live.properties().forEach(entry -> merged.set(entry.getKey(), entry.getValue().deepCopy()));
    for (Map.Entry<String, JsonNode> entry : applied.properties()) {
      String name = entry.getKey();
      merged.set(
          name, merge(schema.child(name), live.get(name), entry.getValue(), path + "." + name));
    }
    return merged;
  }

  /// Applied items come in the applied order; each other item stays before the one that followed
  /// it.
  private static ArrayNode mergeList(ListOf list, ArrayNode live, ArrayNode applied, String path) {
    Map<String, JsonNode> old = Steps.items(list, live);
    Map<String, JsonNode> now = Steps.distinctItems(list, applied, path);
    List<String> right = List.copyOf(now.keySet());
    Set<String> done = new HashSet<>();
    ArrayNode merged = JsonNodeFactory.instance.arrayNode();
    int l = 0;
    int r = 0;
    while (l < live.size() || r < right.size()) {
      String left = l < live.size() ? Steps.item(list, live.get(l), l) : "";
      if (l < live.size() && (!now.containsKey(left) || done.contains(left))) {
        if (!now.containsKey(left)) {
          merged.add(live.get(l).deepCopy());
        }
        l++;
      } else {
        String step = right.get(r++);
        done.add(step);
        merged.add(merge(list.item(), old.get(step), value(now, step), path + "[" + step + "]"));
      }
    }
    return merged;
  }

  private static JsonNode value(Map<String, JsonNode> parts, String step) {
    JsonNode value = parts.get(step);
    return value == null ? JsonNodeFactory.instance.missingNode() : value;
  }

  /// Takes fields out of a tree, in place; containers that become empty by it go as well.
  ///
  /// @param remove the fields that go
  /// @param owned fields that someone has: neither they nor what holds them goes
  static void remove(Schema schema, JsonNode value, FieldSet remove, FieldSet owned) {
    if (isLeaf(schema, value)) {
      return;
    }
    for (Map.Entry<String, JsonNode> entry : parts(schema, value).entrySet()) {
      String step = entry.getKey();
      FieldSet gone = remove.at(step);
      if (gone == null) {
        continue;
      }
      FieldSet kept = owned.at(step);
      boolean free = kept == null || kept.isEmpty();
      Schema part = part(schema, step);
      if (gone.isMember() && free) {
        take(value, step, entry.getValue());
        continue;
      }
      remove(part, entry.getValue(), gone, free || kept == null ? new FieldSet() : kept);
      if (free && entry.getValue().isContainer() && entry.getValue().isEmpty()) {
        take(value, step, entry.getValue());
      }
    }
  }

  private static void take(JsonNode from, String step, JsonNode part) {
    if (from instanceof ObjectNode object) {
      object.remove(step.substring(2));
    } else if (from instanceof ArrayNode list) {
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i).equals(part)) {
          list.remove(i);
          return;
        }
      }
    }
  }
}
