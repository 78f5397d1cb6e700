package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.act.ClusterEvent;
import dev.mangru.autoscaler.node.act.ClusterSnapshot;
import dev.mangru.autoscaler.node.act.NodeChange;
import dev.mangru.autoscaler.node.act.NodeCluster;
import dev.mangru.autoscaler.node.provider.Instance;
import dev.mangru.autoscaler.node.provider.NodeGroup;
import dev.mangru.autoscaler.node.provider.NodeGroupOptions;
import dev.mangru.autoscaler.node.provider.NodeGroupProvider;
import dev.mangru.autoscaler.node.provider.NodeTemplate;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/// Lets a pass read whatever it likes and change something only while this process leads: a pass
/// over a slow API server may well last longer than a lease, and neither machines asked for nor
/// evictions carry a version that the API server could refuse.
final class Leading {

  private Leading() {}

  private static void check(BooleanSupplier mayWrite, String what) {
    if (!mayWrite.getAsBoolean()) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE, what + " was not sent: this process is not the leader any more");
    }
  }

  /// A cluster that is changed only while `mayWrite`.
  record Cluster(NodeCluster cluster, BooleanSupplier mayWrite) implements NodeCluster {

    @Override
    public ClusterSnapshot read() {
      return cluster.read();
    }

    @Override
    public Eviction evict(PodShape pod, long gracePeriodSeconds) {
      check(mayWrite, "the eviction of " + pod.key());
      return cluster.evict(pod, gracePeriodSeconds);
    }

    @Override
    public void change(String node, NodeChange change) {
      check(mayWrite, "the change of node " + node);
      cluster.change(node, change);
    }

    @Override
    public void event(ClusterEvent event) {
      check(mayWrite, "the event " + event.reason());
      cluster.event(event);
    }
  }

  /// A provider that makes and removes machines only while `mayWrite`.
  record Provider(NodeGroupProvider provider, BooleanSupplier mayWrite)
      implements NodeGroupProvider {

    @Override
    public List<NodeGroup> groups() {
      return provider.groups();
    }

    @Override
    public Optional<NodeGroup> groupOf(NodeShape node) {
      return provider.groupOf(node);
    }

    @Override
    public int targetSize(String group) {
      return provider.targetSize(group);
    }

    @Override
    public void increase(String group, int by) {
      check(mayWrite, "the growth of node group " + group);
      provider.increase(group, by);
    }

    @Override
    public void decreaseTarget(String group, int by) {
      check(mayWrite, "the smaller target of node group " + group);
      provider.decreaseTarget(group, by);
    }

    @Override
    public void delete(String group, Collection<NodeShape> nodes) {
      check(mayWrite, "the removal of nodes of group " + group);
      provider.delete(group, nodes);
    }

    @Override
    public void deleteInstances(String group, Collection<String> instanceIds) {
      check(mayWrite, "the removal of machines of group " + group);
      provider.deleteInstances(group, instanceIds);
    }

    @Override
    public List<Instance> instances(String group) {
      return provider.instances(group);
    }

    @Override
    public Optional<NodeTemplate> template(String group) {
      return provider.template(group);
    }

    @Override
    public NodeGroupOptions options(String group) {
      return provider.options(group);
    }

    @Override
    public OptionalDouble nodePrice(NodeShape node) {
      return provider.nodePrice(node);
    }

    @Override
    public OptionalDouble podPrice(PodShape pod) {
      return provider.podPrice(pod);
    }

    @Override
    public void refresh() {
      provider.refresh();
    }
  }
}
