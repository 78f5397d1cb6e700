package dev.mangru.autoscaler.playground.patch;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A set of fields of an object, as a tree of path steps in the notation of `fieldsV1`: `f:name` is
/// a field, `k:{"name":"x"}` a list's item by its keys, `v:"x"` a list's item by its value. A node
/// may be a member itself, have members below it, or both.
///
/// Mutable, confined to one call.
final class FieldSet {

  private final TreeMap<String, FieldSet> children = new TreeMap<>();
  private boolean member;

  /// Reads `fieldsV1`.
  static FieldSet parse(JsonNode fields) {
    FieldSet set = new FieldSet();
    for (Map.Entry<String, JsonNode> entry : fields.properties()) {
      String step = entry.getKey();
      if (step.equals(".")) {
        set.member = true;
        continue;
      }
      if (step.length() < 2 || step.charAt(1) != ':' || "fkvi".indexOf(step.charAt(0)) < 0) {
        throw KubeApiException.badRequest(
            "metadata.managedFields: \"" + step + "\" is no step of fieldsV1");
      }
      FieldSet child = parse(entry.getValue());
      child.member |= child.children.isEmpty();
      set.children.put(step, child);
    }
    return set;
  }

  /// Writes `fieldsV1`.
  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (member && !children.isEmpty()) {
      json.putObject(".");
    }
    children.forEach((step, child) -> {
      if (!child.isEmpty()) {
        json.set(step, child.toJson());
      }
    });
    return json;
  }

  boolean isMember() {
    return member;
  }

  void setMember(boolean member) {
    this.member = member;
  }

  Map<String, FieldSet> children() {
    return children;
  }

  /// The node one step down, made if there is none.
  FieldSet down(String step) {
    return children.computeIfAbsent(step, _ -> new FieldSet());
  }

  @Nullable FieldSet at(String step) {
    return children.get(step);
  }

  boolean isEmpty() {
    return !member && children.values().stream().allMatch(FieldSet::isEmpty);
  }

  FieldSet copy() {
    return union(new FieldSet());
  }

  FieldSet union(FieldSet that) {
    FieldSet all = new FieldSet();
    all.add(this);
    all.add(that);
    return all;
  }

  private void add(FieldSet that) {
    member |= that.member;
    that.children.forEach((step, child) -> down(step).add(child));
  }

  /// The members of this set that are not members of that one.
  FieldSet minus(FieldSet that) {
    FieldSet rest = new FieldSet();
    rest.member = member && !that.member;
    children.forEach((step, child) -> {
      FieldSet other = that.children.get(step);
      FieldSet kept = other == null ? child.copy() : child.minus(other);
      if (!kept.isEmpty()) {
        rest.children.put(step, kept);
      }
    });
    return rest;
  }

  /// The members of both sets.
  FieldSet and(FieldSet that) {
    FieldSet both = new FieldSet();
    both.member = member && that.member;
    children.forEach((step, child) -> {
      FieldSet other = that.children.get(step);
      if (other != null) {
        FieldSet kept = child.and(other);
        if (!kept.isEmpty()) {
          both.children.put(step, kept);
        }
      }
    });
    return both;
  }

  /// Every member's path as messages print it: `.spec.containers[name="web"].image`.
  List<String> paths() {
    List<String> paths = new ArrayList<>();
    walk("", paths::add);
    return paths;
  }

  private void walk(String path, Consumer<String> sink) {
    if (member) {
      sink.accept(path);
    }
    children.forEach((step, child) -> child.walk(path + printed(step), sink));
  }

  private static String printed(String step) {
    String rest = step.substring(2);
    return switch (step.charAt(0)) {
      case 'f' -> "." + rest;
      case 'v' -> "[=" + rest + "]";
      case 'k' -> "[" + printedKeys(rest) + "]";
      default -> "[" + rest + "]";
    };
  }

  /// `{"name":"x","port":1}` becomes `name="x",port=1`.
  private static String printedKeys(String json) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, JsonNode> key : Steps.readKeys(json).properties()) {
      text.append(text.isEmpty() ? "" : ",")
          .append(key.getKey())
          .append('=')
          .append(key.getValue());
    }
    return text.toString();
  }

  @Override
  public boolean equals(@Nullable Object that) {
    return that instanceof FieldSet set && toJson().equals(set.toJson()) && member == set.member;
  }

  @Override
  public int hashCode() {
    return toJson().hashCode();
  }

  @Override
  public String toString() {
    return toJson().toString();
  }
}
