package dev.mangru.autoscaler.playground.schema.kube;

/// What a field of the Kubernetes API may hold, as far as a model class tells.
public sealed interface Shape {

  /// A value without parts, or one of any form.
  enum Simple implements Shape {
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
    BYTES,
    /// Whatever JSON there is.
    ANY
  }

  /// A list.
  record ListOf(Shape item) implements Shape {}

  /// An object with names of the writer's choice.
  record MapOf(Shape value) implements Shape {}

  /// An object with known fields.
  record ObjectOf(ModelType type) implements Shape {}
}
