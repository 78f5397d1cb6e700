package dev.mangru.collector.kube;

import dev.mangru.collector.pipeline.MetricType;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes the samples of one pass, and one stale marker for each series of the pass before that is
/// not there any more. Confined to one thread.
final class StateWriter {

  private final Labels target;
  private SampleBatch batch = new SampleBatch();
  private Set<Labels> before = new HashSet<>();
  private Set<Labels> written = new HashSet<>();
  private long nowMs;

  /// @param target labels that every series gets
  StateWriter(Labels target) {
    this.target = target;
  }

  void begin(long timeMs, SampleBatch into) {
    nowMs = timeMs;
    batch = into;
    written = HashSet.newHashSet(before.size());
  }

  void end() {
    for (Labels labels : before) {
      if (!written.contains(labels)) {
        batch.add(labels, nowMs, StaleMarker.VALUE);
      }
    }
    before = written;
  }

  /// A gauge. Labels with an empty value are left out; null values are not written.
  void gauge(String name, @Nullable Number value, String... labels) {
    if (value == null) {
      return;
    }
    Labels.Builder builder = target.toBuilder().set(Labels.METRIC_NAME, name);
    for (int i = 0; i < labels.length; i += 2) {
      builder.set(labels[i], labels[i + 1]);
    }
    Labels series = builder.build();
    if (written.add(series)) {
      batch.add(series, nowMs, value.doubleValue());
    }
  }

  /// 1 or 0.
  void flag(String name, boolean value, String... labels) {
    gauge(name, value ? 1 : 0, labels);
  }

  /// An information metric, always 1.
  void info(String name, String... labels) {
    gauge(name, 1, labels);
  }

  /// What a family means, once per pass.
  void describe(String family, MetricType type, String help) {
    batch.describe(family, type, help);
  }

  /// One gauge per resource of a container or node, named as kube-state-metrics names them.
  void resources(String name, @Nullable Map<String, Quantity> resources, String... labels) {
    if (resources == null) {
      return;
    }
    resources.forEach((resource, amount) -> {
      String unit =
          switch (resource) {
            case "cpu" -> "core";
            case "memory", "ephemeral-storage", "storage" -> "byte";
            default -> "integer";
          };
      String[] all = new String[labels.length + 4];
      System.arraycopy(labels, 0, all, 0, labels.length);
      all[labels.length] = "resource";
      all[labels.length + 1] = resource.replaceAll("[^a-zA-Z0-9_]", "_");
      all[labels.length + 2] = "unit";
      all[labels.length + 3] = unit;
      gauge(name, Amounts.of(amount), all);
    });
  }
}
