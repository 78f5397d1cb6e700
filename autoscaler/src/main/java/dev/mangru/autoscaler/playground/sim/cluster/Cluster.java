package dev.mangru.autoscaler.playground.sim.cluster;

import dev.mangru.autoscaler.playground.schema.Conversions;
import dev.mangru.autoscaler.playground.schema.FieldValidation;
import dev.mangru.autoscaler.playground.schema.ObjectRules;
import dev.mangru.autoscaler.playground.schema.ResourceCatalog;
import dev.mangru.autoscaler.playground.schema.ResourceType;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Reads and changes the store the way a controller does: what someone else changed or removed
/// meanwhile is no error, the next pass sees it. Thread-safe, as the store is.
public final class Cluster {

  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;
  private static final int TRIES = 5;

  private final ObjectStore store;
  private final ResourceCatalog catalog;
  private final ObjectRules rules;

  /// A view of a store.
  ///
  /// @param catalog of the API server in front of it
  public Cluster(ObjectStore store, ResourceCatalog catalog) {
    this.store = store;
    this.catalog = catalog;
    this.rules = new ObjectRules(catalog);
  }

  /// All objects of a resource, by namespace and name. Shared: do not change them.
  public List<ObjectNode> list(String resource) {
    return store.list(resource, "").items();
  }

  /// All objects of a resource in a namespace, by name. Shared: do not change them.
  public List<ObjectNode> list(String resource, String namespace) {
    return store.list(resource, namespace).items();
  }

  /// One object, shared; null if there is none.
  public @Nullable ObjectNode find(String resource, String namespace, String name) {
    return store.find(resource, namespace, name).orElse(null);
  }

  /// Creates an object with its kind's defaults; null if its name is taken.
  public @Nullable ObjectNode create(String resource, ObjectNode object) {
    ObjectNode whole = object.deepCopy();
    catalog
        .byApiVersion(Fields.text(object, "apiVersion"), Fields.text(object, "kind"))
        .ifPresent(type -> {
          rules.applyDefaults(type, whole);
          rules.prepareForCreate(type, whole);
        });
    try {
      return store.create(resource, whole);
    } catch (KubeApiException refused) {
      if (refused.code() == CONFLICT) {
        return null;
      }
      throw refused;
    }
  }

  /// Creates an object that a person wrote, as the API server would: unknown fields and wrong
  /// values are refused, defaults are filled in.
  ///
  /// @return null if its name is taken
  /// @throws MangruException `BAD_DATA` naming the object and what is wrong with it
  public @Nullable ObjectNode createChecked(ObjectNode object) {
    ObjectNode whole = object.deepCopy();
    String kind = Fields.text(object, "kind");
    ResourceType type =
        catalog
            .byApiVersion(Fields.text(object, "apiVersion"), kind)
            .orElseThrow(() ->
                MangruException.badData(
                    "the playground does not serve "
                        + Fields.text(object, "apiVersion")
                        + " "
                        + kind
                        + " of object "
                        + Fields.name(object)));
    try {
      rules.checkFields(type, whole, FieldValidation.STRICT);
      ResourceType stored = catalog.storage(type);
      ObjectNode kept = Conversions.convert(whole, type, stored);
      rules.applyDefaults(stored, kept);
      rules.prepareForCreate(stored, kept);
      rules.validateCreate(stored, kept);
      return create(resource(stored), kept);
    } catch (KubeApiException refused) {
      throw new MangruException(
          ErrorCode.BAD_DATA,
          kind + " " + Fields.name(object) + " is refused: " + refused.text(),
          refused);
    }
  }

  private static String resource(ResourceType type) {
    return type.group().isEmpty() ? type.plural() : type.group() + "/" + type.plural();
  }

  /// Edits the newest state of an object that was seen before; does nothing if it is gone or
  /// another has its name now.
  ///
  /// @param edit changes the copy that it gets, and nothing else: it may be called again
  /// @return the object as it is now; null if it is gone
  public @Nullable ObjectNode change(String resource, ObjectNode seen, Consumer<ObjectNode> edit) {
    for (int attempt = 0; attempt < TRIES; attempt++) {
      ObjectNode newest = find(resource, Fields.namespace(seen), Fields.name(seen));
      if (newest == null || !Fields.uid(newest).equals(Fields.uid(seen))) {
        return null;
      }
      ObjectNode copy = newest.deepCopy();
      edit.accept(copy);
      try {
        return store.update(resource, copy);
      } catch (KubeApiException refused) {
        if (refused.code() == NOT_FOUND) {
          return null;
        }
        if (refused.code() != CONFLICT) {
          throw refused;
        }
      }
    }
    return find(resource, Fields.namespace(seen), Fields.name(seen));
  }

  /// Replaces an object that was seen before and copied; false if it has changed or gone meanwhile.
  public boolean replace(String resource, ObjectNode copy) {
    try {
      store.update(resource, copy);
      return true;
    } catch (KubeApiException refused) {
      if (refused.code() == NOT_FOUND || refused.code() == CONFLICT) {
        return false;
      }
      throw refused;
    }
  }

  /// Deletes an object that was seen before, if it is still the same one.
  ///
  /// @return whether it was there
  public boolean delete(String resource, ObjectNode seen, DeleteOptions how) {
    try {
      store.delete(
          resource, Fields.namespace(seen), Fields.name(seen), how.withUid(Fields.uid(seen)));
      return true;
    } catch (KubeApiException refused) {
      if (refused.code() == NOT_FOUND || refused.code() == CONFLICT) {
        return false;
      }
      throw refused;
    }
  }

  /// The store itself.
  public ObjectStore store() {
    return store;
  }
}
