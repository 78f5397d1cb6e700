package dev.mangru.autoscaler.playground.schema;

import tools.jackson.databind.node.ObjectNode;

/// What Kubernetes fills into `apps/v1` objects (upstream `pkg/apis/apps/v1/defaults.go`).
final class WorkloadDefaults {

  private WorkloadDefaults() {}

  static void deployment(ObjectNode deployment) {
    ObjectNode spec = Nodes.object(deployment, "spec");
    template(spec);
    Nodes.fill(spec, "replicas", 1);
    ObjectNode strategy = Nodes.object(spec, "strategy");
    Nodes.fill(strategy, "type", "RollingUpdate");
    if (Nodes.text(strategy, "type").equals("RollingUpdate")) {
      ObjectNode rolling = Nodes.object(strategy, "rollingUpdate");
      Nodes.fill(rolling, "maxUnavailable", "25%");
      Nodes.fill(rolling, "maxSurge", "25%");
    }
    Nodes.fill(spec, "revisionHistoryLimit", 10);
    Nodes.fill(spec, "progressDeadlineSeconds", 600);
  }

  static void replicaSet(ObjectNode replicaSet) {
    ObjectNode spec = Nodes.object(replicaSet, "spec");
    template(spec);
    Nodes.fill(spec, "replicas", 1);
  }

  static void daemonSet(ObjectNode daemonSet) {
    ObjectNode spec = Nodes.object(daemonSet, "spec");
    template(spec);
    ObjectNode strategy = Nodes.object(spec, "updateStrategy");
    Nodes.fill(strategy, "type", "RollingUpdate");
    if (Nodes.text(strategy, "type").equals("RollingUpdate")) {
      ObjectNode rolling = Nodes.object(strategy, "rollingUpdate");
      Nodes.fill(rolling, "maxUnavailable", 1);
      Nodes.fill(rolling, "maxSurge", 0);
    }
    Nodes.fill(spec, "revisionHistoryLimit", 10);
  }

  static void statefulSet(ObjectNode statefulSet) {
    ObjectNode spec = Nodes.object(statefulSet, "spec");
    template(spec);
    Nodes.fill(spec, "podManagementPolicy", "OrderedReady");
    ObjectNode strategy = Nodes.object(spec, "updateStrategy");
    Nodes.fill(strategy, "type", "RollingUpdate");
    if (Nodes.text(strategy, "type").equals("RollingUpdate")) {
      Nodes.fill(Nodes.object(strategy, "rollingUpdate"), "partition", 0);
    }
    ObjectNode retention = Nodes.object(spec, "persistentVolumeClaimRetentionPolicy");
    Nodes.fill(retention, "whenDeleted", "Retain");
    Nodes.fill(retention, "whenScaled", "Retain");
    Nodes.fill(spec, "replicas", 1);
    Nodes.fill(spec, "revisionHistoryLimit", 10);
    for (ObjectNode claim : Nodes.objects(spec, "volumeClaimTemplates")) {
      Nodes.fill(claim, "apiVersion", "v1");
      Nodes.fill(claim, "kind", "PersistentVolumeClaim");
      Nodes.fill(Nodes.object(claim, "spec"), "volumeMode", "Filesystem");
    }
  }

  private static void template(ObjectNode spec) {
    if (spec.get("template") instanceof ObjectNode template
        && template.get("spec") instanceof ObjectNode podSpec) {
      PodDefaults.spec(podSpec);
    }
  }
}
