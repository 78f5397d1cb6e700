package dev.mangru.logindex.ingest;

import dev.mangru.model.metric.Labels;
import java.util.Map;
import java.util.Set;

/// Which resource attributes of OTLP become stream labels, and under which names. Pure.
///
/// Streams must stay few, so there is a list: Loki's defaults (`service.*`, `k8s.*` names, cloud
/// and deployment), plus where a line was read: `host.name`, `job`, the file (as `filename`) and
/// everything that begins with `mangru.`. All other resource attributes become attributes of each
/// record.
///
/// Source: Loki documentation, `otlp_config.default_resource_attributes_as_index_labels`.
final class ResourceLabels {

  private static final Set<String> LABELS =
      Set.of(
          "service.name",
          "service.namespace",
          "service.instance.id",
          "deployment.environment",
          "deployment.environment.name",
          "cloud.region",
          "cloud.availability_zone",
          "k8s.cluster.name",
          "k8s.namespace.name",
          "k8s.node.name",
          "k8s.pod.name",
          "k8s.container.name",
          "k8s.replicaset.name",
          "k8s.deployment.name",
          "k8s.statefulset.name",
          "k8s.daemonset.name",
          "k8s.cronjob.name",
          "k8s.job.name",
          "container.name",
          "host.name",
          "job");

  private static final String OWN = "mangru.";

  /// What a stream is called whose sender did not say (Loki's word).
  private static final String UNKNOWN_SERVICE = "unknown_service";

  private ResourceLabels() {}

  /// A resource's attributes, divided.
  ///
  /// @param stream labels of the stream
  /// @param attributes of every record
  record Divided(Labels stream, Labels attributes) {}

  static Divided divide(Map<String, String> resource) {
    Labels.Builder stream = Labels.builder();
    Labels.Builder attributes = Labels.builder();
    resource.forEach((name, value) -> {
      if (LABELS.contains(name) || name.startsWith(OWN)) {
        stream.set(labelName(name), value);
      } else if (!name.equals("log.file.path") && !name.equals("log.file.name")) {
        attributes.set(labelName(name), value);
      }
    });
    String file =
        resource.getOrDefault("log.file.path", resource.getOrDefault("log.file.name", ""));
    stream.set("filename", file);
    if (stream.build().isEmpty()) {
      stream.set("service_name", UNKNOWN_SERVICE);
    }
    return new Divided(stream.build(), attributes.build());
  }

  /// An attribute's name as a label name: everything but letters, digits and `_` becomes `_`.
  static String labelName(String name) {
    StringBuilder label = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean kept =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      label.append(kept ? c : '_');
    }
    if (label.isEmpty() || (label.charAt(0) >= '0' && label.charAt(0) <= '9')) {
      label.insert(0, "key_");
    }
    return label.toString();
  }
}
