package dev.mangru.autoscaler.playground.sim.workload;

import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.IntOrPercent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A deployment and its replica sets while one pass looks at them. Confined to the pass.
final class Rollout {

  private static final String QUARTER = "25%";
  private static final int UNKNOWN = -2;
  private static final int NONE = -1;

  private final ObjectNode deployment;
  private final List<ObjectNode> sets;

  /// Found once: comparing templates costs more than everything else here.
  private int newestIndex = UNKNOWN;

  /// @param sets oldest first
  Rollout(ObjectNode deployment, List<ObjectNode> sets) {
    this.deployment = deployment;
    this.sets = new ArrayList<>(sets);
  }

  ObjectNode deployment() {
    return deployment;
  }

  /// Oldest first.
  List<ObjectNode> sets() {
    return List.copyOf(sets);
  }

  /// The set of the present template; the oldest, if there are several; null if there is none.
  @Nullable ObjectNode newest() {
    if (newestIndex == UNKNOWN) {
      newestIndex = find();
    }
    return newestIndex == NONE ? null : sets.get(newestIndex);
  }

  private int find() {
    JsonNode template = Fields.at(deployment, "spec", "template");
    for (int i = 0; i < sets.size(); i++) {
      if (TemplateHash.same(Fields.at(sets.get(i), "spec", "template"), template)) {
        return i;
      }
    }
    return NONE;
  }

  /// The sets of other templates, oldest first.
  List<ObjectNode> older() {
    ObjectNode newest = newest();
    List<ObjectNode> others = new ArrayList<>(sets);
    if (newest != null) {
      others.remove(newest);
    }
    return others;
  }

  void add(ObjectNode set) {
    sets.add(set);
    newestIndex = UNKNOWN;
  }

  /// Puts a set's new state in the place of the old one.
  void replace(ObjectNode before, @Nullable ObjectNode after) {
    int index = sets.indexOf(before);
    if (index >= 0 && after != null) {
      sets.set(index, after);
    } else if (index >= 0) {
      sets.remove(index);
      newestIndex = UNKNOWN;
    }
  }

  static int replicas(ObjectNode set) {
    return Fields.numberOr(1, set, "spec", "replicas");
  }

  /// `spec.replicas` of the deployment.
  int wanted() {
    return Fields.numberOr(1, deployment, "spec", "replicas");
  }

  /// Replicas of all sets as they are wanted.
  int total() {
    return sets.stream().mapToInt(Rollout::replicas).sum();
  }

  /// Pods of all sets that are available.
  int available() {
    return sum("availableReplicas");
  }

  int sum(String field) {
    return sets.stream().mapToInt(set -> Fields.number(set, "status", field)).sum();
  }

  private boolean recreates() {
    return Fields.text(deployment, "spec", "strategy", "type").equals("Recreate");
  }

  /// Pods above the wanted number.
  int surge() {
    return recreates()
        ? 0
        : IntOrPercent.of(
            Fields.at(deployment, "spec", "strategy", "rollingUpdate", "maxSurge"),
            QUARTER,
            wanted(),
            true);
  }

  /// Pods that may be missing; at least 1 when there may be none above.
  int maxUnavailable() {
    if (recreates() || wanted() == 0) {
      return 0;
    }
    int most =
        IntOrPercent.of(
            Fields.at(deployment, "spec", "strategy", "rollingUpdate", "maxUnavailable"),
            QUARTER,
            wanted(),
            false);
    return Math.min(wanted(), most == 0 && surge() == 0 ? 1 : most);
  }

  /// How many replicas the newest set may have more now.
  int roomForNewest() {
    if (recreates()) {
      return wanted();
    }
    ObjectNode newest = newest();
    int room = wanted() + surge() - total();
    int missing = wanted() - (newest == null ? 0 : replicas(newest));
    return Math.max(0, Math.min(room, missing));
  }

  /// Whether every pod wanted is of the newest template and available, and no other is left.
  boolean complete() {
    ObjectNode newest = newest();
    return newest != null
        && Fields.number(newest, "status", "replicas") == wanted()
        && sum("replicas") == wanted()
        && available() == wanted();
  }
}
