package dev.mangru.autoscaler.playground.schema;

import dev.mangru.autoscaler.playground.store.KubeApiException;

/// What happens to fields that the schema does not know: the query parameter `fieldValidation`.
public enum FieldValidation {
  /// They are dropped.
  IGNORE,
  /// They are dropped and each is told in a `Warning` header.
  WARN,
  /// The request is refused with 400.
  STRICT;

  /// Reads the query parameter; empty is [#WARN], as upstream. Anything unknown is refused with
  /// 422.
  public static FieldValidation parse(String parameter) {
    return switch (parameter) {
      case "", "Warn" -> WARN;
      case "Ignore" -> IGNORE;
      case "Strict" -> STRICT;
      case String other ->
          throw new KubeApiException(
              422,
              "Invalid",
              "fieldValidation: Unsupported value: \""
                  + other
                  + "\": supported values: \"Ignore\", \"Strict\", \"Warn\"",
              null);
    };
  }
}
