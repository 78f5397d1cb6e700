package dev.mangru.autoscaler.playground.sim.workload;

import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// The namespace and service account controllers: the namespaces that every cluster has, their
/// phase, and a `default` service account in each. The store empties those being deleted.
final class Namespaces {

  private static final List<String> ALWAYS =
      List.of("default", "kube-node-lease", "kube-public", "kube-system");

  private final Cluster cluster;

  Namespaces(Cluster cluster) {
    this.cluster = cluster;
  }

  void run() {
    for (String name : ALWAYS) {
      if (cluster.find(Kinds.NAMESPACES, "", name) == null) {
        cluster.create(Kinds.NAMESPACES, Fields.newObject("v1", "Namespace", "", name));
      }
    }
    for (ObjectNode namespace : cluster.list(Kinds.NAMESPACES)) {
      if (Fields.deleting(namespace)) {
        continue;
      }
      String name = Fields.name(namespace);
      boolean whole =
          Fields.text(namespace, "status", "phase").equals("Active")
              && Fields.text(Fields.labels(namespace), "kubernetes.io/metadata.name").equals(name)
              && !Fields.at(namespace, "spec", "finalizers").isEmpty();
      if (!whole) {
        cluster.change(
            Kinds.NAMESPACES,
            namespace,
            copy -> {
              Fields.object(copy, "metadata", "labels").put("kubernetes.io/metadata.name", name);
              Fields.object(copy, "status").put("phase", "Active");
              if (Fields.at(copy, "spec", "finalizers").isEmpty()) {
                Fields.object(copy, "spec").putArray("finalizers").add("kubernetes");
              }
            });
      }
      if (cluster.find(Kinds.SERVICE_ACCOUNTS, name, "default") == null) {
        cluster.create(
            Kinds.SERVICE_ACCOUNTS, Fields.newObject("v1", "ServiceAccount", name, "default"));
      }
    }
  }
}
