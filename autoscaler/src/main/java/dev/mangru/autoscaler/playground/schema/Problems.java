package dev.mangru.autoscaler.playground.schema;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.autoscaler.playground.store.KubeApiException.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Collects what is wrong with an object, worded as upstream's `field.Error`.
///
/// Confined to one call.
final class Problems {

  private final ResourceType type;
  private final String name;
  private final List<Cause> causes = new ArrayList<>();

  Problems(ResourceType type, String name) {
    this.type = type;
    this.name = name;
  }

  void required(String field, String why) {
    add("FieldValueRequired", why.isEmpty() ? "Required value" : "Required value: " + why, field);
  }

  void invalid(String field, JsonNode value, String why) {
    String shown = value.isMissingNode() ? "null" : value.toString();
    add("FieldValueInvalid", "Invalid value: " + shown + ": " + why, field);
  }

  void invalid(String field, String value, String why) {
    add("FieldValueInvalid", "Invalid value: \"" + value + "\": " + why, field);
  }

  void forbidden(String field, String why) {
    add("FieldValueForbidden", "Forbidden: " + why, field);
  }

  void notFound(String field, String value) {
    add("FieldValueNotFound", "Not found: \"" + value + "\"", field);
  }

  void duplicate(String field, String value) {
    add("FieldValueDuplicate", "Duplicate value: \"" + value + "\"", field);
  }

  void tooLong(String field, int most) {
    add("FieldValueTooLong", "Too long: may not be more than " + most + " bytes", field);
  }

  void notSupported(String field, String value, List<String> supported) {
    add(
        "FieldValueNotSupported",
        "Unsupported value: \""
            + value
            + "\": supported values: "
            + supported.stream()
                .sorted()
                .map(each -> "\"" + each + "\"")
                .collect(Collectors.joining(", ")),
        field);
  }

  private void add(String reason, String message, String field) {
    causes.add(new Cause(reason, message, field));
  }

  boolean isEmpty() {
    return causes.isEmpty();
  }

  /// Throws 422 with every problem as a cause.
  void throwIfAny() {
    if (!causes.isEmpty()) {
      throw KubeApiException.invalid(type.qualifiedKind(), name, causes);
    }
  }
}
