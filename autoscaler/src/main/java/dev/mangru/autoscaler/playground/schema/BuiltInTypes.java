package dev.mangru.autoscaler.playground.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The kinds that are served without any definition, in the order of discovery.
final class BuiltInTypes {

  private static final List<String> EVERYTHING =
      List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
  private static final List<String> READ_ONLY = List.of("get", "list");

  private final List<ResourceType> types = new ArrayList<>();

  private BuiltInTypes() {}

  /// All of them; of one group the preferred version comes first.
  static List<ResourceType> all() {
    BuiltInTypes all = new BuiltInTypes();
    all.core();
    all.apps();
    all.others();
    return List.copyOf(all.types);
  }

  private void core() {
    add("", "v1", "ConfigMap", "configmaps", "cm", true);
    add("", "v1", "Endpoints", "endpoints", "endpoints", "ep", true, "");
    add("", "v1", "Event", "events", "ev", true);
    types.add(
        new ResourceType(
            "",
            "v1",
            "namespaces",
            "namespace",
            "Namespace",
            "NamespaceList",
            List.of("ns"),
            List.of(),
            false,
            EVERYTHING.stream().filter(verb -> !verb.equals("deletecollection")).toList(),
            List.of("finalize", "status")));
    add("", "v1", "Node", "nodes", "no", false, "proxy", "status");
    add("", "v1", "Pod", "pods", "po", true, "binding", "eviction", "log", "proxy", "status");
    add("", "v1", "Secret", "secrets", "", true);
    add("", "v1", "ServiceAccount", "serviceaccounts", "sa", true);
    add("", "v1", "Service", "services", "svc", true, "proxy", "status");
  }

  private void apps() {
    add("apps", "v1", "ControllerRevision", "controllerrevisions", "", true);
    add("apps", "v1", "DaemonSet", "daemonsets", "ds", true, "status");
    add("apps", "v1", "Deployment", "deployments", "deploy", true, "scale", "status");
    add("apps", "v1", "ReplicaSet", "replicasets", "rs", true, "scale", "status");
    add("apps", "v1", "StatefulSet", "statefulsets", "sts", true, "scale", "status");
  }

  private void others() {
    add("events.k8s.io", "v1", "Event", "events", "ev", true);
    String autoscaler = "horizontalpodautoscalers";
    add("autoscaling", "v2", "HorizontalPodAutoscaler", autoscaler, "hpa", true, "status");
    add("autoscaling", "v1", "HorizontalPodAutoscaler", autoscaler, "hpa", true, "status");
    add("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb", true, "status");
    add(
        "apiextensions.k8s.io",
        "v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        "customresourcedefinition",
        "crd,crds",
        false,
        "api-extensions",
        "status");
    add("coordination.k8s.io", "v1", "Lease", "leases", "", true);
    add("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "", true);
    metrics("NodeMetrics", "nodes", false);
    metrics("PodMetrics", "pods", true);
  }

  private void metrics(String kind, String plural, boolean namespaced) {
    types.add(
        new ResourceType(
            "metrics.k8s.io",
            "v1beta1",
            plural,
            "",
            kind,
            kind + "List",
            List.of(),
            List.of(),
            namespaced,
            READ_ONLY,
            List.of()));
  }

  private void add(
      String group,
      String version,
      String kind,
      String plural,
      String shortName,
      boolean namespaced,
      String... subresources) {
    add(
        group,
        version,
        kind,
        plural,
        kind.toLowerCase(Locale.ROOT),
        shortName,
        namespaced,
        inAll(group, plural) ? "all" : "",
        subresources);
  }

  private void add(
      String group,
      String version,
      String kind,
      String plural,
      String singular,
      String shortNames,
      boolean namespaced,
      String category,
      String... subresources) {
    types.add(
        new ResourceType(
            group,
            version,
            plural,
            singular,
            kind,
            kind + "List",
            shortNames.isEmpty() ? List.of() : List.of(shortNames.split(",", -1)),
            category.isEmpty() ? List.of() : List.of(category),
            namespaced,
            EVERYTHING,
            List.of(subresources)));
  }

  /// What `kubectl get all` shows, as upstream's registries declare it.
  private static boolean inAll(String group, String plural) {
    return switch (group) {
      case "" -> plural.equals("pods") || plural.equals("services");
      case "apps" -> !plural.equals("controllerrevisions");
      case "autoscaling" -> true;
      case String other -> false;
    };
  }
}
