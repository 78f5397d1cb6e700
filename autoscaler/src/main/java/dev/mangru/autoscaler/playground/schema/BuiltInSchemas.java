package dev.mangru.autoscaler.playground.schema;

import dev.mangru.autoscaler.playground.schema.Schema.Field;
import dev.mangru.autoscaler.playground.schema.Schema.ListKind;
import dev.mangru.autoscaler.playground.schema.Schema.PatchRule;
import dev.mangru.autoscaler.playground.schema.kube.ModelReader;
import dev.mangru.autoscaler.playground.schema.kube.ModelType;
import dev.mangru.autoscaler.playground.schema.kube.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Schemas of the built-in kinds: fields and types off the model classes, the rest from
/// [MergeTable] and [RequiredTable]. One schema object per type, made at first use.
///
/// Thread-safe.
final class BuiltInSchemas {

  private static final String AUTOSCALER_SPEC =
      "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec";

  private static final Map<ModelType, Schema.ObjectOf> OBJECTS = new ConcurrentHashMap<>();

  private BuiltInSchemas() {}

  /// The schema of a kind, such as `apps/v1` and `Deployment`.
  static Optional<Schema.ObjectOf> find(String apiVersion, String kind) {
    return ModelReader.find(apiVersion, kind).map(BuiltInSchemas::object);
  }

  /// The schema of `metadata`.
  static Schema.ObjectOf metadata() {
    return object(ModelReader.metadata());
  }

  private static Schema.ObjectOf object(ModelType type) {
    return OBJECTS.computeIfAbsent(
        type,
        key ->
            new Schema.ObjectOf(
                key.openApiName(),
                MergeTable.isAtomicType(key.simpleName()),
                false,
                () -> fields(key)));
  }

  private static Map<String, Field> fields(ModelType type) {
    Map<String, Field> fields = new LinkedHashMap<>();
    type.fields()
        .forEach((name, shape) -> {
          MergeTable.Entry entry = MergeTable.entry(type.simpleName(), name);
          fields.put(
              name,
              new Field(
                  schema(type.simpleName(), name, shape),
                  RequiredTable.isRequired(type.simpleName(), name),
                  entry == null ? PatchRule.NONE : entry.patch()));
        });
    if (type.openApiName().equals(AUTOSCALER_SPEC)) {
      // KEP-5325; newer than the model classes.
      fields.put("selectionStrategy", new Field(Schema.Scalar.STRING, false, PatchRule.NONE));
    }
    return Collections.unmodifiableMap(fields);
  }

  private static Schema schema(String owner, String field, Shape shape) {
    return switch (shape) {
      case Shape.ObjectOf object -> object(object.type());
      case Shape.MapOf map ->
          new Schema.MapOf(schema(owner, field, map.value()), MergeTable.isAtomicMap(owner, field));
      case Shape.ListOf list -> {
        MergeTable.Entry entry = MergeTable.entry(owner, field);
        Schema item = schema(owner, field, list.item());
        yield entry == null
            ? new Schema.ListOf(item, ListKind.ATOMIC, List.of())
            : new Schema.ListOf(item, entry.kind(), entry.keys());
      }
      case Shape.Simple simple -> scalar(simple);
    };
  }

  private static Schema scalar(Shape.Simple simple) {
    return switch (simple) {
      case STRING -> Schema.Scalar.STRING;
      case INT32 -> Schema.Scalar.INT32;
      case INT64 -> Schema.Scalar.INT64;
      case NUMBER -> Schema.Scalar.NUMBER;
      case BOOLEAN -> Schema.Scalar.BOOLEAN;
      case QUANTITY -> Schema.Scalar.QUANTITY;
      case INT_OR_STRING -> Schema.Scalar.INT_OR_STRING;
      case TIME -> Schema.Scalar.TIME;
      case MICRO_TIME -> Schema.Scalar.MICRO_TIME;
      case BYTES -> Schema.Scalar.BYTES;
      case ANY -> Schema.Any.ANY;
    };
  }
}
