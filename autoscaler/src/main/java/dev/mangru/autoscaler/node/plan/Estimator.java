package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.provider.NodeTemplate;
import dev.mangru.autoscaler.node.shape.ClusterShape;
import dev.mangru.autoscaler.node.shape.Feasibility;
import dev.mangru.autoscaler.node.shape.Fit;
import dev.mangru.autoscaler.node.shape.NodeRoom;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.SpreadConstraint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Finds how many new nodes of one template a set of pods needs, by placing them one by one as a
/// scheduler would: largest groups first, first on nodes that this estimate opened before, then on
/// the last opened one, then on a further one.
///
/// One object is one estimate; confined to one thread. The cluster is left as it was. Equal pods
/// are judged once: where one is refused for want of room, the next one is not asked again, so the
/// time grows with pods plus nodes and not with their product.
public final class Estimator {

  private final NodeTemplate template;
  private final ClusterShape cluster;
  private final EstimationLimit limit;
  private final List<NodeRoom> opened = new ArrayList<>();
  private final Set<String> openedNames = new HashSet<>();
  private final Set<String> used = new HashSet<>();
  private final List<PodShape> pods = new ArrayList<>();
  private final Map<Integer, String> refused = new TreeMap<>();
  private int reused;
  private boolean limited;

  private Estimator(NodeTemplate template, ClusterShape cluster, EstimationLimit limit) {
    this.template = template;
    this.cluster = cluster;
    this.limit = limit;
  }

  /// How many nodes the pods need.
  ///
  /// @param groups pods that are the same to a scheduler
  /// @param template a clean template, see [NodeTemplates]
  /// @param cluster the pods that already have their place
  /// @param limit asked before each new node; started anew here
  public static Estimate estimate(
      List<PodGroup> groups, NodeTemplate template, ClusterShape cluster, EstimationLimit limit) {
    limit.reset();
    int mark = cluster.mark();
    try {
      return new Estimator(template, cluster, limit).run(groups);
    } finally {
      cluster.rollback(mark);
    }
  }

  private Estimate run(List<PodGroup> groups) {
    Integer[] placed = new Integer[groups.size()];
    List<Integer> largestFirst =
        IntStream.range(0, groups.size())
            .boxed()
            .sorted(
                Comparator.comparingDouble(
                    (Integer i) -> -groups.get(i).shareOf(template.node().allocatable())))
            .toList();
    for (int index : largestFirst) {
      PodGroup group = groups.get(index);
      int before = pods.size();
      int next = limited ? 0 : placeOnOpened(group);
      if (!limited) {
        placeOnNew(group, next, index);
      }
      placed[index] = pods.size() - before;
      if (placed[index] < group.pods().size() && limited) {
        refused.putIfAbsent(index, "the limit of one estimate is reached");
      }
    }
    int newNodes = (int) opened.stream().filter(room -> used.contains(name(room))).count();
    return new Estimate(newNodes, reused, pods, List.of(placed), refused, limited);
  }

  /// Places pods on nodes that other groups made this estimate open.
  ///
  /// @return the index of the first pod that has no place yet
  private int placeOnOpened(PodGroup group) {
    int next = 0;
    int cursor = 0;
    int misses = 0;
    boolean again = group.canOpenUp();
    while (next < group.pods().size() && misses < opened.size()) {
      if (cursor == opened.size()) {
        if (!again) {
          break; // what had no room for an equal pod has none now
        }
        cursor = 0;
      }
      if (tryPlace(group.pods().get(next), opened.get(cursor)) == null) {
        next++;
        misses = 0;
        cursor += again ? 1 : 0; // round robin serves spreading, staying serves filling up
      } else {
        misses++;
        cursor++;
      }
    }
    return next;
  }

  private void placeOnNew(PodGroup group, int from, int index) {
    for (int next = from; next < group.pods().size(); next++) {
      PodShape pod = group.pods().get(next);
      Fit.@Nullable Refused no = opened.isEmpty() ? null : tryPlace(pod, opened.getLast());
      if (!opened.isEmpty() && no == null) {
        continue;
      }
      if (no != null && spreadsOverHostnames(pod, no) && placeAnywhere(pod)) {
        continue;
      }
      if (no != null && !used.contains(name(opened.getLast()))) {
        refused.put(index, no.reason());
        return; // an empty node does not take it, so another empty one will not either
      }
      if (!limit.allow()) {
        limited = true;
        return;
      }
      open();
      Fit.@Nullable Refused still = tryPlace(pod, opened.getLast());
      if (still != null) {
        refused.put(index, still.reason());
        return;
      }
    }
  }

  /// Tries all nodes but the last opened one, those of the cluster included: a new node may be what
  /// their spread constraint waited for.
  private boolean placeAnywhere(PodShape pod) {
    NodeRoom last = opened.getLast();
    for (NodeRoom room : List.copyOf(cluster.rooms())) {
      if (room != last && tryPlace(pod, room) == null) {
        return true;
      }
    }
    return false;
  }

  private static boolean spreadsOverHostnames(PodShape pod, Fit.Refused no) {
    return no.cause() == Fit.Cause.TOPOLOGY_SPREAD
        && pod.placement().spread().stream().anyMatch(SpreadConstraint::overHostnames);
  }

  private Fit.@Nullable Refused tryPlace(PodShape pod, NodeRoom room) {
    return switch (Feasibility.check(pod, room, cluster)) {
      case Fit.Refused no -> no;
      case Fit.Fits _ -> {
        cluster.place(pod, name(room));
        pods.add(pod);
        if (used.add(name(room)) && !openedNames.contains(name(room))) {
          reused++;
        }
        yield null;
      }
    };
  }

  private void open() {
    String name = template.node().name() + "-" + opened.size();
    NodeShape node = template.node().named(name);
    cluster.addNode(node);
    for (PodShape pod : NodeTemplates.podsFor(template, name)) {
      cluster.place(pod, name);
    }
    NodeRoom room = cluster.room(name);
    if (room == null) {
      throw new IllegalStateException("node " + name + " was just added and is not there");
    }
    opened.add(room);
    openedNames.add(name);
  }

  private static String name(NodeRoom room) {
    return room.node().name();
  }
}
