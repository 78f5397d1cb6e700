package dev.mangru.tsdb.ingest.otlp;

import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.ingest.otlp.Attributes.Attribute;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The labels of series: from the attributes of a point, its resource and its scope. Confined to
/// one thread.
///
/// Attributes whose names become the same are joined with a semicolon. Promoted attributes of the
/// resource do not replace those of the point; those of the scope do; `job` and `instance`, from
/// the resource's service, replace all.
///
/// Source: Prometheus `storage/remote/otlptranslator`, `createAttributes`.
final class OtlpLabels {

  static final String SERVICE_NAME = "service.name";
  static final String SERVICE_NAMESPACE = "service.namespace";
  static final String SERVICE_INSTANCE = "service.instance.id";

  private static final Set<String> IDENTIFYING =
      Set.of(SERVICE_NAME, SERVICE_NAMESPACE, SERVICE_INSTANCE);

  private final OtlpOptions options;
  private final OtlpNames names;
  private final Map<String, String> labels = new HashMap<>();

  /// What all series of a resource and a scope have beside the attributes of points.
  private final Map<String, String> promoted = new HashMap<>();

  private final Map<String, String> fixed = new HashMap<>();
  private final Map<String, String> service = new HashMap<>();

  OtlpLabels(OtlpOptions options, OtlpNames names) {
    this.options = options;
    this.names = names;
  }

  /// Begins a resource.
  void resource(Attributes resource) {
    promoted.clear();
    fixed.clear();
    service.clear();
    for (Attribute attribute : resource.sorted()) {
      boolean promotes =
          options.promoteAllResourceAttributes()
              ? !options.ignoreResourceAttributes().contains(attribute.key())
              : options.promoteResourceAttributes().contains(attribute.key());
      if (promotes) {
        promoted.putIfAbsent(names.label(attribute.key()), attribute.value());
      }
    }
    String name = resource.get(SERVICE_NAME);
    if (name != null) {
      String namespace = resource.get(SERVICE_NAMESPACE);
      service.put("job", namespace == null ? name : namespace + "/" + name);
    }
    String instance = resource.get(SERVICE_INSTANCE);
    if (instance != null) {
      service.put("instance", instance);
    }
  }

  /// Begins a scope of the resource.
  void scope(String name, String version, String schemaUrl, Attributes scope) {
    fixed.clear();
    if (!options.promoteScopeMetadata() || name.isEmpty()) {
      return;
    }
    fixed.put("otel_scope_name", name);
    fixed.put("otel_scope_version", version);
    fixed.put("otel_scope_schema_url", schemaUrl);
    for (Attribute attribute : scope.all()) {
      fixed.put(names.label("otel_scope_" + attribute.key()), attribute.value());
    }
  }

  /// The labels of a point's series, a metric name excepted.
  Labels.Builder of(Attributes point) {
    labels.clear();
    join(point.sorted(), false);
    promoted.forEach(labels::putIfAbsent);
    labels.putAll(fixed);
    labels.putAll(service);
    return builder();
  }

  private void join(List<Attribute> attributes, boolean withoutIdentifying) {
    for (Attribute attribute : attributes) {
      if (!withoutIdentifying || !IDENTIFYING.contains(attribute.key())) {
        labels.merge(
            names.label(attribute.key()), attribute.value(), (left, right) -> left + ";" + right);
      }
    }
  }

  private Labels.Builder builder() {
    Labels.Builder builder = Labels.builder();
    labels.forEach((name, value) -> {
      if (!name.isEmpty()) {
        builder.set(name, value);
      }
    });
    return builder;
  }

  /// The labels of `target_info`; null if the resource has nothing to tell, or no name to tell it
  /// by.
  @Nullable Labels targetInfo(Attributes resource) {
    int telling = resource.all().size();
    for (String key : IDENTIFYING) {
      if (resource.get(key) != null) {
        telling--;
      }
    }
    if (telling <= 0) {
      return null;
    }
    labels.clear();
    join(resource.sorted(), !options.keepIdentifyingResourceAttributes());
    labels.putAll(service);
    if (!labels.containsKey("job") && !labels.containsKey("instance")) {
      return null;
    }
    return builder().set(Labels.METRIC_NAME, "target_info").build();
  }
}
