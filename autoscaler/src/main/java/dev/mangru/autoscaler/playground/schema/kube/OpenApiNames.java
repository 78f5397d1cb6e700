package dev.mangru.autoscaler.playground.schema.kube;

import java.util.Map;
import java.util.Set;

/// The names under which Kubernetes publishes its types in OpenAPI documents.
final class OpenApiNames {

  private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1";
  private static final Set<String> META_TYPES =
      Set.of(
          "Condition",
          "DeleteOptions",
          "FieldsV1",
          "LabelSelector",
          "LabelSelectorRequirement",
          "ListMeta",
          "ManagedFieldsEntry",
          "ObjectMeta",
          "OwnerReference",
          "Preconditions",
          "Status",
          "StatusCause",
          "StatusDetails");
  private static final Map<String, String> PREFIXES =
      Map.of(
          "io.fabric8.kubernetes.api.model", "io.k8s.api.core.v1",
          "io.fabric8.kubernetes.api.model.apps", "io.k8s.api.apps.v1",
          "io.fabric8.kubernetes.api.model.apiextensions.v1",
              "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
          "io.fabric8.kubernetes.api.model.metrics.v1beta1",
              "io.k8s.metrics.pkg.apis.metrics.v1beta1");

  private OpenApiNames() {}

  static String of(Class<?> model) {
    String name = model.getSimpleName();
    if (META_TYPES.contains(name)) {
      return META + "." + name;
    }
    String prefix = PREFIXES.get(model.getPackageName());
    if (prefix == null) {
      prefix = model.getPackageName().replace("io.fabric8.kubernetes.api.model", "io.k8s.api");
    }
    return prefix + "." + name;
  }
}
