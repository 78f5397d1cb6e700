package dev.mangru.autoscaler.playground.schema;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// What the API server does to an object before it is stored, kind by kind, as Kubernetes does.
///
/// In order: [#checkFields] on what a client sent, conversion to the storage version
/// ([Conversions]), [#applyDefaults], for a new object [#prepareForCreate], then [#validateCreate]
/// or [#validateUpdate]. Thread-safe; objects are changed in place.
public final class ObjectRules {

  private final ResourceCatalog catalog;

  /// Rules for what the catalogue serves.
  public ObjectRules(ResourceCatalog catalog) {
    this.catalog = catalog;
  }

  /// Drops fields that the schema does not know, and nulls; refuses values of a wrong type with
  /// 400. Quantities get their canonical text.
  ///
  /// @param type of the version in which the client wrote
  /// @return what the `Warning` headers say; empty unless the mode is [FieldValidation#WARN]
  public List<String> checkFields(ResourceType type, ObjectNode object, FieldValidation mode) {
    return new FieldCheck(type, catalog.isCustom(type)).check(catalog.schema(type), object, mode);
  }

  /// Fills in what the client left out. Applying it twice changes nothing.
  ///
  /// @param type a storage type, see [ResourceCatalog#storage]
  public void applyDefaults(ResourceType type, ObjectNode object) {
    switch (type.qualifiedKind()) {
      case "Pod" -> PodDefaults.pod(object);
      case "Deployment.apps" -> WorkloadDefaults.deployment(object);
      case "ReplicaSet.apps" -> WorkloadDefaults.replicaSet(object);
      case "DaemonSet.apps" -> WorkloadDefaults.daemonSet(object);
      case "StatefulSet.apps" -> WorkloadDefaults.statefulSet(object);
      case "HorizontalPodAutoscaler.autoscaling" -> AutoscalerDefaults.autoscaler(object);
      case "Service" -> OtherDefaults.service(object);
      case "Endpoints" -> OtherDefaults.endpoints(object);
      case "EndpointSlice.discovery.k8s.io" -> OtherDefaults.endpointSlice(object);
      case "Secret" -> OtherDefaults.secret(object);
      case "Node" -> OtherDefaults.node(object);
      case "Namespace" -> OtherDefaults.namespace(object);
      case "CustomResourceDefinition.apiextensions.k8s.io" -> OtherDefaults.definition(object);
      case String _ -> catalog.rawSchema(type).ifPresent(raw -> CustomDefaults.apply(raw, object));
    }
  }

  /// Gives a new object the status that its kind starts with: a pod is `Pending` and has a quality
  /// of service class, a namespace is `Active`. A client's own status is dropped where the kind has
  /// a status subresource, save for nodes, which kubelets create with theirs.
  public void prepareForCreate(ResourceType type, ObjectNode object) {
    if (type.hasSubresource("status") && !type.qualifiedKind().equals("Node")) {
      object.remove("status");
    }
    switch (type.qualifiedKind()) {
      case "Pod" ->
          object
              .putObject("status")
              .put("phase", "Pending")
              .put("qosClass", PodDefaults.qosClass(object.path("spec")));
      case "Namespace" -> {
        object.putObject("status").put("phase", "Active");
        ObjectNode spec = Nodes.object(object, "spec");
        if (spec.path("finalizers").isEmpty()) {
          spec.putArray("finalizers").add("kubernetes");
        }
      }
      case String _ -> {
        // The other kinds start without a status.
      }
    }
  }

  /// Refuses with 422, naming every field that is wrong.
  ///
  /// @param type a storage type
  public void validateCreate(ResourceType type, ObjectNode object) {
    Problems problems = new Problems(type, Nodes.text(object.path("metadata"), "name"));
    Validation.object(catalog, type, object, problems);
    problems.throwIfAny();
  }

  /// Refuses with 422 a change that is not allowed, naming every field that is wrong.
  ///
  /// @param type a storage type
  /// @param old as it is stored
  /// @param object as it would be
  public void validateUpdate(ResourceType type, ObjectNode old, ObjectNode object) {
    Problems problems = new Problems(type, Nodes.text(object.path("metadata"), "name"));
    Validation.object(catalog, type, object, problems);
    Immutable.check(type, old, object, problems);
    problems.throwIfAny();
  }
}
