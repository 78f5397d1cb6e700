package dev.mangru.autoscaler.node.plan;

import dev.mangru.autoscaler.node.provider.NodeTemplate;
import dev.mangru.autoscaler.node.shape.ClusterShape;
import dev.mangru.autoscaler.node.shape.Feasibility;
import dev.mangru.autoscaler.node.shape.NodeRoom;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.Resources;
import dev.mangru.model.time.Ticker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Says which node groups grow so that waiting pods get a place. Pure but for the draw between
/// equal options, which comes from a seeded source.
///
/// First the pods are put on room that is there and on nodes that are on their way; for what is
/// left each group's need is estimated, the expanders choose one, bounds cut it, and it is spread
/// over groups whose nodes are alike.
public final class ScaleUpPlanner {

  private ScaleUpPlanner() {}

  /// How to weigh.
  ///
  /// @param expanders asked one after another
  /// @param estimation the limits of one estimate
  /// @param limits bounds of the cluster
  /// @param balanceSimilarGroups whether growth is spread over groups whose nodes are alike
  /// @param ignoredLabels labels that may differ between nodes that are alike
  public record Rules(
      List<Expander> expanders,
      List<EstimationLimit.Threshold> estimation,
      ClusterLimits limits,
      boolean balanceSimilarGroups,
      Set<String> ignoredLabels) {}

  /// Plans. `cluster` is left as it was.
  ///
  /// @param cluster nodes that can take pods, with their pods
  /// @param totalNodes nodes of the cluster, also those that can take none, without upcoming ones
  public static ScaleUpPlan plan(
      PendingPods pending,
      ClusterShape cluster,
      int totalNodes,
      List<GroupView> groups,
      Rules rules,
      SplittableRandom random,
      Ticker ticker) {
    int mark = cluster.mark();
    try {
      return new Pass(pending, cluster, totalNodes, groups, rules, random, ticker).plan();
    } finally {
      cluster.rollback(mark);
    }
  }

  private static final class Pass {
    private final PendingPods pending;
    private final ClusterShape cluster;
    private final int totalNodes;
    private final List<GroupView> groups;
    private final Rules rules;
    private final SplittableRandom random;
    private final Ticker ticker;
    private final List<String> coming = new ArrayList<>();
    private final Map<String, Map<String, Integer>> refusals = new TreeMap<>();
    private final List<ScaleUpPlan.Limit> limits = new ArrayList<>();

    Pass(
        PendingPods pending,
        ClusterShape cluster,
        int totalNodes,
        List<GroupView> groups,
        Rules rules,
        SplittableRandom random,
        Ticker ticker) {
      this.pending = pending;
      this.cluster = cluster;
      this.totalNodes = totalNodes;
      this.groups = groups;
      this.rules = rules;
      this.random = random;
      this.ticker = ticker;
    }

    ScaleUpPlan plan() {
      addUpcoming();
      List<PodGroup> helpless = placeOnWhatIsThere();
      Map<String, GrowthOption> options = new LinkedHashMap<>();
      List<ScaleUpPlan.Considered> considered = new ArrayList<>();
      for (GroupView group : groups) {
        considered.add(consider(group, helpless, options));
      }
      List<String> warnings = new ArrayList<>();
      List<GrowthOption> best =
          Expander.choose(rules.expanders(), List.copyOf(options.values()), random, warnings);
      List<ScaleUpPlan.Growth> growth =
          best.isEmpty() ? List.of() : grow(best.getFirst(), options.keySet());
      List<String> helped =
          growth.isEmpty()
              ? List.of()
              : best.getFirst().pods().stream().map(PodShape::key).toList();
      Set<String> gone = new HashSet<>(helped);
      gone.forEach(refusals::remove);
      return new ScaleUpPlan(
          pending,
          coming,
          helpless.stream().flatMap(g -> g.pods().stream()).map(PodShape::key).toList(),
          chosen(considered, growth),
          growth,
          limits,
          expander(options.size(), warnings),
          refusals,
          helped);
    }

    private void addUpcoming() {
      for (GroupView group : groups) {
        NodeTemplate template = group.template();
        for (int i = 0; template != null && i < group.upcoming(); i++) {
          String name = "upcoming-" + group.id() + "-" + i;
          cluster.addNode(template.node().named(name));
          NodeTemplates.podsFor(template, name).forEach(pod -> cluster.place(pod, name));
        }
      }
    }

    /// Puts pods where there is room; what is left, still in groups of equals, needs nodes.
    private List<PodGroup> placeOnWhatIsThere() {
      List<PodGroup> helpless = new ArrayList<>();
      for (PodGroup group : PodGroup.of(pending.wanting())) {
        List<PodShape> left = new ArrayList<>();
        List<NodeRoom> rooms = List.copyOf(cluster.rooms());
        int cursor = 0;
        for (PodShape pod : group.pods()) {
          int start = group.canOpenUp() ? 0 : cursor;
          int at = firstFit(pod, rooms, start);
          if (at < 0) {
            left.add(pod);
            cursor = group.canOpenUp() ? cursor : rooms.size();
          } else {
            cursor = at;
            cluster.place(pod, rooms.get(at).node().name());
            coming.add(pod.key());
          }
        }
        if (!left.isEmpty()) {
          helpless.add(new PodGroup(left));
        }
      }
      return helpless;
    }

    private int firstFit(PodShape pod, List<NodeRoom> rooms, int from) {
      for (int i = from; i < rooms.size(); i++) {
        if (Feasibility.fits(pod, rooms.get(i), cluster)) {
          return i;
        }
      }
      return -1;
    }

    private ScaleUpPlan.Considered consider(
        GroupView group, List<PodGroup> helpless, Map<String, GrowthOption> options) {
      String skipped = skipped(group);
      NodeTemplate template = group.template();
      if (helpless.isEmpty()) {
        return new ScaleUpPlan.Considered(group, "no pod needs it", null, null, false);
      }
      if (skipped != null || template == null) {
        String reason = skipped == null ? "nobody can tell what its nodes look like" : skipped;
        helpless.forEach(pods -> refuse(pods, reason));
        return new ScaleUpPlan.Considered(group, reason, null, null, false);
      }
      Estimate estimate =
          Estimator.estimate(
              helpless, template, cluster, new EstimationLimit(rules.estimation(), ticker));
      for (int i = 0; i < helpless.size(); i++) {
        String refusal = estimate.refused().get(i);
        if (refusal != null) {
          refuse(helpless.get(i), refusal);
        }
      }
      if (estimate.newNodes() == 0) {
        return new ScaleUpPlan.Considered(
            group, "none of the pods would fit: " + reasons(estimate), estimate, null, false);
      }
      int nodes =
          group.options().atomic()
              ? group.group().maxSize() - group.targetSize()
              : estimate.newNodes();
      GrowthOption option =
          new GrowthOption(
              group.id(), group.group().exists(), template.node(), nodes, estimate.pods());
      options.put(group.id(), option);
      return new ScaleUpPlan.Considered(group, null, estimate, LeastWaste.of(option), false);
    }

    private static @Nullable String skipped(GroupView group) {
      if (group.problem() != null) {
        return group.problem();
      }
      if (group.targetSize() >= group.group().maxSize()) {
        return "max node group size reached";
      }
      Backoff.Entry backoff = group.backoff();
      if (backoff != null) {
        return "in backoff after failed scale-up until "
            + backoff.until()
            + " ("
            + backoff.code()
            + ")";
      }
      return null;
    }

    private void refuse(PodGroup pods, String reason) {
      for (PodShape pod : pods.pods()) {
        refusals.computeIfAbsent(pod.key(), _ -> new TreeMap<>()).merge(reason, 1, Integer::sum);
      }
    }

    private static String reasons(Estimate estimate) {
      return String.join("; ", new TreeSet<>(estimate.refused().values()));
    }

    private List<ScaleUpPlan.Growth> grow(GrowthOption best, Set<String> options) {
      GroupView group = view(best.group());
      int nodes = best.nodes();
      List<GroupView> alike = alike(group, options);
      int room = alike.stream().mapToInt(each -> each.group().maxSize() - each.targetSize()).sum();
      nodes =
          limit(
              nodes,
              Math.min(nodes, room),
              "group maximum",
              room + " more nodes until the maximum of " + ids(alike));
      nodes = withinCluster(nodes, best);
      if (nodes <= 0 || (group.options().atomic() && nodes < best.nodes())) {
        return List.of();
      }
      List<Balancer.Size> sizes =
          alike.stream()
              .map(each -> new Balancer.Size(each.id(), each.targetSize(), each.group().maxSize()))
              .toList();
      Map<String, Integer> grown = Balancer.balance(sizes, nodes);
      List<ScaleUpPlan.Growth> growth = new ArrayList<>();
      grown.forEach((id, size) -> {
        GroupView each = view(id);
        growth.add(new ScaleUpPlan.Growth(id, each.targetSize(), size, each.group().maxSize()));
      });
      return growth;
    }

    private GroupView view(String id) {
      return groups.stream().filter(each -> each.id().equals(id)).findFirst().orElseThrow();
    }

    /// The group and those that could grow in its place.
    private List<GroupView> alike(GroupView group, Set<String> options) {
      List<GroupView> alike = new ArrayList<>(List.of(group));
      NodeTemplate template = group.template();
      if (!rules.balanceSimilarGroups() || template == null || group.options().atomic()) {
        return alike;
      }
      for (GroupView each : groups) {
        NodeTemplate other = each.template();
        if (!each.id().equals(group.id())
            && options.contains(each.id())
            && other != null
            && !each.options().atomic()
            && NodeSimilarity.similar(
                template, other, rules.ignoredLabels(), NodeSimilarity.Ratios.DEFAULT)) {
          alike.add(each);
        }
      }
      return alike;
    }

    private static String ids(List<GroupView> groups) {
      return String.join(", ", groups.stream().map(GroupView::id).toList());
    }

    private int withinCluster(int wanted, GrowthOption best) {
      ClusterLimits bounds = rules.limits();
      int nodes = wanted;
      int upcoming = groups.stream().mapToInt(GroupView::upcoming).sum();
      if (bounds.maxNodes() > 0) {
        int room = Math.max(0, bounds.maxNodes() - totalNodes - upcoming);
        nodes =
            limit(
                nodes,
                Math.min(nodes, room),
                "max-nodes-total",
                "%d nodes there or on their way of at most %d"
                    .formatted(totalNodes + upcoming, bounds.maxNodes()));
      }
      Resources all =
          cluster.rooms().stream()
              .map(room -> room.node().capacity())
              .reduce(Resources.NONE, Resources::plus);
      nodes =
          withinAmount(
              nodes,
              "max-cores",
              all.cpuMilli(),
              bounds.maxCpuMilli(),
              best.node().capacity().cpuMilli());
      return withinAmount(
          nodes,
          "max-memory",
          all.memoryBytes(),
          bounds.maxMemoryBytes(),
          best.node().capacity().memoryBytes());
    }

    private int withinAmount(int nodes, String rule, long there, long max, long perNode) {
      if (max <= 0 || perNode <= 0) {
        return nodes;
      }
      long room = Math.max(0, (max - there) / perNode);
      int after = (int) Math.min(nodes, room);
      return limit(
          nodes, after, rule, "%d of at most %d, %d for each node".formatted(there, max, perNode));
    }

    private int limit(int before, int after, String rule, String reason) {
      limits.add(new ScaleUpPlan.Limit(rule, before, after, reason));
      return after;
    }

    private String expander(int options, List<String> warnings) {
      String chain = String.join(", ", rules.expanders().stream().map(Expander::name).toList());
      String text = chain + " between " + options + " options";
      return warnings.isEmpty() ? text : text + "; " + String.join("; ", warnings);
    }

    private static List<ScaleUpPlan.Considered> chosen(
        List<ScaleUpPlan.Considered> considered, List<ScaleUpPlan.Growth> growth) {
      Map<String, ScaleUpPlan.Growth> byGroup = new HashMap<>();
      growth.forEach(each -> byGroup.put(each.group(), each));
      return considered.stream()
          .map(each ->
              byGroup.containsKey(each.group().id())
                  ? new ScaleUpPlan.Considered(
                      each.group(), each.skipped(), each.estimate(), each.waste(), true)
                  : each)
          .toList();
    }
  }
}
