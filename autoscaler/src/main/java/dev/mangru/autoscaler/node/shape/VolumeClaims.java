package dev.mangru.autoscaler.node.shape;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Reads [VolumeClaim]s out of Kubernetes `v1/PersistentVolumeClaim` objects, with the volume bound
/// to each or else its storage class. Pure.
public final class VolumeClaims {

  private static final List<String> ZONES =
      List.of(
          "topology.kubernetes.io/zone",
          "topology.kubernetes.io/region",
          "failure-domain.beta.kubernetes.io/zone",
          "failure-domain.beta.kubernetes.io/region");

  private VolumeClaims() {}

  /// The claim that an object describes.
  ///
  /// @param volume the `v1/PersistentVolume` bound to it; missing when none is
  /// @param storageClass its `storage.k8s.io/v1/StorageClass`; missing when it has none
  public static VolumeClaim of(JsonNode claim, JsonNode volume, JsonNode storageClass) {
    JsonNode metadata = claim.path("metadata");
    boolean bound = Trees.text(claim.path("status"), "phase").equals("Bound");
    return new VolumeClaim(
        Trees.text(metadata, "namespace"),
        Trees.text(metadata, "name"),
        bound,
        Trees.text(storageClass, "volumeBindingMode").equals("WaitForFirstConsumer"),
        bound ? ofVolume(volume) : ofClass(storageClass),
        Trees.texts(claim.path("spec").path("accessModes")).contains("ReadWriteOncePod"));
  }

  /// The volume's terms, each with the requirements of its zone labels added.
  private static List<NodeTerm> ofVolume(JsonNode volume) {
    List<Requirement> zones = new ArrayList<>();
    JsonNode labels = volume.path("metadata").path("labels");
    for (String key : ZONES) {
      String value = Trees.text(labels, key);
      if (!value.isEmpty()) {
        zones.add(new Requirement(key, "In", List.of(value.split("__", -1))));
      }
    }
    List<NodeTerm> terms = new ArrayList<>();
    JsonNode required = volume.path("spec").path("nodeAffinity").path("required");
    for (JsonNode each : required.path("nodeSelectorTerms")) {
      List<Requirement> all = Trees.requirements(each.path("matchExpressions"));
      all.addAll(zones);
      terms.add(new NodeTerm(all, Trees.requirements(each.path("matchFields"))));
    }
    if (terms.isEmpty() && !zones.isEmpty()) {
      terms.add(new NodeTerm(zones, List.of()));
    }
    return terms;
  }

  private static List<NodeTerm> ofClass(JsonNode storageClass) {
    List<NodeTerm> terms = new ArrayList<>();
    for (JsonNode each : storageClass.path("allowedTopologies")) {
      List<Requirement> all = new ArrayList<>();
      for (JsonNode one : each.path("matchLabelExpressions")) {
        all.add(new Requirement(Trees.text(one, "key"), "In", Trees.texts(one.path("values"))));
      }
      terms.add(new NodeTerm(all, List.of()));
    }
    return terms;
  }
}
