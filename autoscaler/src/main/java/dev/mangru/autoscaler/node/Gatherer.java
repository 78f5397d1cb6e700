package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.act.ClusterSnapshot;
import dev.mangru.autoscaler.node.act.Drain;
import dev.mangru.autoscaler.node.plan.GroupView;
import dev.mangru.autoscaler.node.plan.NodeTemplates;
import dev.mangru.autoscaler.node.provider.Instance;
import dev.mangru.autoscaler.node.provider.NodeGroup;
import dev.mangru.autoscaler.node.provider.NodeGroupOptions;
import dev.mangru.autoscaler.node.provider.NodeGroupProvider;
import dev.mangru.autoscaler.node.provider.NodeTemplate;
import dev.mangru.autoscaler.node.shape.ClusterShape;
import dev.mangru.autoscaler.node.shape.NodeRoom;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.model.error.MangruException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Asks the provider about its groups. What it cannot tell of one group or node is written down
/// there and does not hold up the others. Confined to the thread that runs passes.
final class Gatherer {

  private final NodeGroupProvider provider;
  private final NodeAutoscalerOptions options;

  Gatherer(NodeGroupProvider provider, NodeAutoscalerOptions options) {
    this.provider = provider;
    this.options = options;
  }

  /// The group of each node that has one, by the node's name.
  ///
  /// @param problems gets nodes of which the provider cannot tell
  Map<String, NodeGroup> groupOf(List<NodeShape> nodes, List<String> problems) {
    Map<String, NodeGroup> groupOf = new HashMap<>();
    for (NodeShape node : nodes) {
      try {
        provider.groupOf(node).ifPresent(group -> groupOf.put(node.name(), group));
      } catch (MangruException e) {
        problems.add("node " + node.name() + ": " + e.text());
      }
    }
    return groupOf;
  }

  /// All groups as they are now.
  List<GroupView> views(
      List<NodeGroup> groups,
      ClusterSnapshot snapshot,
      Map<String, NodeGroup> groupOf,
      Map<String, Drain> drains,
      GroupKeeper keeper,
      Instant now) {
    Map<String, List<NodeRoom>> rooms = new HashMap<>();
    for (NodeRoom room : ClusterShape.of(snapshot.nodes(), snapshot.pods()).rooms()) {
      NodeGroup group = groupOf.get(room.node().name());
      if (group != null) {
        rooms.computeIfAbsent(group.id(), _ -> new ArrayList<>()).add(room);
      }
    }
    List<GroupView> views = new ArrayList<>();
    for (NodeGroup group : groups) {
      List<NodeRoom> own = rooms.getOrDefault(group.id(), List.of());
      try {
        views.add(view(group, own, snapshot, drains, keeper, now));
      } catch (MangruException e) {
        views.add(
            new GroupView(
                group,
                NodeGroupOptions.NONE,
                own.size(),
                0,
                null,
                keeper.backoff().at(group.id(), now),
                "the provider cannot tell about it: " + e.text()));
      }
    }
    return views;
  }

  private GroupView view(
      NodeGroup group,
      List<NodeRoom> rooms,
      ClusterSnapshot snapshot,
      Map<String, Drain> drains,
      GroupKeeper keeper,
      Instant now) {
    NodeGroupOptions own = provider.options(group.id());
    int target = provider.targetSize(group.id());
    Duration patience =
        own.maxNodeProvisionTime() == null
            ? options.growing().maxNodeProvisionTime()
            : own.maxNodeProvisionTime();
    Set<String> leaving = leaving(group.id());
    int there = 0;
    for (NodeRoom room : rooms) {
      NodeShape node = room.node();
      Drain drain = drains.get(node.name());
      boolean left =
          (drain != null && drain.deletedAt() != null)
              || leaving.contains(node.name())
              || leaving.contains(node.providerId());
      if (!left && !World.isStarting(node, patience, now)) {
        there++;
      }
    }
    Optional<NodeTemplate> template =
        NodeTemplates.of(
            group.id(),
            rooms,
            provider.template(group.id()),
            snapshot.daemonSets(),
            options.growing().startupTaints());
    return new GroupView(
        group,
        own,
        target,
        Math.max(0, target - there),
        template.orElse(null),
        keeper.backoff().at(group.id(), now),
        null);
  }

  private Set<String> leaving(String group) {
    Set<String> leaving = new HashSet<>();
    for (Instance each : provider.instances(group)) {
      if (each.state() == Instance.State.DELETING) {
        leaving.add(each.id());
      }
    }
    return leaving;
  }
}
