package dev.mangru.autoscaler.node.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.node.provider.NodeTemplate;
import dev.mangru.autoscaler.node.shape.ClusterShape;
import dev.mangru.autoscaler.node.shape.Feasibility;
import dev.mangru.autoscaler.node.shape.NodeRoom;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodOwner;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.node.shape.Resources;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EstimatorTest {

  private static EstimationLimit limit(long nodes) {
    return new EstimationLimit(
        List.of(new EstimationLimit.Threshold(nodes, Duration.ZERO)), Ticker.SYSTEM);
  }

  private static List<PodShape> pods(String app, int count, long cpuMilli, long memoryBytes) {
    PodShape example =
        PodShape.of("shop", app, Resources.ofPod(cpuMilli, memoryBytes))
            .ownedBy(new PodOwner("apps/v1", "ReplicaSet", app, app));
    List<PodShape> pods = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pods.add(example.named(app + "-" + i));
    }
    return pods;
  }

  private static String occupancy(ClusterShape cluster) {
    StringBuilder text = new StringBuilder();
    for (NodeRoom room : cluster.rooms()) {
      text.append(room.node().name()).append(room.pods().stream().map(PodShape::key).toList());
    }
    return text.toString();
  }

  @Test
  void fifty_one_thousand_pods_are_packed_as_tightly_as_they_go() {
    List<PodGroup> groups =
        List.of(
            new PodGroup(pods("small", 50_000, 50, 100)),
            new PodGroup(pods("large", 1_000, 95, 190)));
    NodeTemplate template =
        new NodeTemplate(NodeShape.of("t", Resources.ofNode(1_000, 1L << 40, 100)), List.of());
    Estimate estimate =
        Estimator.estimate(groups, template, ClusterShape.of(List.of(), List.of()), limit(3_000));
    // 1000 large pods, 10 to a node with 50 of 1000 left for one small one, the others 20 to a
    // node.
    assertThat(estimate.newNodes()).isEqualTo(100 + (50_000 - 100) / 20);
    assertThat(estimate.pods()).hasSize(51_000);
  }

  @Test
  void a_pod_that_no_empty_node_takes_opens_one_node_at_most() {
    NodeTemplate template =
        new NodeTemplate(NodeShape.of("t", Resources.ofNode(1_000, 1 << 30, 100)), List.of());
    Estimate estimate =
        Estimator.estimate(
            List.of(new PodGroup(pods("huge", 5, 2_000, 1))),
            template,
            ClusterShape.of(List.of(), List.of()),
            limit(0));
    assertThat(estimate.newNodes()).isZero();
    assertThat(estimate.refused()).containsEntry(0, "Insufficient cpu");
  }

  @Test
  void pods_that_come_with_every_node_take_their_room() {
    PodShape agent = PodShape.of("kube-system", "agent", Resources.ofPod(200, 1));
    NodeTemplate template =
        new NodeTemplate(NodeShape.of("t", Resources.ofNode(1_000, 1 << 30, 100)), List.of(agent));
    Estimate estimate =
        Estimator.estimate(
            List.of(new PodGroup(pods("web", 4, 500, 1))),
            template,
            ClusterShape.of(List.of(), List.of()),
            limit(0));
    assertThat(estimate.newNodes()).isEqualTo(4);
  }

  @Test
  void the_limit_of_nodes_ends_an_estimate_and_says_so() {
    NodeTemplate template =
        new NodeTemplate(NodeShape.of("t", Resources.ofNode(1_000, 1 << 30, 100)), List.of());
    Estimate estimate =
        Estimator.estimate(
            List.of(new PodGroup(pods("web", 10, 500, 1))),
            template,
            ClusterShape.of(List.of(), List.of()),
            limit(2));
    assertThat(estimate.newNodes()).isEqualTo(2);
    assertThat(estimate.pods()).hasSize(4);
    assertThat(estimate.limited()).isTrue();
    assertThat(estimate.refused()).containsEntry(0, "the limit of one estimate is reached");
  }

  /// Whatever the estimate claims to place can be placed: a naive scheduler that knows nothing of
  /// groups finds a place for each pod, in the estimate's order, on as many new nodes or the old.
  @Seeds(200)
  void what_an_estimate_places_a_naive_replay_accepts(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RandomCluster chance = new RandomCluster(random);
    int size = 1 + (int) (seed / 10);
    List<NodeShape> nodes = chance.nodes(random.nextInt(size));
    ClusterShape cluster = ClusterShape.of(nodes, List.of());
    for (PodShape pod : chance.pods("old", random.nextInt(size * 2))) {
      for (NodeRoom room : cluster.rooms()) {
        if (Feasibility.check(pod, room, cluster).fits()) {
          cluster.place(pod, room.node().name());
          break;
        }
      }
    }
    List<PodShape> wanting = new ArrayList<>();
    for (int app = 0; app < 1 + random.nextInt(4); app++) {
      wanting.addAll(chance.pods("app" + app, 1 + random.nextInt(size)));
    }
    NodeTemplate template = new NodeTemplate(chance.node("t"), List.of());
    String before = occupancy(cluster);
    List<PodGroup> groups = PodGroup.of(wanting);
    Estimate estimate = Estimator.estimate(groups, template, cluster, limit(50));
    assertThat(occupancy(cluster)).isEqualTo(before);
    assertThat(estimate.placed().stream().mapToInt(Integer::intValue).sum())
        .isEqualTo(estimate.pods().size());
    assertThat(estimate.pods()).doesNotHaveDuplicates();

    int mark = cluster.mark();
    for (int i = 0; i < estimate.newNodes(); i++) {
      cluster.addNode(template.node().named("new-" + i));
    }
    int placed = replay(estimate.pods(), cluster);
    cluster.rollback(mark);
    boolean spreads = groups.stream().anyMatch(PodGroup::canOpenUp);
    if (!spreads) {
      assertThat(placed).isEqualTo(estimate.pods().size());
    }
    assertThat(placed).isGreaterThanOrEqualTo(estimate.newNodes());
  }

  /// Backtracks never: first fit, new nodes first, as often as it helps.
  private static int replay(List<PodShape> pods, ClusterShape cluster) {
    int placed = 0;
    List<NodeRoom> rooms = new ArrayList<>(cluster.rooms()).reversed();
    List<NodeRoom> newFirst = new ArrayList<>();
    rooms.stream().filter(r -> r.node().name().startsWith("new-")).forEach(newFirst::add);
    newFirst.sort(
        Comparator.comparingInt(
            room -> Integer.parseInt(room.node().name().substring("new-".length()))));
    rooms.stream().filter(r -> !r.node().name().startsWith("new-")).forEach(newFirst::add);
    for (PodShape pod : pods) {
      for (NodeRoom room : newFirst) {
        if (Feasibility.check(pod, room, cluster).fits()) {
          cluster.place(pod, room.node().name());
          placed++;
          break;
        }
      }
    }
    return placed;
  }
}
