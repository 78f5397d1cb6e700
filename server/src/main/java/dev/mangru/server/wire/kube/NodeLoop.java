package dev.mangru.server.wire.kube;

import dev.mangru.autoscaler.kube.LeaseLock;
import dev.mangru.autoscaler.node.NodeAutoscaler;
import dev.mangru.autoscaler.node.NodeAutoscalerView;
import dev.mangru.autoscaler.node.NodesMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Scales nodes while this process leads. What an autoscaler knows of drains under way is old once
/// another process has led, so each time the lease is gained a new one begins, from what the nodes
/// themselves tell; likewise when the clock was set back. Confined to its loop.
final class NodeLoop {

  private final Supplier<NodeAutoscaler> make;
  private final LeaseLock lease;
  private final NodesMetrics metrics;
  private volatile @Nullable NodeAutoscaler current;
  private Instant last = Instant.MIN;

  NodeLoop(Supplier<NodeAutoscaler> make, LeaseLock lease, MeterRegistry registry) {
    this.make = make;
    this.lease = lease;
    this.metrics = new NodesMetrics(registry, this::view);
  }

  private NodeAutoscalerView view() {
    NodeAutoscaler autoscaler = current;
    return autoscaler == null ? NodeAutoscalerView.START : autoscaler.view();
  }

  void pass(Instant now) {
    if (!lease.holds(now)) {
      current = null;
      return;
    }
    if (now.isBefore(last)) {
      current = null; // what it remembers lies in the future
    }
    last = now;
    NodeAutoscaler autoscaler = current;
    if (autoscaler == null) {
      autoscaler = make.get();
      current = autoscaler;
    }
    autoscaler.pass(now);
    metrics.update();
  }
}
