package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.schema.Conversions;
import dev.mangru.autoscaler.playground.schema.ObjectRules;
import dev.mangru.autoscaler.playground.schema.ResourceCatalog;
import dev.mangru.autoscaler.playground.schema.ResourceType;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.autoscaler.playground.store.ObjectKey;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Objects as clients write them into the store: versions, defaults, validation, status apart from
/// the rest, namespaces, definitions of custom kinds. Thread-safe. Whatever it is given and gives
/// back is in the version that the client uses.
final class Registry {

  static final String NAMESPACES = "namespaces";
  static final String DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions";

  /// Kinds that a PUT may create (`AllowCreateOnUpdate` of the registries).
  private static final List<String> CREATED_BY_UPDATE =
      List.of(
          "coordination.k8s.io/leases", "endpoints", "events", "discovery.k8s.io/endpointslices");

  /// How often a write without a resourceVersion takes a new look when others write too.
  private static final int MAX_TRIES = 5;

  private final ObjectStore store;
  private final ResourceCatalog catalog;
  private final ObjectRules rules;
  private final Admission admission;
  private final FieldOwners owners;

  /// What a write did.
  ///
  /// @param created whether the object is new
  /// @param warnings for the client, one header each
  record Written(ObjectNode object, boolean created, List<String> warnings) {}

  /// Makes the new object, or the part of it that a subresource is, out of the present one.
  interface Change {
    /// The object as it shall be; the argument is a copy that may be changed.
    ObjectNode apply(ObjectNode present);
  }

  Registry(ObjectStore store, ResourceCatalog catalog, ObjectRules rules, InstantSource clock) {
    this.store = store;
    this.catalog = catalog;
    this.rules = rules;
    this.admission = new Admission(store, clock);
    this.owners = new FieldOwners(catalog, clock);
  }

  ObjectStore store() {
    return store;
  }

  ResourceCatalog catalog() {
    return catalog;
  }

  /// Where objects of a type are stored: `group/plural`.
  String resource(ResourceType type) {
    ResourceType storage = catalog.storage(type);
    return storage.group().isEmpty() ? storage.plural() : storage.group() + "/" + storage.plural();
  }

  /// What messages call it: `group/plural` as asked for.
  static String asked(ResourceType type) {
    return type.group().isEmpty() ? type.plural() : type.group() + "/" + type.plural();
  }

  /// A stored object in the version of a type; the same tree if that is how it is stored.
  ObjectNode shown(ResourceType type, ObjectNode stored) {
    ResourceType storage = catalog.storage(type);
    return storage.equals(type) && stored.path("apiVersion").asString("").equals(type.apiVersion())
        ? stored
        : Conversions.convert(stored, storage, type);
  }

  private ObjectNode stored(ResourceType type, ObjectNode object) {
    return Conversions.convert(object, type, catalog.storage(type));
  }

  Optional<ObjectNode> find(ResourceType type, String namespace, String name) {
    return store.find(resource(type), namespace, name).map(found -> shown(type, found));
  }

  /// @throws KubeApiException 404 if there is none
  ObjectNode get(ResourceType type, String namespace, String name) {
    return find(type, namespace, name)
        .orElseThrow(() -> KubeApiException.notFound(asked(type), name));
  }

  // ---- creating --------------------------------------------------------------------------------

  /// Creates what a client sent.
  Written create(ResourceType type, String namespace, ObjectNode body, WriteOptions how) {
    ObjectNode object = body.deepCopy();
    requireKind(type, object);
    requireNamespace(type, namespace, object);
    List<String> warnings = rules.checkFields(type, object, how.validation());
    return new Written(shown(type, insert(type, namespace, object, how, false)), true, warnings);
  }

  /// Creates an object whose fields are checked.
  ///
  /// @param owned whether it says already who owns which field
  private ObjectNode insert(
      ResourceType type, String namespace, ObjectNode object, WriteOptions how, boolean owned) {
    if (type.namespaced()) {
      admission.requireActiveNamespace(asked(type), namespace, nameOf(object));
    }
    ResourceType storage = catalog.storage(type);
    ObjectNode made = stored(type, object);
    rules.applyDefaults(storage, made);
    rules.prepareForCreate(storage, made);
    admission.admit(resource(type), made);
    if (!owned) {
      note(type, null, made, how, "");
    }
    if (!nameOf(made).isEmpty()) {
      rules.validateCreate(storage, made);
      return saved(resource(type), store.create(resource(type), made, how.dryRun()), how);
    }
    // The name is made by the store: everything else can be wrong before that.
    ObjectNode trial = store.create(resource(type), made, true);
    rules.validateCreate(storage, trial);
    return saved(resource(type), store.create(resource(type), made, how.dryRun()), how);
  }

  private ObjectNode saved(String resource, ObjectNode object, WriteOptions how) {
    if (resource.equals(DEFINITIONS) && !how.dryRun()) {
      catalog.register(object.deepCopy());
    }
    return object;
  }

  private static String nameOf(ObjectNode object) {
    return object.path("metadata").path("name").asString("");
  }

  private static void requireKind(ResourceType type, ObjectNode object) {
    String apiVersion = object.path("apiVersion").asString("");
    String kind = object.path("kind").asString("");
    if (!apiVersion.isEmpty() && !apiVersion.equals(type.apiVersion())) {
      throw KubeApiException.badRequest(
          "the API version in the data (%s) does not match the expected API version (%s)"
              .formatted(apiVersion, type.apiVersion()));
    }
    if (!kind.isEmpty() && !kind.equals(type.kind())) {
      throw KubeApiException.badRequest(
          "%s in version \"%s\" cannot be handled as a %s: the kind in the data is \"%s\""
              .formatted(type.kind(), type.version(), type.kind(), kind));
    }
    object.put("apiVersion", type.apiVersion()).put("kind", type.kind());
  }

  private static void requireNamespace(ResourceType type, String namespace, ObjectNode object) {
    ObjectNode meta = Trees.metadata(object);
    String said = meta.path("namespace").asString("");
    if (!type.namespaced()) {
      if (!said.isEmpty()) {
        throw KubeApiException.badRequest(
            "namespace may not be set on a cluster-wide " + type.kind() + ": \"" + said + "\"");
      }
      return;
    }
    if (namespace.isEmpty()) {
      throw KubeApiException.badRequest(
          "an empty namespace may not be set during creation; use "
              + "/namespaces/NAMESPACE/"
              + type.plural());
    }
    if (!said.isEmpty() && !said.equals(namespace)) {
      throw KubeApiException.badRequest(
          "the namespace of the provided object does not match the namespace sent on the request");
    }
    meta.put("namespace", namespace);
  }

  // ---- replacing and patching ------------------------------------------------------------------

  /// Replaces an object, or its status only.
  ///
  /// @param subresource empty or `status`
  Written replace(
      ResourceType type,
      String namespace,
      String name,
      String subresource,
      ObjectNode body,
      WriteOptions how) {
    ObjectNode object = body.deepCopy();
    requireKind(type, object);
    requireNamespace(type, type.namespaced() ? namespace : "", object);
    requireName(name, object);
    List<String> warnings = rules.checkFields(type, object, how.validation());
    if (subresource.isEmpty()
        && CREATED_BY_UPDATE.contains(resource(type))
        && find(type, namespace, name).isEmpty()) {
      Trees.metadata(object).remove(List.of("resourceVersion", "uid"));
      return new Written(shown(type, insert(type, namespace, object, how, false)), true, warnings);
    }
    ObjectNode written = modify(type, namespace, name, subresource, how, _ -> object.deepCopy());
    return new Written(written, false, warnings);
  }

  private static void requireName(String name, ObjectNode object) {
    String said = nameOf(object);
    if (!said.isEmpty() && !said.equals(name)) {
      throw KubeApiException.badRequest(
          "the name of the object (%s) does not match the name on the URL (%s)"
              .formatted(said, name));
    }
    Trees.metadata(object).put("name", name);
  }

  /// Changes an object, or its status only, as often as it takes: if the changed object carries no
  /// resourceVersion of its own, a change by someone else between is no conflict.
  ///
  /// @param subresource `status` for the status only; any other is noted as the way of writing
  /// @return the object in the version of the type
  ObjectNode modify(
      ResourceType type,
      String namespace,
      String name,
      String subresource,
      WriteOptions how,
      Change change) {
    return modify(type, namespace, name, subresource, how, false, change);
  }

  private ObjectNode modify(
      ResourceType type,
      String namespace,
      String name,
      String subresource,
      WriteOptions how,
      boolean owned,
      Change change) {
    for (int attempt = 1; ; attempt++) {
      ObjectNode present = get(type, namespace, name);
      ObjectNode next = change.apply(present.deepCopy());
      String seen = present.path("metadata").path("resourceVersion").asString("");
      ObjectNode meta = Trees.metadata(next);
      String wanted = meta.path("resourceVersion").asString("");
      boolean unconditional = wanted.isEmpty();
      if (!unconditional && !wanted.equals(seen)) {
        throw KubeApiException.conflict(asked(type), name);
      }
      meta.put("resourceVersion", seen);
      try {
        return shown(type, write(type, present, next, subresource, how, owned));
      } catch (KubeApiException e) {
        if (e.code() != 409 || !unconditional || attempt == MAX_TRIES) {
          throw e;
        }
      }
    }
  }

  private ObjectNode write(
      ResourceType type,
      ObjectNode present,
      ObjectNode next,
      String subresource,
      WriteOptions how,
      boolean owned) {
    ResourceType storage = catalog.storage(type);
    String resource = resource(type);
    boolean statusOnly = subresource.equals("status");
    ObjectNode before = stored(type, present);
    ObjectNode after = stored(type, statusOnly ? statusOf(present, next) : next);
    if (!statusOnly && storage.hasSubresource("status")) {
      Trees.copy("status", before, after);
    }
    if (resource.equals("pods") && !statusOnly) {
      // Set when it is bound; a PUT that was written before does not undo that.
      Trees.copyIfAbsent("nodeName", before.path("spec"), after.path("spec"));
    }
    // As what and when it was made stays, though a PUT leaves it out.
    ObjectNode meta = Trees.metadata(after);
    Trees.copyIfAbsent("uid", before.path("metadata"), meta);
    Trees.copy("creationTimestamp", before.path("metadata"), meta);
    rules.applyDefaults(storage, after);
    admission.admitUpdate(resource, before, after);
    requireSameIdentity(type, before, after);
    if (!owned) {
      note(type, present, after, how, subresource);
    }
    rules.validateUpdate(storage, before, after);
    return saved(resource, store.update(resource, after, how.dryRun()), how);
  }

  /// Notes who wrote which field, by the names that the fields have in the writer's version.
  ///
  /// @param made in the storage version
  private void note(
      ResourceType type,
      @Nullable ObjectNode before,
      ObjectNode made,
      WriteOptions how,
      String subresource) {
    ObjectNode shown = shown(type, made).deepCopy();
    owners.wrote(type, before, shown, how.manager(), subresource);
    Trees.copy("managedFields", shown.path("metadata"), Trees.metadata(made));
  }

  /// The present object with the new one's status.
  private static ObjectNode statusOf(ObjectNode present, ObjectNode next) {
    ObjectNode merged = present.deepCopy();
    Trees.copy("status", next, merged);
    ObjectNode meta = Trees.metadata(merged);
    Trees.copy("resourceVersion", next.path("metadata"), meta);
    Trees.copy("managedFields", next.path("metadata"), meta);
    return merged;
  }

  private static void requireSameIdentity(ResourceType type, ObjectNode before, ObjectNode after) {
    ObjectKey was = ObjectKey.of(asked(type), before);
    ObjectKey is = ObjectKey.of(asked(type), after);
    if (!was.equals(is)) {
      throw KubeApiException.badRequest(
          "the name of the object (%s) does not match the name on the URL (%s)"
              .formatted(is.name(), was.name()));
    }
    String uid = after.path("metadata").path("uid").asString("");
    String oldUid = before.path("metadata").path("uid").asString("");
    if (!uid.isEmpty() && !uid.equals(oldUid)) {
      throw KubeApiException.conflict(
          asked(type),
          was.name(),
          "Precondition failed: UID in precondition: %s, UID in object meta: %s"
              .formatted(uid, oldUid));
    }
  }

  /// Patches an object, or its status only. `patch` gets the present object in the version of the
  /// type and gives back the new one.
  Written patch(
      ResourceType type,
      String namespace,
      String name,
      String subresource,
      WriteOptions how,
      Change patch) {
    List<String> warnings = new ArrayList<>();
    ObjectNode written =
        modify(
            type,
            namespace,
            name,
            subresource,
            how,
            present -> {
              ObjectNode next = patch.apply(present.deepCopy());
              Trees.dropIfSame("resourceVersion", present.path("metadata"), next.path("metadata"));
              requireKind(type, next);
              warnings.clear();
              warnings.addAll(rules.checkFields(type, next, how.validation()));
              return next;
            });
    return new Written(written, false, warnings);
  }

  /// Applies a configuration for one manager; creates the object if it is not there.
  Written apply(
      ResourceType type,
      String namespace,
      String name,
      String subresource,
      ObjectNode configuration,
      WriteOptions how) {
    ObjectNode wanted = configuration.deepCopy();
    requireKind(type, wanted);
    requireNamespace(type, type.namespaced() ? namespace : "", wanted);
    requireName(name, wanted);
    List<String> warnings = rules.checkFields(type, wanted, how.validation());
    for (int attempt = 1; ; attempt++) {
      if (find(type, namespace, name).isEmpty() && subresource.isEmpty()) {
        try {
          ObjectNode first = owners.apply(type, null, wanted, how, subresource);
          return new Written(
              shown(type, insert(type, namespace, first, how, true)), true, warnings);
        } catch (KubeApiException e) {
          if (!e.reason().equals("AlreadyExists") || attempt == MAX_TRIES) {
            throw e;
          }
          continue;
        }
      }
      ObjectNode written =
          modify(
              type,
              namespace,
              name,
              subresource,
              how,
              true,
              present -> {
                ObjectNode next = owners.apply(type, present, wanted, how, subresource);
                String version = wanted.path("metadata").path("resourceVersion").asString("");
                if (version.isEmpty()) {
                  Trees.metadata(next).remove("resourceVersion");
                } else {
                  Trees.metadata(next).put("resourceVersion", version);
                }
                return next;
              });
      return new Written(written, false, warnings);
    }
  }

  // ---- deleting --------------------------------------------------------------------------------

  /// Deletes an object and what it leaves behind.
  ObjectStore.Deletion delete(ResourceType type, String namespace, String name, DeleteOptions how) {
    String resource = resource(type);
    ObjectNode present =
        store
            .find(resource, namespace, name)
            .orElseThrow(() -> KubeApiException.notFound(asked(type), name));
    if (resource.equals(NAMESPACES) && isSystem(name)) {
      throw KubeApiException.forbidden(resource, name, "this namespace may not be deleted");
    }
    if (resource.equals(DEFINITIONS) && !how.dryRun()) {
      deleteObjectsOf(present);
      catalog.unregister(name);
    }
    ObjectStore.Deletion deletion = store.delete(resource, namespace, name, how);
    if (!how.dryRun()) {
      int rounds = 0;
      while (store.collectGarbage() > 0 && rounds < MAX_GARBAGE_ROUNDS) {
        rounds++;
      }
    }
    return new ObjectStore.Deletion(shown(type, deletion.object()), deletion.removed());
  }

  /// Longer chains of owners are collected by whoever calls the collector next.
  private static final int MAX_GARBAGE_ROUNDS = 20;

  private static boolean isSystem(String namespace) {
    return SystemNamespaces.NAMES.contains(namespace) && !namespace.equals("kube-node-lease");
  }

  private void deleteObjectsOf(ObjectNode definition) {
    JsonNode spec = definition.path("spec");
    String resource =
        spec.path("group").asString("") + "/" + spec.path("names").path("plural").asString("");
    for (ObjectNode object : store.list(resource, "").items()) {
      ObjectKey key = ObjectKey.of(resource, object);
      store.delete(resource, key.namespace(), key.name(), DeleteOptions.immediate());
    }
  }
}
