package dev.mangru.autoscaler.node.provider;

import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// Makes and removes machines in groups.
///
/// Thread-safe. Calls may wait for a network; every one may throw [MangruException] of kind
/// `EXTERNAL` when the provider cannot be reached or refuses, and has then changed nothing that it
/// does not report by [#targetSize] and [#instances].
public interface NodeGroupProvider {

  /// The groups, in a stable order.
  List<NodeGroup> groups();

  /// The group that a node belongs to; empty for a node that is nobody's to manage.
  Optional<NodeGroup> groupOf(NodeShape node);

  /// How many machines the group shall have; those being created count, those being deleted do not.
  int targetSize(String group);

  /// Asks for more machines and returns at once.
  ///
  /// @param by at least 1; target size plus `by` must not exceed the group's maximum
  void increase(String group, int by);

  /// Takes back machines that were asked for and do not exist yet. Never removes a machine.
  ///
  /// @param by at least 1 and at most the number of machines not there yet
  void decreaseTarget(String group, int by);

  /// Removes the machines of these nodes, lowers the target size by their number and returns at
  /// once. Removing a machine that is already going away is no error.
  void delete(String group, Collection<NodeShape> nodes);

  /// Removes machines that never became nodes, by the identifiers of [#instances], and lowers the
  /// target size by their number.
  void deleteInstances(String group, Collection<String> instanceIds);

  /// All machines of a group.
  List<Instance> instances(String group);

  /// What a new node of the group looks like; empty when the provider cannot tell.
  Optional<NodeTemplate> template(String group);

  /// What the group does otherwise than the autoscaler's own options.
  default NodeGroupOptions options(String group) {
    return NodeGroupOptions.NONE;
  }

  /// The price of a node for an hour, in any one currency; empty without a price list.
  default OptionalDouble nodePrice(NodeShape node) {
    return OptionalDouble.empty();
  }

  /// The price of what a pod requests for an hour; empty without a price list.
  default OptionalDouble podPrice(PodShape pod) {
    return OptionalDouble.empty();
  }

  /// Called before each pass, to fetch what the other calls then answer.
  void refresh();
}
