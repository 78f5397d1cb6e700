package dev.mangru.autoscaler.playground.schema;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Whether an object makes sense by itself; each kind's own rules are in a class of their own.
final class Validation {

  private Validation() {}

  static void object(
      ResourceCatalog catalog, ResourceType type, ObjectNode object, Problems problems) {
    metadata(type, object, problems);
    switch (type.qualifiedKind()) {
      case "Pod" -> PodValidation.spec(object.path("spec"), "spec", problems);
      case "Deployment.apps", "ReplicaSet.apps", "DaemonSet.apps", "StatefulSet.apps" ->
          WorkloadValidation.workload(type, object, problems);
      case "HorizontalPodAutoscaler.autoscaling" ->
          AutoscalerValidation.autoscaler(object, problems);
      case "PodDisruptionBudget.policy" -> OtherValidation.disruptionBudget(object, problems);
      case "Service" -> OtherValidation.service(object, problems);
      case "ConfigMap" -> OtherValidation.configMap(object, problems);
      case "Secret" -> OtherValidation.secret(object, problems);
      case "Lease.coordination.k8s.io" -> OtherValidation.lease(object, problems);
      case "Node" -> OtherValidation.node(object, problems);
      case "Event" -> OtherValidation.event(object, problems);
      case "CustomResourceDefinition.apiextensions.k8s.io" ->
          DefinitionValidation.definition(object, problems);
      case String _ ->
          catalog
              .rawSchema(type)
              .ifPresent(schema -> new CustomValidation(problems).value(schema, object, ""));
    }
  }

  private static void metadata(ResourceType type, ObjectNode object, Problems problems) {
    JsonNode metadata = object.path("metadata");
    String name = Nodes.text(metadata, "name");
    if (name.isEmpty()) {
      problems.required("metadata.name", "name or generateName is required");
    } else {
      switch (type.qualifiedKind()) {
        case "Namespace" -> Names.label("metadata.name", name, problems);
        case "Service" -> Names.dns1035("metadata.name", name, problems);
        case String _ -> Names.subdomain("metadata.name", name, problems);
      }
    }
    Names.labels("metadata.labels", metadata.path("labels"), problems);
    Names.annotations("metadata.annotations", metadata.path("annotations"), problems);
  }
}
