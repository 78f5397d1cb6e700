package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.provider.Instance;
import dev.mangru.autoscaler.node.provider.NodeGroup;
import dev.mangru.autoscaler.node.provider.NodeGroupProvider;
import dev.mangru.autoscaler.node.provider.NodeTemplate;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Another provider, but for growth, which it always refuses.
record RefusingProvider(NodeGroupProvider other) implements NodeGroupProvider {

  @Override
  public List<NodeGroup> groups() {
    return other.groups();
  }

  @Override
  public Optional<NodeGroup> groupOf(NodeShape node) {
    return other.groupOf(node);
  }

  @Override
  public int targetSize(String group) {
    return other.targetSize(group);
  }

  @Override
  public void increase(String group, int by) {
    throw new MangruException(ErrorCode.UNAVAILABLE, "quota is used up");
  }

  @Override
  public void decreaseTarget(String group, int by) {
    other.decreaseTarget(group, by);
  }

  @Override
  public void delete(String group, Collection<NodeShape> nodes) {
    other.delete(group, nodes);
  }

  @Override
  public void deleteInstances(String group, Collection<String> instanceIds) {
    other.deleteInstances(group, instanceIds);
  }

  @Override
  public List<Instance> instances(String group) {
    return other.instances(group);
  }

  @Override
  public Optional<NodeTemplate> template(String group) {
    return other.template(group);
  }

  @Override
  public void refresh() {
    other.refresh();
  }
}
