package dev.mangru.autoscaler.node.shape;

import dev.mangru.model.error.MangruException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads [PodShape]s out of Kubernetes `v1/Pod` objects. Pure.
public final class PodShapes {

  private PodShapes() {}

  /// The pod that an object describes.
  ///
  /// @throws MangruException with `BAD_DATA` when a quantity or time cannot be read
  public static PodShape of(ObjectNode object) {
    JsonNode metadata = object.path("metadata");
    JsonNode spec = object.path("spec");
    String namespace = Trees.text(metadata, "namespace", "default");
    String name = Trees.text(metadata, "name");
    Map<String, String> labels = Trees.map(metadata.path("labels"));
    return new PodShape(
        namespace,
        name,
        Trees.text(metadata, "uid"),
        labels,
        Trees.map(metadata.path("annotations")),
        owner(metadata.path("ownerReferences")),
        spec.path("priority").asInt(0),
        PodRequests.effective(spec),
        placement(spec, namespace, labels),
        volumes(spec.path("volumes"), name),
        life(metadata, spec, object.path("status")));
  }

  private static @Nullable PodOwner owner(JsonNode references) {
    for (JsonNode each : references) {
      if (each.path("controller").asBoolean(false)) {
        return new PodOwner(
            Trees.text(each, "apiVersion"),
            Trees.text(each, "kind"),
            Trees.text(each, "name"),
            Trees.text(each, "uid"));
      }
    }
    return null;
  }

  private static PodPlacement placement(
      JsonNode spec, String namespace, Map<String, String> labels) {
    JsonNode affinity = spec.path("affinity");
    JsonNode required =
        affinity.path("nodeAffinity").path("requiredDuringSchedulingIgnoredDuringExecution");
    return new PodPlacement(
        Trees.map(spec.path("nodeSelector")),
        Trees.present(required) ? nodeTerms(required.path("nodeSelectorTerms")) : null,
        tolerations(spec.path("tolerations")),
        podTerms(affinity.path("podAffinity"), namespace, labels),
        podTerms(affinity.path("podAntiAffinity"), namespace, labels),
        spread(spec.path("topologySpreadConstraints"), labels),
        hostPorts(spec),
        names(spec.path("schedulingGates")),
        names(spec.path("resourceClaims")));
  }

  private static List<String> names(JsonNode list) {
    List<String> names = new ArrayList<>(list.size());
    for (JsonNode each : list) {
      names.add(Trees.text(each, "name"));
    }
    return names;
  }

  private static List<NodeTerm> nodeTerms(JsonNode list) {
    List<NodeTerm> terms = new ArrayList<>(list.size());
    for (JsonNode each : list) {
      terms.add(
          new NodeTerm(
              Trees.requirements(each.path("matchExpressions")),
              Trees.requirements(each.path("matchFields"))));
    }
    return terms;
  }

  private static List<Toleration> tolerations(JsonNode list) {
    List<Toleration> tolerations = new ArrayList<>(list.size());
    for (JsonNode each : list) {
      tolerations.add(
          new Toleration(
              Trees.text(each, "key"),
              Trees.text(each, "operator"),
              Trees.text(each, "value"),
              Trees.text(each, "effect")));
    }
    return tolerations;
  }

  private static List<PodTerm> podTerms(
      JsonNode affinity, String namespace, Map<String, String> labels) {
    List<PodTerm> terms = new ArrayList<>();
    for (JsonNode each : affinity.path("requiredDuringSchedulingIgnoredDuringExecution")) {
      LabelSelector selector = Trees.selector(each.path("labelSelector"));
      selector = withKeys(selector, each.path("matchLabelKeys"), "In", labels);
      selector = withKeys(selector, each.path("mismatchLabelKeys"), "NotIn", labels);
      Set<String> namespaces = Set.copyOf(Trees.texts(each.path("namespaces")));
      JsonNode byLabels = each.path("namespaceSelector");
      boolean own = namespaces.isEmpty() && !Trees.present(byLabels);
      terms.add(
          new PodTerm(
              selector,
              Trees.text(each, "topologyKey"),
              own ? Set.of(namespace) : namespaces,
              Trees.present(byLabels) ? Trees.selector(byLabels) : null));
    }
    return terms;
  }

  private static List<SpreadConstraint> spread(JsonNode list, Map<String, String> labels) {
    List<SpreadConstraint> constraints = new ArrayList<>();
    for (JsonNode each : list) {
      if (!Trees.text(each, "whenUnsatisfiable", "DoNotSchedule").equals("DoNotSchedule")) {
        continue;
      }
      LabelSelector selector = Trees.selector(each.path("labelSelector"));
      constraints.add(
          new SpreadConstraint(
              each.path("maxSkew").asInt(1),
              Trees.text(each, "topologyKey"),
              withKeys(selector, each.path("matchLabelKeys"), "In", labels),
              each.path("minDomains").asInt(1),
              Trees.text(each, "nodeAffinityPolicy", "Honor").equals("Honor"),
              Trees.text(each, "nodeTaintsPolicy", "Ignore").equals("Honor")));
    }
    return constraints;
  }

  /// Narrows a selector to pods with the same (or another) value of each key that the pod has.
  private static LabelSelector withKeys(
      LabelSelector selector, JsonNode keys, String operator, Map<String, String> labels) {
    LabelSelector narrowed = selector;
    for (JsonNode each : keys) {
      String value = labels.get(each.asString(""));
      if (value != null) {
        narrowed = narrowed.and(new Requirement(each.asString(""), operator, List.of(value)));
      }
    }
    return narrowed;
  }

  private static List<HostPort> hostPorts(JsonNode spec) {
    List<HostPort> ports = new ArrayList<>();
    boolean hostNetwork = spec.path("hostNetwork").asBoolean(false);
    for (JsonNode container : spec.path("containers")) {
      addPorts(container, hostNetwork, ports);
    }
    for (JsonNode container : spec.path("initContainers")) {
      if (PodRequests.isSidecar(container)) {
        addPorts(container, hostNetwork, ports);
      }
    }
    return ports;
  }

  private static void addPorts(JsonNode container, boolean hostNetwork, List<HostPort> ports) {
    for (JsonNode each : container.path("ports")) {
      int port = each.path("hostPort").asInt(0);
      if (port == 0 && hostNetwork) {
        port = each.path("containerPort").asInt(0);
      }
      if (port > 0) {
        ports.add(new HostPort(Trees.text(each, "hostIP"), Trees.text(each, "protocol"), port));
      }
    }
  }

  private static List<PodVolume> volumes(JsonNode list, String pod) {
    List<PodVolume> volumes = new ArrayList<>(list.size());
    for (JsonNode each : list) {
      String name = Trees.text(each, "name");
      if (Trees.present(each.path("hostPath"))) {
        volumes.add(new PodVolume.HostPath(name));
      } else if (Trees.present(each.path("emptyDir"))) {
        volumes.add(new PodVolume.EmptyDir(name, Trees.text(each.path("emptyDir"), "medium")));
      } else if (Trees.present(each.path("persistentVolumeClaim"))) {
        String claim = Trees.text(each.path("persistentVolumeClaim"), "claimName");
        volumes.add(new PodVolume.Claim(name, claim, false));
      } else if (Trees.present(each.path("ephemeral"))) {
        volumes.add(new PodVolume.Claim(name, pod + "-" + name, true));
      } else {
        volumes.add(new PodVolume.Unbound(name));
      }
    }
    return volumes;
  }

  private static PodLife life(JsonNode metadata, JsonNode spec, JsonNode status) {
    String node = Trees.text(spec, "nodeName");
    JsonNode grace = metadata.path("deletionGracePeriodSeconds");
    if (!Trees.present(grace)) {
      grace = spec.path("terminationGracePeriodSeconds");
    }
    return new PodLife(
        node.isEmpty() ? null : node,
        Trees.text(status, "phase"),
        Trees.text(spec, "restartPolicy"),
        Trees.instant(metadata, "creationTimestamp"),
        Trees.instant(metadata, "deletionTimestamp"),
        grace.isNumber() ? grace.asLong() : null,
        conditions(status.path("conditions")));
  }

  private static List<PodCondition> conditions(JsonNode list) {
    List<PodCondition> conditions = new ArrayList<>(list.size());
    for (JsonNode each : list) {
      conditions.add(
          new PodCondition(
              Trees.text(each, "type"),
              Trees.text(each, "status"),
              Trees.text(each, "reason"),
              Trees.text(each, "message"),
              Trees.instant(each, "lastTransitionTime")));
    }
    return conditions;
  }
}
