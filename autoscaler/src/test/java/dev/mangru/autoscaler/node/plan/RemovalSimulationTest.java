package dev.mangru.autoscaler.node.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.node.shape.ClusterShape;
import dev.mangru.autoscaler.node.shape.Feasibility;
import dev.mangru.autoscaler.node.shape.LabelSelector;
import dev.mangru.autoscaler.node.shape.NodeRoom;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.model.testkit.Seeds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

class RemovalSimulationTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  /// Removes node after node and replays every move it promised on a fresh copy of the cluster.
  @Seeds(200)
  void every_promised_move_replays_and_no_budget_is_overdrawn_by_a_blocked_pod(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RandomCluster chance = new RandomCluster(random);
    int size = 2 + (int) (seed / 12);
    List<NodeShape> nodes = chance.nodes(size);
    List<PodShape> bound = new ArrayList<>();
    ClusterShape filling = ClusterShape.of(nodes, List.of());
    List<DisruptionBudget> budgets = new ArrayList<>();
    Map<String, Integer> allowed = new HashMap<>();
    for (int app = 0; app < 1 + random.nextInt(4); app++) {
      String name = "app" + app;
      for (PodShape pod : chance.pods(name, random.nextInt(size * 2))) {
        List<NodeRoom> rooms = new ArrayList<>(filling.rooms());
        NodeRoom room = rooms.get(random.nextInt(rooms.size()));
        if (Feasibility.check(pod, room, filling).fits()) {
          filling.place(pod, room.node().name());
          bound.add(pod.on(room.node().name()));
        }
      }
      if (random.nextBoolean()) {
        allowed.put(name, random.nextInt(5));
        budgets.add(
            new DisruptionBudget(
                "shop", name, LabelSelector.of(Map.of("app", name)), allowed.get(name)));
      }
    }

    ClusterShape cluster = ClusterShape.of(nodes, bound);
    DrainRule.Surroundings around =
        new DrainRule.Surroundings(
            DrainOptions.DEFAULT, Controllers.UNCHECKED, new Disruptions(budgets), NOW);
    RemovalSimulation simulation =
        new RemovalSimulation(
            cluster, DrainRules.of(DrainOptions.DEFAULT), around, Set.of(nodes.getLast().name()));
    ClusterShape replay = ClusterShape.of(nodes, bound);
    Set<String> removed = new HashSet<>();
    for (NodeShape node : nodes) {
      String before = text(cluster);
      switch (simulation.remove(node.name())) {
        case RemovalSimulation.Result.Removable(var moves, var pods, _) -> {
          removed.add(node.name());
          assertThat(moves).hasSameSizeAs(pods);
          assertThat(moves.values())
              .doesNotContain(nodes.getLast().name())
              .doesNotContainAnyElementsOf(removed);
          pods.forEach(pod -> replay.remove(pod, node.name()));
          for (PodShape pod : pods) {
            String to = moves.get(pod.key());
            NodeRoom room = replay.room(to);
            assertThat(room).isNotNull();
            assertThat(Feasibility.check(pod, room, replay).fits()).isTrue();
            replay.place(pod, to);
          }
          replay.removeNode(node.name());
          for (PodShape pod : pods) {
            allowed.computeIfPresent(pod.labels().get("app"), (_, left) -> left - 1);
          }
        }
        case RemovalSimulation.Result.Blocked(PodsToMove.Blocked by) -> {
          assertThat(by.reason()).isEqualTo(BlockReason.NOT_ENOUGH_PDB);
          assertThat(allowed.get(by.pod().labels().get("app"))).isLessThan(1);
          assertThat(text(cluster)).isEqualTo(before);
        }
        case RemovalSimulation.Result.NoPlace(PodShape pod, _) -> {
          assertThat(pod.key()).isNotEmpty();
          assertThat(text(cluster)).isEqualTo(before);
        }
      }
      assertThat(text(cluster)).isEqualTo(text(replay));
    }
  }

  private static String text(ClusterShape cluster) {
    List<String> lines = new ArrayList<>();
    for (NodeRoom room : cluster.rooms()) {
      lines.add(
          room.node().name()
              + room.pods().stream().map(PodShape::key).sorted().toList()
              + room.used());
    }
    return lines.stream().sorted().toList().toString();
  }
}
