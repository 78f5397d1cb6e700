package dev.mangru.autoscaler.playground.schema.kube;

import java.util.Map;

/// A type of the Kubernetes API with its fields. Thread-safe: the fields are read at first use, by
/// whoever comes first; reading them twice gives the same.
public final class ModelType {

  private final Class<?> model;
  private volatile Map<String, Shape> fields = Map.of();
  private volatile boolean read;

  ModelType(Class<?> model) {
    this.model = model;
  }

  /// The name without package, such as `PodSpec`.
  public String simpleName() {
    return model.getSimpleName();
  }

  /// The name in OpenAPI documents, such as `io.k8s.api.core.v1.PodSpec`.
  public String openApiName() {
    return OpenApiNames.of(model);
  }

  /// The fields by their JSON names, in the order of declaration, which is alphabetical.
  public Map<String, Shape> fields() {
    if (!read) {
      fields = ModelReader.fieldsOf(model);
      read = true;
    }
    return fields;
  }
}
