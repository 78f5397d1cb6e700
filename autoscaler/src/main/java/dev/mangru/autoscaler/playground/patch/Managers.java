package dev.mangru.autoscaler.playground.patch;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The content of `metadata.managedFields`.
///
/// Mutable, confined to one call.
final class Managers {

  static final String APPLY = "Apply";
  static final String UPDATE = "Update";

  /// Writers that are kept apart for updates; the oldest beyond are told as one, as upstream.
  private static final int MAX_UPDATE_MANAGERS = 10;

  private static final String ANCIENT = "ancient-changes";

  /// Fields that belong to the server and not to any writer.
  private static final List<String> SERVERS_METADATA =
      List.of(
          "name",
          "namespace",
          "creationTimestamp",
          "selfLink",
          "uid",
          "clusterName",
          "generation",
          "managedFields",
          "resourceVersion");

  /// One writer in one version, operation and subresource.
  record Entry(
      String manager,
      String operation,
      String apiVersion,
      String subresource,
      String time,
      FieldSet fields) {

    boolean isSameWriter(Entry that) {
      return manager.equals(that.manager)
          && operation.equals(that.operation)
          && apiVersion.equals(that.apiVersion)
          && subresource.equals(that.subresource);
    }

    Entry with(FieldSet other) {
      return new Entry(manager, operation, apiVersion, subresource, time, other);
    }

    /// As messages print it.
    String printed() {
      StringBuilder text = new StringBuilder("\"" + manager + "\"");
      if (!subresource.isEmpty()) {
        text.append(" with subresource \"").append(subresource).append('"');
      }
      if (operation.equals(UPDATE)) {
        text.append(" using ").append(apiVersion);
        if (!time.isEmpty()) {
          text.append(" at ").append(time);
        }
      }
      return text.toString();
    }
  }

  private final List<Entry> entries;

  Managers(List<Entry> entries) {
    this.entries = new ArrayList<>(entries);
  }

  /// Reads them off an object; empty if there are none.
  static Managers of(@Nullable JsonNode object) {
    List<Entry> entries = new ArrayList<>();
    if (object != null) {
      for (JsonNode entry : object.path("metadata").path("managedFields").values()) {
        if (!entry.isEmpty()) {
          entries.add(
              new Entry(
                  entry.path("manager").asString(""),
                  entry.path("operation").asString(UPDATE),
                  entry.path("apiVersion").asString(""),
                  entry.path("subresource").asString(""),
                  entry.path("time").asString(""),
                  FieldSet.parse(entry.path("fieldsV1"))));
        }
      }
    }
    return new Managers(entries);
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /// The entry of the writer, with no fields if there is none.
  Entry find(FieldManager manager, String operation, String apiVersion) {
    Entry wanted =
        new Entry(manager.name(), operation, apiVersion, manager.subresource(), "", new FieldSet());
    return entries.stream().filter(wanted::isSameWriter).findFirst().orElse(wanted);
  }

  /// Gives the writer these fields; the time changes only if the fields or their values do.
  void put(Entry writer, FieldSet fields, boolean otherValues, Instant now) {
    Entry old = entries.stream().filter(writer::isSameWriter).findFirst().orElse(null);
    if (!otherValues && old != null && old.fields().equals(fields)) {
      return;
    }
    entries.removeIf(writer::isSameWriter);
    if (!fields.isEmpty()) {
      entries.add(
          new Entry(
              writer.manager(),
              writer.operation(),
              writer.apiVersion(),
              writer.subresource(),
              now.truncatedTo(ChronoUnit.SECONDS).toString(),
              fields));
    }
  }

  /// Takes fields from everyone but one writer.
  void takeFromOthers(Entry writer, FieldSet fields) {
    entries.replaceAll(
        entry -> entry.isSameWriter(writer) ? entry : entry.with(entry.fields().minus(fields)));
    entries.removeIf(entry -> entry.fields().isEmpty());
  }

  /// What everyone but one writer has.
  FieldSet others(Entry writer) {
    FieldSet all = new FieldSet();
    for (Entry entry : entries) {
      if (!entry.isSameWriter(writer)) {
        all = all.union(entry.fields());
      }
    }
    return all;
  }

  /// Writes them into an object: who applied before who updated, older before younger.
  void writeTo(ObjectNode object) {
    limitUpdates();
    entries.sort(
        Comparator.comparingInt((Entry entry) -> entry.operation().equals(APPLY) ? 0 : 1)
            .thenComparing(Entry::time)
            .thenComparing(Entry::manager)
            .thenComparing(Entry::apiVersion)
            .thenComparing(Entry::subresource));
    ObjectNode metadata =
        object.get("metadata") instanceof ObjectNode given ? given : object.putObject("metadata");
    if (entries.isEmpty()) {
      metadata.remove("managedFields");
      return;
    }
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (Entry entry : entries) {
      ObjectNode one = list.addObject();
      one.put("apiVersion", entry.apiVersion()).put("fieldsType", "FieldsV1");
      one.set("fieldsV1", entry.fields().toJson());
      one.put("manager", entry.manager()).put("operation", entry.operation());
      if (!entry.subresource().isEmpty()) {
        one.put("subresource", entry.subresource());
      }
      if (!entry.time().isEmpty()) {
        one.put("time", entry.time());
      }
    }
    metadata.set("managedFields", list);
  }

  private void limitUpdates() {
    List<Entry> updates =
        entries.stream()
            .filter(entry -> entry.operation().equals(UPDATE))
            .filter(entry -> entry.subresource().isEmpty())
            .sorted(Comparator.comparing(Entry::time))
            .toList();
    for (int i = 0; i <= updates.size() - MAX_UPDATE_MANAGERS - 1; i++) {
      Entry old = updates.get(i);
      entries.remove(old);
      Entry ancient =
          entries.stream()
              .filter(entry ->
                  entry.manager().equals(ANCIENT)
                      && Objects.equals(entry.apiVersion(), old.apiVersion()))
              .findFirst()
              .orElse(new Entry(ANCIENT, UPDATE, old.apiVersion(), "", "", new FieldSet()));
      entries.remove(ancient);
      entries.add(
          new Entry(
              ANCIENT,
              UPDATE,
              old.apiVersion(),
              "",
              old.time(),
              ancient.fields().union(old.fields())));
    }
  }

  /// Without what belongs to the server.
  static FieldSet stripped(FieldSet fields) {
    FieldSet kept = fields.copy();
    kept.setMember(false);
    kept.children().remove("f:apiVersion");
    kept.children().remove("f:kind");
    FieldSet metadata = kept.at("f:metadata");
    if (metadata != null) {
      metadata.setMember(false);
      SERVERS_METADATA.forEach(name -> metadata.children().remove("f:" + name));
      if (metadata.isEmpty()) {
        kept.children().remove("f:metadata");
      }
    }
    return kept;
  }
}
