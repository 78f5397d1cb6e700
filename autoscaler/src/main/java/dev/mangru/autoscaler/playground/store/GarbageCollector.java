package dev.mangru.autoscaler.playground.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One round of garbage collection over owner references, and of emptying namespaces (controllers
/// `garbagecollector` and `namespace` of kube-controller-manager). Works under the store's lock.
final class GarbageCollector {

  private final ObjectStore store;
  private final Map<String, ObjectKey> byUid = new HashMap<>();
  private final Map<ObjectKey, ObjectNode> present = new LinkedHashMap<>();

  /// Keys of the objects that name this uid as an owner.
  private final Map<String, List<ObjectKey>> dependents = new HashMap<>();

  private int changed;

  GarbageCollector(ObjectStore store, List<ObjectKey> keys) {
    this.store = store;
    for (ObjectKey key : keys) {
      store
          .find(key.resource(), key.namespace(), key.name())
          .ifPresent(object -> {
            present.put(key, object);
            byUid.put(ObjectMeta.uid(object), key);
            for (JsonNode owner : ObjectMeta.owners(object)) {
              dependents
                  .computeIfAbsent(owner.path("uid").asString(""), _ -> new ArrayList<>())
                  .add(key);
            }
          });
    }
  }

  /// Returns how many objects it changed.
  int collect() {
    present.forEach((key, object) -> {
      if (ObjectMeta.deleting(object)) {
        letGo(key, object);
      }
      if (!ObjectMeta.owners(object).isEmpty()) {
        checkOwners(key, object);
      }
    });
    return changed;
  }

  // ---- owners on their way out -----------------------------------------------------------------

  private void letGo(ObjectKey key, ObjectNode object) {
    List<ObjectKey> owned = dependents.getOrDefault(ObjectMeta.uid(object), List.of());
    if (ObjectMeta.hasFinalizer(object, ObjectMeta.ORPHAN)) {
      for (ObjectKey one : owned) {
        change(
            one,
            orphan -> {
              ObjectMeta.removeOwner(orphan, ObjectMeta.uid(object));
              return orphan;
            });
      }
      removeFinalizer(key, ObjectMeta.ORPHAN);
    } else if (ObjectMeta.hasFinalizer(object, ObjectMeta.FOREGROUND)) {
      boolean blocked = false;
      for (ObjectKey one : owned) {
        ObjectNode dependent = present.get(one);
        if (dependent == null) {
          continue;
        }
        blocked |= blocks(dependent, ObjectMeta.uid(object));
        if (!ObjectMeta.deleting(dependent)) {
          boolean hasOwn = dependents.containsKey(ObjectMeta.uid(dependent));
          delete(
              one,
              dependent,
              hasOwn ? DeleteOptions.Propagation.FOREGROUND : DeleteOptions.Propagation.BACKGROUND);
        }
      }
      if (!blocked) {
        removeFinalizer(key, ObjectMeta.FOREGROUND);
      }
    }
    if (key.resource().equals("namespaces")) {
      emptyNamespace(key, object);
    }
  }

  private static boolean blocks(ObjectNode dependent, String ownerUid) {
    for (JsonNode owner : ObjectMeta.owners(dependent)) {
      if (owner.path("uid").asString("").equals(ownerUid)
          && owner.path("blockOwnerDeletion").asBoolean(false)) {
        return true;
      }
    }
    return false;
  }

  private void emptyNamespace(ObjectKey key, ObjectNode namespace) {
    boolean empty = true;
    for (Map.Entry<ObjectKey, ObjectNode> entry : present.entrySet()) {
      if (entry.getKey().namespace().equals(key.name())) {
        empty = false;
        if (!ObjectMeta.deleting(entry.getValue())) {
          delete(entry.getKey(), entry.getValue(), DeleteOptions.Propagation.BACKGROUND);
        }
      }
    }
    if (empty && Grace.isNamespaceInUse(key, namespace)) {
      change(
          key,
          done -> {
            done.withObject("/spec").remove("finalizers");
            return done;
          });
      store.delete(key.resource(), "", key.name(), DeleteOptions.immediate());
      changed++;
    }
  }

  // ---- objects without owners ------------------------------------------------------------------

  private void checkOwners(ObjectKey key, ObjectNode object) {
    List<String> gone = new ArrayList<>();
    int there = 0;
    for (JsonNode owner : ObjectMeta.owners(object)) {
      ObjectKey ownerKey = byUid.get(owner.path("uid").asString(""));
      // An owner of another namespace is none (a namespaced owner must share the namespace).
      if (ownerKey != null
          && (ownerKey.namespace().isEmpty() || ownerKey.namespace().equals(key.namespace()))) {
        there++;
      } else {
        gone.add(owner.path("uid").asString(""));
      }
    }
    if (gone.isEmpty()) {
      return;
    }
    if (there > 0) {
      change(
          key,
          kept -> {
            gone.forEach(uid -> ObjectMeta.removeOwner(kept, uid));
            return kept;
          });
    } else if (!ObjectMeta.deleting(object)) {
      delete(key, object, DeleteOptions.Propagation.BACKGROUND);
    }
  }

  // ---- acting ----------------------------------------------------------------------------------

  private void removeFinalizer(ObjectKey key, String finalizer) {
    change(
        key,
        object -> {
          ObjectMeta.removeFinalizer(object, finalizer);
          return object;
        });
  }

  private void change(ObjectKey key, java.util.function.UnaryOperator<ObjectNode> change) {
    if (store.find(key.resource(), key.namespace(), key.name()).isPresent()) {
      long before = store.revision();
      store.mutate(key.resource(), key.namespace(), key.name(), change);
      changed += store.revision() > before ? 1 : 0;
    }
  }

  private void delete(ObjectKey key, ObjectNode object, DeleteOptions.Propagation propagation) {
    boolean same =
        store
            .find(key.resource(), key.namespace(), key.name())
            .filter(now -> ObjectMeta.uid(now).equals(ObjectMeta.uid(object)))
            .isPresent();
    if (same) {
      long before = store.revision();
      store.delete(
          key.resource(),
          key.namespace(),
          key.name(),
          DeleteOptions.defaults().withPropagation(propagation));
      changed += store.revision() > before ? 1 : 0;
    }
  }
}
