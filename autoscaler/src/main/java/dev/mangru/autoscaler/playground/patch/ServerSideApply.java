package dev.mangru.autoscaler.playground.patch;

import dev.mangru.autoscaler.playground.schema.ResourceType;
import dev.mangru.autoscaler.playground.schema.Schema;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.autoscaler.playground.store.KubeApiException.Cause;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Server-side apply and the book-keeping of who wrote which field (`metadata.managedFields`).
///
/// A writer applies its whole opinion: fields it names get its values, fields it named before and
/// no longer names go unless someone else has them, and a value that someone else has and that
/// would change is a conflict unless it is forced. Other writes ([#recordUpdate]) take what they
/// change. The schema says which lists and objects merge by parts and which have one writer.
public final class ServerSideApply {

  private ServerSideApply() {}

  /// The object after an apply, before defaults are filled in; no argument is changed. Applying the
  /// same again gives the live object, `managedFields` with their times included.
  ///
  /// Refuses with 409 what conflicts, with 422 a missing or too long manager's name and with 400 a
  /// configuration that brings `managedFields` or lists with an item twice.
  ///
  /// @param schema of the type's objects
  /// @param live as stored; null if there is none yet
  /// @param applied what the client sent, unknown fields and nulls dropped
  /// @param force whether fields change hands instead of conflicting
  public static ObjectNode apply(
      ResourceType type,
      Schema schema,
      @Nullable ObjectNode live,
      ObjectNode applied,
      FieldManager manager,
      boolean force) {
    check(manager, applied);
    ObjectNode configuration = ofSubresource(type, applied, manager.subresource());
    PatchLimits.checkDepth(configuration);
    String version = applied.path("apiVersion").asString(type.apiVersion());
    Managers managers = Managers.of(live);
    if (live != null && managers.isEmpty()) {
      managers = beforeFirstApply(schema, live, version);
    }
    Managers.Entry writer = managers.find(manager, Managers.APPLY, version);
    FieldSet fields = Managers.stripped(TypedTree.fieldsOf(schema, configuration));
    ObjectNode base = live == null ? JsonNodeFactory.instance.objectNode() : withoutManagers(live);
    ObjectNode merged = object(TypedTree.merge(schema, base, configuration, ""));

    FieldSet changed = TypedTree.compare(schema, base, merged).changed();
    List<Conflict> conflicts = conflicts(managers, writer, changed);
    if (!conflicts.isEmpty() && !force) {
      throw refused(conflicts);
    }
    FieldSet given = writer.fields().minus(fields);
    FieldSet others = managers.others(writer);
    TypedTree.remove(schema, merged, given.minus(others), others.union(fields));
    managers.takeFromOthers(writer, changed);
    managers.put(writer, fields, !changed.isEmpty(), manager.now());
    managers.writeTo(merged);
    return merged;
  }

  /// Writes into `updated` who has which fields after a create, update or patch: the writer has
  /// what it changed, and nobody has what is gone.
  ///
  /// @param old as it was; null for a new object
  /// @param updated as it will be stored, defaults filled in; its `managedFields` are replaced,
  ///   unless the client sent its own (an empty entry clears them)
  /// @param apiVersion of the version in which the writer wrote
  public static void recordUpdate(
      Schema schema,
      @Nullable ObjectNode old,
      ObjectNode updated,
      FieldManager manager,
      String apiVersion) {
    Managers managers = old == null ? Managers.of(null) : known(old, updated);
    ObjectNode before = old == null ? JsonNodeFactory.instance.objectNode() : withoutManagers(old);
    ObjectNode after = withoutManagers(updated);
    TypedTree.Difference difference = TypedTree.compare(schema, before, after);
    FieldSet changed = Managers.stripped(difference.changed());
    Managers.Entry writer = managers.find(manager, Managers.UPDATE, apiVersion);
    managers.takeFromOthers(writer, changed.union(difference.removed()));
    FieldSet fields = writer.fields().minus(difference.removed()).union(changed);
    managers.put(writer, fields, !changed.isEmpty(), manager.now());
    managers.writeTo(updated);
  }

  private record Conflict(Managers.Entry with, String path) {}

  private static List<Conflict> conflicts(
      Managers managers, Managers.Entry writer, FieldSet changed) {
    List<Conflict> conflicts = new ArrayList<>();
    for (Managers.Entry entry : managers.entries()) {
      if (!entry.isSameWriter(writer)) {
        entry
            .fields()
            .and(changed)
            .paths()
            .forEach(path -> conflicts.add(new Conflict(entry, path)));
      }
    }
    return conflicts;
  }

  /// Upstream's words: `managedfields/internal/conflict.go`.
  private static KubeApiException refused(List<Conflict> conflicts) {
    List<Cause> causes =
        conflicts.stream()
            .map(conflict ->
                new Cause(
                    "FieldManagerConflict",
                    "conflict with " + conflict.with().printed(),
                    conflict.path()))
            .toList();
    if (conflicts.size() == 1) {
      Conflict only = conflicts.getFirst();
      return KubeApiException.applyConflict(
          "Apply failed with 1 conflict: conflict with "
              + only.with().printed()
              + ": "
              + only.path(),
          causes);
    }
    Map<String, List<String>> byManager = new LinkedHashMap<>();
    conflicts.stream()
        .sorted((a, b) -> a.with().printed().compareTo(b.with().printed()))
        .forEach(conflict ->
            byManager
                .computeIfAbsent(conflict.with().printed(), _ -> new ArrayList<>())
                .add(conflict.path()));
    List<String> lines = new ArrayList<>();
    byManager.forEach((manager, paths) -> {
      lines.add("conflicts with " + manager + ":");
      paths.forEach(path -> lines.add("- " + path));
    });
    return KubeApiException.applyConflict(
        "Apply failed with " + conflicts.size() + " conflicts: " + String.join("\n", lines),
        causes);
  }

  private static void check(FieldManager manager, ObjectNode applied) {
    if (manager.name().isEmpty()) {
      throw KubeApiException.invalid(
          "PatchOptions.meta.k8s.io",
          "",
          List.of(
              new Cause(
                  "FieldValueRequired",
                  "Required value: is required for apply patch",
                  "fieldManager")));
    }
    if (manager.name().length() > FieldManager.MAX_NAME) {
      throw KubeApiException.invalid(
          "PatchOptions.meta.k8s.io",
          "",
          List.of(
              new Cause(
                  "FieldValueTooLong",
                  "Too long: may not be more than " + FieldManager.MAX_NAME + " bytes",
                  "fieldManager")));
    }
    if (!applied.path("metadata").path("managedFields").isEmpty()) {
      throw KubeApiException.badRequest("metadata.managedFields must be nil");
    }
  }

  /// The part of a configuration that a request to the object or to its status may set.
  private static ObjectNode ofSubresource(
      ResourceType type, ObjectNode applied, String subresource) {
    ObjectNode part = applied.deepCopy();
    if (subresource.equals("status")) {
      part.retain(Set.of("apiVersion", "kind", "metadata", "status"));
      if (part.get("metadata") instanceof ObjectNode metadata) {
        metadata.retain(Set.of("name", "namespace", "uid", "resourceVersion"));
      }
    } else if (type.hasSubresource("status") && !type.kind().equals("Node")) {
      part.remove("status");
    }
    if (part.get("metadata") instanceof ObjectNode metadata) {
      metadata.remove(List.of("managedFields", "creationTimestamp", "generation", "selfLink"));
    }
    return part;
  }

  /// Objects that were written before anyone kept books: someone unnamed has everything.
  private static Managers beforeFirstApply(Schema schema, ObjectNode live, String version) {
    FieldSet all =
        Managers.stripped(
            TypedTree.compare(schema, JsonNodeFactory.instance.objectNode(), withoutManagers(live))
                .changed());
    return new Managers(
        List.of(new Managers.Entry("before-first-apply", Managers.UPDATE, version, "", "", all)));
  }

  /// The client's own list if it sent one, else the live one.
  private static Managers known(ObjectNode old, ObjectNode updated) {
    JsonNode sent = updated.path("metadata").path("managedFields");
    return sent.isEmpty() ? Managers.of(old) : Managers.of(updated);
  }

  private static ObjectNode withoutManagers(ObjectNode object) {
    ObjectNode copy = object.deepCopy();
    if (copy.get("metadata") instanceof ObjectNode metadata) {
      metadata.remove("managedFields");
    }
    return copy;
  }

  private static ObjectNode object(JsonNode node) {
    return node instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
  }
}
