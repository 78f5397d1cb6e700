package dev.mangru.autoscaler.playground.schema.kube;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.Duration;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Quantity;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.ZonedDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Finds the model class of a kind and reads its fields by reflection, only when asked.
///
/// Thread-safe.
public final class ModelReader {

  private static final String ROOT = "io.fabric8.kubernetes.api.model";
  private static final Map<String, String> PACKAGES =
      Map.ofEntries(
          Map.entry("v1", ROOT),
          Map.entry("apps/v1", ROOT + ".apps"),
          Map.entry("autoscaling/v1", ROOT + ".autoscaling.v1"),
          Map.entry("autoscaling/v2", ROOT + ".autoscaling.v2"),
          Map.entry("policy/v1", ROOT + ".policy.v1"),
          Map.entry("coordination.k8s.io/v1", ROOT + ".coordination.v1"),
          Map.entry("apiextensions.k8s.io/v1", ROOT + ".apiextensions.v1"),
          Map.entry("events.k8s.io/v1", ROOT + ".events.v1"),
          Map.entry("discovery.k8s.io/v1", ROOT + ".discovery.v1"),
          Map.entry("metrics.k8s.io/v1beta1", ROOT + ".metrics.v1beta1"));

  /// Fields that the model classes keep as text and the API defines as a time.
  private static final Set<String> TIMES =
      Set.of(
          "creationTimestamp",
          "deletionTimestamp",
          "deprecatedFirstTimestamp",
          "deprecatedLastTimestamp",
          "disruptedPods",
          "finishedAt",
          "firstTimestamp",
          "lastHeartbeatTime",
          "lastProbeTime",
          "lastScaleTime",
          "lastTimestamp",
          "lastTransitionTime",
          "lastUpdateTime",
          "startTime",
          "startedAt",
          "time",
          "timeAdded",
          "timestamp");

  private static final Set<String> BYTES =
      Set.of("Secret.data", "ConfigMap.binaryData", "WebhookClientConfig.caBundle");

  private static final Map<Class<?>, ModelType> TYPES = new ConcurrentHashMap<>();

  private ModelReader() {}

  /// The type of a kind, such as `apps/v1` and `Deployment`; empty if no model class knows it.
  public static Optional<ModelType> find(String apiVersion, String kind) {
    String name = PACKAGES.get(apiVersion);
    if (name == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(typeOf(Class.forName(name + "." + kind)));
    } catch (ClassNotFoundException _) {
      return Optional.empty();
    }
  }

  /// The type of `metadata`, which is the same for all kinds.
  public static ModelType metadata() {
    return typeOf(ObjectMeta.class);
  }

  static Map<String, Shape> fieldsOf(Class<?> model) {
    Map<String, Shape> fields = new LinkedHashMap<>();
    for (Field field : model.getDeclaredFields()) {
      JsonProperty property = field.getAnnotation(JsonProperty.class);
      if (property != null) {
        fields.put(property.value(), shape(model, property.value(), field.getGenericType()));
      }
    }
    return Collections.unmodifiableMap(fields);
  }

  private static Shape shape(Class<?> owner, String field, Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return generic.getRawType() == List.class
          ? new Shape.ListOf(shape(owner, field, arguments[0]))
          : new Shape.MapOf(shape(owner, field, arguments[1]));
    }
    return type instanceof Class<?> named ? shape(owner, field, named) : Shape.Simple.ANY;
  }

  private static Shape shape(Class<?> owner, String field, Class<?> type) {
    if (type == String.class) {
      if (BYTES.contains(owner.getSimpleName() + "." + field)) {
        return Shape.Simple.BYTES;
      }
      return TIMES.contains(field) ? Shape.Simple.TIME : Shape.Simple.STRING;
    }
    if (type == Integer.class) {
      return Shape.Simple.INT32;
    }
    if (type == Long.class) {
      return Shape.Simple.INT64;
    }
    if (type == Double.class) {
      return Shape.Simple.NUMBER;
    }
    if (type == Boolean.class) {
      return Shape.Simple.BOOLEAN;
    }
    if (type == Quantity.class) {
      return Shape.Simple.QUANTITY;
    }
    if (type == IntOrString.class) {
      return Shape.Simple.INT_OR_STRING;
    }
    if (type == MicroTime.class || type == ZonedDateTime.class) {
      return Shape.Simple.MICRO_TIME;
    }
    return type == Duration.class ? Shape.Simple.STRING : objectShape(type);
  }

  /// Model classes without annotated fields stand for free JSON, such as `FieldsV1`, or for one of
  /// several forms, such as `JSONSchemaPropsOrBool`.
  private static Shape objectShape(Class<?> type) {
    if (!type.getPackageName().startsWith(ROOT)
        || type.isInterface()
        || type.getSimpleName().contains("PropsOr")) {
      return Shape.Simple.ANY;
    }
    boolean hasFields = false;
    for (Field field : type.getDeclaredFields()) {
      hasFields |= field.isAnnotationPresent(JsonProperty.class);
    }
    return hasFields || isEmptyStruct(type) ? new Shape.ObjectOf(typeOf(type)) : Shape.Simple.ANY;
  }

  /// Structures of the API that have no fields by design.
  private static boolean isEmptyStruct(Class<?> type) {
    return type.getSimpleName().equals("NodeConfigStatus");
  }

  private static ModelType typeOf(Class<?> model) {
    return TYPES.computeIfAbsent(model, ModelType::new);
  }
}
