package dev.mangru.autoscaler.node;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// The node autoscaler's own metrics: every name, unit and help line on one page. Thread-safe.
///
/// Gauges read the view; call [#update] after each pass so that groups that come and go are seen.
public final class NodesMetrics {

  private final Supplier<NodeAutoscalerView> view;
  private final MultiGauge sizes;
  private final MultiGauge maxima;
  private final MultiGauge upcoming;

  /// Registers all metrics.
  public NodesMetrics(MeterRegistry registry, Supplier<NodeAutoscalerView> view) {
    this.view = view;
    this.sizes =
        MultiGauge.builder("mangru_node_group_target_nodes")
            .description("Machines that a node group shall have")
            .register(registry);
    this.maxima =
        MultiGauge.builder("mangru_node_group_max_nodes")
            .description("Machines that a node group may have at most")
            .register(registry);
    this.upcoming =
        MultiGauge.builder("mangru_node_group_upcoming_nodes")
            .description("Machines of a node group that are not yet ready nodes")
            .register(registry);
    gauge(registry, "mangru_nodes_unneeded", "Nodes that are not needed", v -> v.unneeded().size());
    gauge(registry, "mangru_nodes_draining", "Nodes being removed", v -> v.drains().size());
    gauge(registry, "mangru_nodes_pending_pods", "Pods that want nodes", v -> v.pending());
    gauge(
        registry,
        "mangru_nodes_unhelped_pods",
        "Pods that no node there or coming takes",
        v -> v.helpless());
    gauge(
        registry,
        "mangru_nodes_cluster_healthy",
        "Whether enough nodes are ready to act, 1 or 0",
        v -> v.healthy() ? 1 : 0);
    gauge(
        registry,
        "mangru_nodes_last_pass_duration_seconds",
        "How long the last pass took",
        v -> v.lastTook().toNanos() / 1e9);
    counter(registry, "mangru_nodes_passes", "Passes", v -> v.passes());
    counter(
        registry,
        "mangru_nodes_failed_passes",
        "Passes that could not look at the cluster",
        v -> v.failedPasses());
    counter(
        registry,
        "mangru_nodes_failed_actions",
        "Calls to the cluster or the provider that failed",
        v -> v.failedActions());
  }

  /// Takes over the groups of the last pass.
  public void update() {
    NodeAutoscalerView now = view.get();
    sizes.register(
        now.groups().stream()
            .map(g -> MultiGauge.Row.of(Tags.of("group", g.id()), g.targetSize()))
            .toList(),
        true);
    maxima.register(
        now.groups().stream()
            .map(g -> MultiGauge.Row.of(Tags.of("group", g.id()), g.group().maxSize()))
            .toList(),
        true);
    upcoming.register(
        now.groups().stream()
            .map(g -> MultiGauge.Row.of(Tags.of("group", g.id()), g.upcoming()))
            .toList(),
        true);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<NodeAutoscalerView> value) {
    Gauge.builder(name, view, from -> value.applyAsDouble(from.get()))
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  private void counter(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<NodeAutoscalerView> value) {
    FunctionCounter.builder(name, view, from -> value.applyAsDouble(from.get()))
        .description(description)
        .register(registry);
  }
}
