package dev.mangru.autoscaler.playground.schema;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// What a value of the Kubernetes API may be, and how two writers' values merge. Immutable to all
/// who look; objects read their fields at first use.
public sealed interface Schema {

  /// A value without parts.
  enum Scalar implements Schema {
    /// Text.
    STRING,
    /// A 32-bit integer.
    INT32,
    /// A 64-bit integer.
    INT64,
    /// A floating point number.
    NUMBER,
    /// True or false.
    BOOLEAN,
    /// `100m`, `1Gi`, or a number.
    QUANTITY,
    /// A number, a percentage or a name.
    INT_OR_STRING,
    /// RFC 3339 with seconds.
    TIME,
    /// RFC 3339 with microseconds.
    MICRO_TIME,
    /// Base64.
    BYTES
  }

  /// How the items of a list belong to their writers.
  enum ListKind {
    /// The list is one value.
    ATOMIC,
    /// Items are scalars and distinct.
    SET,
    /// Items are objects with distinct keys.
    MAP
  }

  /// Whatever JSON there is; fields inside are not known, objects merge and lists are one value.
  enum Any implements Schema {
    /// The only one.
    ANY
  }

  /// A list.
  ///
  /// @param keys of a MAP list: the fields that tell items apart; else empty
  record ListOf(Schema item, ListKind kind, List<String> keys) implements Schema {
    /// Copies the keys.
    public ListOf {
      keys = List.copyOf(keys);
    }
  }

  /// An object with names of the writer's choice.
  ///
  /// @param atomic whether it is one value when writers merge
  record MapOf(Schema value, boolean atomic) implements Schema {}

  /// One field of an object.
  ///
  /// @param required whether an object without it is refused
  /// @param patch how a strategic merge patch treats it
  record Field(Schema schema, boolean required, PatchRule patch) {}

  /// How a strategic merge patch treats a field: `x-kubernetes-patch-strategy` and
  /// `x-kubernetes-patch-merge-key`.
  ///
  /// @param strategies any of `merge`, `replace`, `retainKeys`
  /// @param mergeKey the field that tells a merged list's objects apart, or empty
  record PatchRule(List<String> strategies, String mergeKey) {

    /// Nothing said: objects merge, lists are replaced.
    public static final PatchRule NONE = new PatchRule(List.of(), "");

    /// Copies the strategies.
    public PatchRule {
      strategies = List.copyOf(strategies);
    }

    /// Whether the field's list is merged.
    public boolean merges() {
      return strategies.contains("merge");
    }
  }

  /// An object with known fields.
  ///
  /// Thread-safe: the fields are made at first use, by whoever comes first.
  final class ObjectOf implements Schema {

    private final String name;
    private final boolean atomic;
    private final boolean keepsUnknown;
    private final Supplier<Map<String, Field>> source;
    private volatile Map<String, Field> fields = Map.of();
    private volatile boolean read;

    /// @param name in OpenAPI documents, or empty for an object without a name
    /// @param atomic whether it is one value when writers merge
    /// @param keepsUnknown whether fields that are not known are kept as they are
    /// @param source makes the fields; called at first use, perhaps twice at once
    public ObjectOf(
        String name, boolean atomic, boolean keepsUnknown, Supplier<Map<String, Field>> source) {
      this.name = name;
      this.atomic = atomic;
      this.keepsUnknown = keepsUnknown;
      this.source = source;
    }

    /// The name in OpenAPI documents, or empty.
    public String name() {
      return name;
    }

    /// Whether it is one value when writers merge.
    public boolean atomic() {
      return atomic;
    }

    /// Whether fields that are not known are kept as they are.
    public boolean keepsUnknown() {
      return keepsUnknown;
    }

    /// The known fields by name.
    public Map<String, Field> fields() {
      if (!read) {
        fields = source.get();
        read = true;
      }
      return fields;
    }
  }

  /// The schema of a field of this value; [Any#ANY] where nothing is known about it.
  default Schema child(String field) {
    return switch (this) {
      case ObjectOf object ->
          Optional.ofNullable(object.fields().get(field)).map(Field::schema).orElse(Any.ANY);
      case MapOf map -> map.value();
      case ListOf _, Scalar _, Any _ -> Any.ANY;
    };
  }
}
